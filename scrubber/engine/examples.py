"""Scrubbing the examples of a rule, with the policy they ask for."""

from typing import Any

import msgspec
from msgspec.structs import replace

from scrubber.contract import Verdict
from scrubber.engine.scrub import Engine, filing_day
from scrubber.policy import Policies, Policy
from scrubber.rules.example import Example


def scrub_example(engine: Engine, example: Example) -> Verdict:
    """The verdict on an example, as of the day the invented claim was received."""
    claim = example.claim()
    if example.policy:
        changed = with_fields(engine.policies.of(claim), example.policy)
        engine = Engine(engine.reference, Policies({"default": engine.policies.default, changed.id: changed}))
    return engine.scrub(claim, as_of=filing_day(claim, default=example.date))


def with_fields(policy: Policy, fields: dict[str, Any]) -> Policy:
    """The policy with some fields replaced by what a policy file could say of them; a None unsays one."""
    types = {field.name: field.type for field in msgspec.structs.fields(Policy)}
    return replace(policy, **{name: msgspec.convert(value, types[name]) for name, value in fields.items()})
