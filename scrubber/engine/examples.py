"""Scrubbing the examples of a rule, with the policy they ask for."""

from msgspec.structs import replace

from scrubber.contract import Verdict
from scrubber.engine.scrub import Engine, filing_day
from scrubber.policy import Policies
from scrubber.rules.example import Example


def scrub_example(engine: Engine, example: Example) -> Verdict:
    """The verdict on an example, as of the day the invented claim was received."""
    claim = example.claim()
    if example.policy:
        changed = replace(engine.policies.of(claim), **example.policy)
        engine = Engine(engine.reference, Policies({"default": engine.policies.default, changed.id: changed}))
    return engine.scrub(claim, as_of=filing_day(claim, default=example.date))
