"""Payer policies: what differs from payer to payer, as data."""

from scrubber.policy.load import PolicyError, load_policies
from scrubber.policy.model import Frequency, Policies, Policy, Predicts

__all__ = ["Frequency", "Policies", "Policy", "PolicyError", "Predicts", "load_policies"]
