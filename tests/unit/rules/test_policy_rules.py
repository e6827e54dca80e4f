"""What a payer's policy makes of the edits that live on it, and what verdicts say of them when it is silent."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from scrubber.contract import Claim, Verdict
from scrubber.engine import Engine
from scrubber.engine.coverage import CoverageBook
from scrubber.engine.examples import scrub_example, with_fields
from scrubber.policy import Policies
from scrubber.rules import RULES
from scrubber.rules.charge_outliers import usual_cents
from scrubber.rules.example import Example, example
from scrubber.rules.families import FAMILIES

BY_POLICY = sorted(name for name, family in FAMILIES.items() if family.policy)


def _entries(verdict: Verdict, family: str) -> list[tuple[str, str | None, tuple[int, ...]]]:
    return [(each.status, each.reason, each.lines) for each in verdict.coverage if each.family == family]


def _rules(verdict: Verdict) -> set[str]:
    return {finding.rule for finding in verdict.findings}


def _one_necessity(**about: Any) -> dict[str, Any]:
    return {"necessity": [{"procedures": ["17000"], "diagnoses": ["L82"], "source": "invented", **about}]}


@pytest.mark.parametrize("family", BY_POLICY)
def test_a_silent_policy_is_told_and_costs_nothing(engine: Engine, family: str) -> None:
    field = FAMILIES[family].policy
    assert field
    silent = with_fields(engine.policies.default, {field: None})
    asked = Engine(engine.reference, Policies({"default": silent}))
    verdict = asked.scrub(example("99213", payer="default").claim(), as_of=dt.date(2026, 9, 18))
    assert _entries(verdict, family) == [("not-checked", "policy-silent", ())]
    desk = asked._desks["default", "professional"]
    active = {rule.id for chosen in (desk.detector._day_rules, desk.detector._claim_rules) for rule, _ in chosen._rules}
    assert not active & {rule.id for rule in RULES.values() if rule.family == family}


@pytest.mark.parametrize(
    "sample", [(rule.id, sample) for rule in RULES.values() if rule.policy for sample in rule.fires], ids=str
)
def test_a_policy_that_speaks_is_told(engine: Engine, sample: tuple[str, Example]) -> None:
    rule, fires = sample
    family = RULES[rule].family
    assert ("checked", None, ()) in _entries(scrub_example(engine, fires), family)


def test_a_finding_cites_the_policy_with_its_version(engine: Engine) -> None:
    policy = {"ndc": {"procedures": ["J1100"], "source": "drug guide"}}
    (finding,) = [f for f in scrub_example(engine, example("J1100", policy=policy)).findings if f.rule == "ndc"]
    assert finding.source == "Medicare policy 2026.1: drug guide"


def test_the_payers_determination_decides_instead_of_the_table(engine: Engine) -> None:
    assert _rules(scrub_example(engine, example("17000", dx="L82.1"))) == {"diagnosis-support"}
    verdict = scrub_example(engine, example("17000", "17110", dx="L82.1", policy=_one_necessity()))
    assert not _rules(verdict) & {"diagnosis-support", "coverage-determination"}
    assert ("not-checked", "policy-decides", (1,)) in _entries(verdict, "medical-necessity")
    assert _entries(verdict, "lcd") == [("checked", None, ()), ("not-checked", "code-not-in-policy", (2,))]
    against = scrub_example(engine, example("17000", dx="L57.0", policy=_one_necessity()))
    assert _rules(against) == {"coverage-determination"}
    assert against.findings[0].source == "Medicare policy 2026.1: invented"


@pytest.mark.parametrize(
    ("date", "holds"), [("2026-08-31", False), ("2026-09-01", True), ("2026-09-30", True), ("2026-10-01", False)]
)
def test_a_determination_holds_between_its_dates(engine: Engine, date: str, holds: bool) -> None:
    policy = _one_necessity(effective=dt.date(2026, 9, 1), ended=dt.date(2026, 9, 30))
    verdict = scrub_example(engine, example("17000", dx="L57.0", date=date, policy=policy))
    assert ("coverage-determination" in _rules(verdict)) == holds
    assert _entries(verdict, "lcd")[0][:2] == (("checked", None) if holds else ("not-checked", "code-not-in-policy"))


def test_rows_of_one_procedure_add_up(engine: Engine) -> None:
    rows = [*_one_necessity()["necessity"], {"procedures": ["17000"], "diagnoses": ["L57.0"], "source": "another"}]
    for dx in ("L82.1", "L57.0"):
        assert not _rules(scrub_example(engine, example("17000", dx=dx, policy={"necessity": rows})))


def test_equal_gaps_with_other_codes_are_not_taken_for_one_another(engine: Engine) -> None:
    """Coverage is remembered by what it depends on, and that includes which codes the policy names."""
    policy = with_fields(engine.policies.of(example("17000").claim()), _one_necessity())
    named = Engine(engine.reference, Policies({"default": policy, "medicare": policy}))
    seen = [
        _entries(named.scrub(example(code).claim(), as_of=dt.date(2026, 9, 18)), "lcd")
        for code in ("17003", "17000", "17003")
    ]
    assert seen[0] == seen[2] == [("not-checked", "code-not-in-policy", (1,))]
    assert seen[1] == [("checked", None, ())]


def test_rows_for_sex_and_documentation_reach_codes_no_table_knows(engine: Engine) -> None:
    policy: dict[str, Any] = {
        "sex": [{"procedures": ["76940"], "sex": "M", "source": "invented"}],
        "documentation": [{"procedures": ["76940"], "elements": ["signed order"], "source": "invented"}],
    }
    sample = example("76940", dx="C79.51", documentation=[], policy=policy)
    verdict = scrub_example(engine, sample)
    assert _rules(verdict) == {"procedure-sex", "documentation"}
    assert {finding.source for finding in verdict.findings} == {"Medicare policy 2026.1: invented"}
    for family in ("sex", "documentation"):
        assert _entries(verdict, family) == [("checked", None, ())]
        entry = next(each for each in verdict.coverage if each.family == family)
        assert entry.release
        assert entry.release.endswith("Medicare policy 2026.1")
        silent = scrub_example(engine, replace(sample, policy={}))
        assert _entries(silent, family) == [("not-checked", "code-not-in-table", (1,))]


def test_rows_of_the_policy_count_where_their_table_is_not_loaded(engine: Engine) -> None:
    rows = {"sex": [{"procedures": ["17000"], "sex": "F", "source": "invented"}]}
    policy = with_fields(engine.policies.default, rows)
    asked = Engine(engine.reference, Policies({"default": policy}))
    claim = example("17000", payer="default").claim()
    asked.scrub(claim, as_of=dt.date(2026, 9, 18))
    case, _ = asked._desks["default", "professional"].detector.detect(claim, dt.date(2026, 9, 18))
    without: Any = SimpleNamespace(tables=[table for table in engine.reference.tables if table.kind != "sex"])
    for named, status in ((policy, "checked"), (engine.policies.default, "not-checked")):
        book = CoverageBook(named, "professional", tuple(RULES.values()), without)
        assert next(entry for entry in book.of(case, True) if entry.family == "sex").status == status


def test_a_severity_of_the_policy_wins_over_that_of_a_row(engine: Engine) -> None:
    rows = [{"procedures": ["17000"], "sex": "M", "severity": "deny", "source": "invented"}]
    for severity, expected in (({}, "deny"), ({"procedure-sex": "info"}, "info")):
        verdict = scrub_example(engine, example("17000", policy={"sex": rows, "severity": severity}))
        assert [finding.severity for finding in verdict.findings] == [expected]


def test_without_a_date_of_birth_age_is_not_checked(engine: Engine) -> None:
    policy = {"age": [{"procedures": ["57520"], "from_age": 18, "source": "invented"}]}
    sample = example("57520", dx="N87.1", policy=policy, patient={"sex": "F"}, subscriber={"member_id": "T1"})
    assert _entries(scrub_example(engine, sample), "procedure-age") == [("not-checked", "field-absent", ())]


def test_a_described_line_needs_nothing_more(engine: Engine) -> None:
    policy = {"unlisted": {"procedures": ["17999"], "source": "invented"}}
    event = example("17999", policy=policy).event()
    for description, fires in ((None, True), ("  ", True), ("Removal of an invented thing", False)):
        event["service_lines"][0]["description"] = description
        sample = example("17999", policy=policy, service_lines=event["service_lines"])
        verdict = scrub_example(engine, sample)
        assert ("unlisted-description" in _rules(verdict)) == fires
        assert "unlisted-authorization" not in _rules(verdict), "the policy does not ask for one"


def test_category_3_codes_count_only_where_the_policy_says_so(engine: Engine) -> None:
    silent = {"unlisted": {"procedures": ["17999"], "authorization": True, "source": "invented"}}
    assert not _rules(scrub_example(engine, example("0600T", policy=silent))) & {
        "unlisted-description",
        "unlisted-authorization",
    }
    strict = {"unlisted": silent["unlisted"] | {"category_3": True}}
    carcs = {
        code: next(
            finding.predicts.carc
            for finding in scrub_example(engine, example(code, policy=strict)).findings
            if finding.rule == "unlisted-authorization"
        )
        for code in ("0600T", "17999")
    }
    assert carcs == {"0600T": "55", "17999": "197"}


def test_telehealth_asks_for_no_modifier_or_place_the_policy_does_not_name(engine: Engine) -> None:
    policy = {"telehealth": {"procedures": ["99213"], "source": "invented"}}
    for sample in (
        example("99213", place_of_service="02", policy=policy),
        example("99213-95", policy=policy),
        example("99213", policy=policy),
    ):
        assert not _rules(scrub_example(engine, sample))


@pytest.mark.parametrize(("charge", "fires"), [("17.99", True), ("18.00", False), ("600.00", False), ("600.01", True)])
def test_usual_charges_count_units(engine: Engine, charge: str, fires: bool) -> None:
    policy = {
        "charge_outliers": {"below": 0.3, "above": 10, "amounts": {"17003": "30.00"}, "source": "invented"},
    }
    verdict = scrub_example(engine, example("17000", f"17003x2@{charge}", policy=policy))
    assert ("charge-outlier" in _rules(verdict)) == fires
    assert verdict.disposition == "pass", "a warning"
    assert _entries(verdict, "charge-outlier")[0] == ("checked", None, ())


def test_coverage_is_the_same_tuple_for_equal_claims_under_a_speaking_policy(engine: Engine) -> None:
    policy = with_fields(engine.policies.default, _one_necessity())
    book = CoverageBook(policy, "professional", tuple(RULES.values()), engine.reference)
    asked = Engine(engine.reference, Policies({"default": policy}))
    asked.scrub(example("17000", payer="default").claim(), as_of=dt.date(2026, 9, 18))
    desk = asked._desks["default", "professional"]
    cases = [
        desk.detector.detect(msgspec.convert(example("17000").event(f"E-{n}"), Claim), dt.date(2026, 9, 18))[0]
        for n in range(2)
    ]
    assert book.of(cases[0], True) is book.of(cases[1], True)


@pytest.mark.parametrize(
    ("place", "modifiers", "expected"), [("11", (), 13120), ("22", (), 10978), ("11", ("26",), None)]
)
def test_the_fee_schedule_gives_the_usual_charge_where_the_policy_gives_none(
    engine: Engine, place: str, modifiers: tuple[str, ...], expected: int | None
) -> None:
    """Hundredths of RVUs times ten-thousandths of a dollar: 1.96 x 33.4700 x 2 = 131.20."""
    limits = {"charge_outliers": {"below": 0.5, "source": "invented"}}
    fees = SimpleNamespace(total_nonfacility=196, total_facility=164, conversion_factor=334_700)
    release = engine.reference.on(dt.date(2026, 9, 15))
    service = SimpleNamespace(units=2, modifiers=modifiers, place=place, release=release)
    line: Any = SimpleNamespace(code=SimpleNamespace(code="17000", fees=fees), service=service)
    policy = with_fields(engine.policies.default, limits)
    assert usual_cents(policy, line) == expected
