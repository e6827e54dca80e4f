"""Every rule's own examples, and what its form promises."""

import datetime as dt
from typing import Any

import pytest

from scrubber.contract import Claim, Patient, Provider, ServiceLine, Subscriber
from scrubber.engine import Engine
from scrubber.engine.detect import Detector
from scrubber.engine.examples import scrub_example, with_fields
from scrubber.engine.views import Views
from scrubber.rules import RULES, Rule
from scrubber.rules.example import Example, example
from scrubber.rules.form import rule

FIRES = [(each, sample) for each in RULES.values() for sample in each.fires]
PASSES = [(each, sample) for each in RULES.values() for sample in each.passes]


def _name(value: object) -> str:
    return value.id if isinstance(value, Rule) else " ".join(value.lines) if isinstance(value, Example) else str(value)


@pytest.mark.parametrize(("subject", "sample"), FIRES, ids=_name)
def test_the_firing_example_fires(engine: Engine, subject: Rule, sample: Example) -> None:
    verdict = scrub_example(engine, sample)
    found = [finding for finding in verdict.findings if finding.rule == subject.id]
    assert found
    assert all(finding.message and finding.source for finding in found)
    for finding in found:
        _resolve(sample.event(), finding.path)
    if subject.severity == "deny":
        assert verdict.disposition != "pass"
        assert verdict.risk.denial_probability > 0


FIELDS = {name for struct in (Claim, ServiceLine, Provider, Subscriber, Patient) for name in struct.__struct_fields__}


def _resolve(event: Any, path: str) -> None:
    """A path leads into the claim by names of the contract, as far as the claim goes."""
    first, *steps = path.split("/")
    assert first == ""
    for step in steps:
        if isinstance(event, list):
            event = event[int(step)]
        else:
            assert step in FIELDS
            event = event and event.get(step)


@pytest.mark.parametrize("subject", RULES.values(), ids=_name)
def test_a_remedy_holds_in_one_of_the_examples(engine: Engine, subject: Rule) -> None:
    """A remedy that no example can prove is a mistake in the remedy, or wants another example."""
    proposed = proven = False
    for sample in subject.fires:
        claim = sample.claim()
        policy = with_fields(engine.policies.of(claim), sample.policy)
        views = Views(engine.reference, [rule for rule in RULES.values() if rule.scope == "line"])
        _, hits = Detector(policy, RULES.values(), views).detect(claim, sample.date + dt.timedelta(days=3))
        proposed |= any(each.hit.remedies for each in hits if each.rule is subject)
        verdict = scrub_example(engine, sample)
        cleared = {verdict.findings[index].rule for fix in verdict.fixes for index in fix.clears}
        proven |= subject.id in cleared
    assert proven == proposed


@pytest.mark.parametrize(("subject", "sample"), PASSES, ids=_name)
def test_the_passing_example_does_not_fire(engine: Engine, subject: Rule, sample: Example) -> None:
    verdict = scrub_example(engine, sample)
    assert subject.id not in {finding.rule for finding in verdict.findings}


@pytest.mark.parametrize("subject", RULES.values(), ids=_name)
def test_a_rule_tells_what_anybody_must_know(subject: Rule) -> None:
    assert subject.explanation.endswith(".")
    assert subject.fires
    assert subject.passes
    assert 0 < subject.likelihood < 1
    assert subject.supersedes == tuple(each for each in subject.supersedes if each in RULES)
    if subject.predicts.carc == "18":
        assert subject.predicts.group == "OA", "a duplicate is denied with group OA only"


def test_a_rule_id_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        rule(
            "lesion-count",
            title="",
            scope="line",
            family="modifiers",
            predicts=("CO", "4"),
            source="",
            fires=(),
            passes=(),
        )(lambda _: None)


def test_a_rule_has_a_known_family() -> None:
    with pytest.raises(ValueError, match="unknown family"):
        rule("new", title="", scope="line", family="none", predicts=("CO", "4"), source="", fires=(), passes=())(
            lambda _: None
        )


def test_an_example_line_that_cannot_be_read_says_how_to_write_one() -> None:
    with pytest.raises(ValueError, match=r"write CODE"):
        example("99213 25").event()
