"""Payer policies: what differs from payer to payer, as data."""

from scrubber.policy.drafts import Said
from scrubber.policy.errors import PolicyError, Problem
from scrubber.policy.load import Fingerprint, check_file, explain_policy, fingerprint, load_policies
from scrubber.policy.model import Policy
from scrubber.policy.policies import Policies

__all__ = [
    "Fingerprint",
    "Policies",
    "Policy",
    "PolicyError",
    "Problem",
    "Said",
    "check_file",
    "explain_policy",
    "fingerprint",
    "load_policies",
]
