"""The fee schedule's indicators as decision tables: every value of each, against every modifier it is about."""

import datetime as dt
from itertools import product
from typing import Any

import pytest
from msgspec.structs import replace

from scrubber.engine import Engine
from scrubber.engine.examples import scrub_example
from scrubber.reference import masks
from scrubber.reference.facts import Fees
from scrubber.rules import RULES
from scrubber.rules.example import DAY, example
from scrubber.rules.scopes import Service

FAMILY = [rule for rule in RULES.values() if rule.family == "fee-schedule-indicators" and rule.scope == "line"]
ACTIVE = "ACRT"


def _fired(engine: Engine, *modifiers: str, units: int = 1, place: str = "11", code: str = "17000", **fees: Any) -> Any:
    """Rule -> severity, for a line of a code whose fee schedule row says `fees` beside what `code` has."""
    release = engine.reference.on(DAY)
    known = release.procedures[code]
    assert known.fees
    service = Service(replace(known, fees=replace(known.fees, **fees)), modifiers, units, place, 1, release)
    called = [rule for rule in FAMILY if all(service.mask & need for need in rule.needs)]
    return {rule.id: hit.severity or rule.severity for rule in called for hit in rule.detect(service) or ()}


# Indicator -> rules that fire for 50, 50 with LT, 50 with two units, LT, RT, LT with two units.
BILATERAL: dict[str, tuple[list[str], ...]] = {
    "0": (["bilateral-modifier"], ["bilateral-modifier"], ["bilateral-modifier"], [], [], []),
    "1": ([], [], ["bilateral-units"], [], [], []),
    "2": (["bilateral-modifier"], ["bilateral-modifier"], ["bilateral-modifier"], [], [], []),
    "3": ([], [], ["bilateral-units"], [], [], []),
    "9": (["bilateral-modifier"], ["bilateral-modifier"], ["bilateral-modifier"], [], [], []),
    "": ([], [], [], [], [], []),
}
LINES: list[tuple[tuple[str, ...], int]] = [
    (("50",), 1), (("50", "LT"), 1), (("50",), 2), (("LT",), 1), (("RT",), 1), (("LT",), 2),
]  # fmt: skip


@pytest.mark.parametrize("indicator", BILATERAL)
def test_bilateral(engine: Engine, indicator: str) -> None:
    found = [sorted(_fired(engine, *modifiers, units=units, bilateral=indicator)) for modifiers, units in LINES]
    assert found == list(BILATERAL[indicator])


def test_three_units_with_50_may_be_three_procedures(engine: Engine) -> None:
    assert _fired(engine, "50", units=3, bilateral="1") == {}


def test_the_professional_part_of_a_code_for_both_sides_may_be_for_one(engine: Engine) -> None:
    assert _fired(engine, "26", "50", code="77012", bilateral="2") == {}
    assert _fired(engine, "TC", "50", code="77012", bilateral="2") == {"bilateral-modifier": "warn"}


# PC/TC indicator -> whether 26 and TC go with it, for a code without rows for them.
COMPONENTS = {
    "0": (False, False),
    "1": (True, True),
    "2": (False, False),
    "3": (False, False),
    "4": (False, False),
    "5": (False, False),
    "6": (True, False),
    "7": (False, False),
    "8": (True, False),
    "9": (False, False),
    "": (True, True),
}


@pytest.mark.parametrize("indicator", COMPONENTS)
def test_components(engine: Engine, indicator: str) -> None:
    takes = tuple("component-modifier" not in _fired(engine, part, pctc=indicator) for part in ("26", "TC"))
    assert takes == COMPONENTS[indicator]


@pytest.mark.parametrize("indicator", COMPONENTS)
def test_a_row_of_its_own_says_that_a_part_exists(engine: Engine, indicator: str) -> None:
    for part in ("26", "TC"):
        assert "component-modifier" not in _fired(engine, part, code="77012", pctc=indicator)


# Role -> modifiers, field, what each value of the indicator means.
SURGEONS = {
    "assistant": (("80", "81", "82", "AS"), {"0": "warn", "1": "deny", "2": None, "9": "deny", "": None}),
    "co_surgery": (("62",), {"0": "deny", "1": "warn", "2": None, "9": "deny", "": None}),
    "team": (("66",), {"0": "deny", "1": "warn", "2": None, "9": "deny", "": None}),
}


@pytest.mark.parametrize("field", SURGEONS)
def test_surgeons(engine: Engine, field: str) -> None:
    modifiers, meaning = SURGEONS[field]
    for modifier, (indicator, severity) in product(modifiers, meaning.items()):
        rules = {"deny": "surgeon-not-allowed", "warn": "surgeon-documentation"}
        expected = {rules[severity]: severity} if severity else {}
        fees: Any = {field: indicator}
        assert _fired(engine, modifier, **fees) == expected, (modifier, indicator)


@pytest.mark.parametrize("indicator", ["0", "1", "2", "3", "4", "5", "6", "7", "9", ""])
@pytest.mark.parametrize("global_days", ["000", "XXX", "ZZZ"])
def test_51(engine: Engine, indicator: str, global_days: str) -> None:
    fired = _fired(engine, "51", multiple=indicator, global_days=global_days)
    assert ("multiple-modifier" in fired) == (indicator in ("0", "9") or global_days == "ZZZ")


# Flags (non-facility, facility) and place -> what is said of it, for a test of two parts.
SETTINGS = {
    ("11", True, False): {"no-rate-outside-facility": "warn"},
    ("21", True, False): {},
    ("11", False, True): {},
    ("21", False, True): {"no-rate-in-facility": "deny"},
    ("22", False, True): {"no-rate-in-facility": "deny"},
    ("21", False, False): {},
    ("11", True, True): {"no-rate-outside-facility": "warn"},
    ("02", False, True): {},  # telehealth: not where it is done
    ("10", True, False): {},
    ("88", True, True): {},  # no such place
}


@pytest.mark.parametrize("case", SETTINGS)
def test_settings(engine: Engine, case: tuple[str, bool, bool]) -> None:
    place, outside, inside = case
    fired = _fired(engine, place=place, code="77012", na_nonfacility=outside, na_facility=inside)
    assert fired == SETTINGS[case]


@pytest.mark.parametrize("pctc", "0123456789")
def test_no_rate_in_a_facility_blocks_where_the_facility_is_paid_for_it(engine: Engine, pctc: str) -> None:
    fired = _fired(engine, place="22", code="77012", na_facility=True, pctc=pctc)
    assert fired == {"no-rate-in-facility": "deny" if pctc in "1345" else "warn"}
    assert _fired(engine, "26", place="22", code="77012", na_facility=True, pctc=pctc) == {}


# Status -> rule and severity for Medicare, and for another payer; on a line of a code of its own.
STATUS = {
    "A": None, "C": None, "E": None, "J": None, "R": None, "T": None, "X": None, "M": None,
    "B": ("status-bundled", "deny", "warn"),
    "I": ("status-not-valid", "deny", "info"),
    "N": ("status-not-covered", "deny", "info"),
    "P": ("status-bundled-supply", "warn", "warn"),
}  # fmt: skip
CODE_OF = {
    "B": "A4550",
    "I": "99242",
    "N": "99397",
    "P": "A4253",
    "X": "A0425",
    "T": "G0117",
    "A": "17000",
    "C": "76940",
}


@pytest.mark.parametrize("status", CODE_OF)
@pytest.mark.parametrize("payer", ["medicare", "cigna"])
def test_status(engine: Engine, status: str, payer: str) -> None:
    assert engine.reference.on(DAY).procedures[CODE_OF[status]].status == status
    verdict = scrub_example(engine, example(CODE_OF[status], dx="I10", payer=payer))
    found = {f.rule: f.severity for f in verdict.findings if f.rule.startswith("status-")}
    expected = STATUS[status]
    assert found == ({} if expected is None else {expected[0]: expected[1 if payer == "medicare" else 2]})


@pytest.mark.parametrize("status", STATUS)
def test_indicators_mean_something_only_where_the_schedule_pays(engine: Engine, status: str) -> None:
    """The mask is what keeps a rule from being called, so it is made from tables here, not replaced."""
    codes = [engine.reference.on(DAY).procedures[code] for code in [*CODE_OF.values(), "3753F", "G8427", "G0412"]]
    for code in codes:
        assert bool(code.mask & masks.INDICATED) == (code.status in list(ACTIVE)), code.code
        assert bool(code.mask & masks.AT_ODDS) == (code.status in list("BIMNPT")), code.code
        assert isinstance(code.fees, Fees)
    assert codes[-1].mask & masks.NO_RATE
    if status not in ACTIVE:
        paid = {rule.id for rule in FAMILY if masks.INDICATED in rule.needs}
        modifiers = ["26", "TC", "50", "51", "62", "66", "80"]
        for code in codes:
            if code.status == status:
                verdict = scrub_example(engine, example(*(f"{code.code}-{m}" for m in modifiers), dx="I10"))
                assert not paid & {finding.rule for finding in verdict.findings}


def test_the_limit_of_zero_is_not_said_twice(engine: Engine) -> None:
    verdict = scrub_example(engine, example("99242"))
    assert [finding.rule for finding in verdict.findings] == ["status-not-valid"]
    supply = scrub_example(engine, example("99213", "A4253", dx="E11.9"))
    assert [f.rule for f in supply.findings] == ["mue-zero", "status-bundled-supply"], "that status only warns"
    quiet = scrub_example(engine, example("99242", policy={"severity": {"status-not-valid": "off"}}))
    assert [finding.rule for finding in quiet.findings] == ["mue-zero"]


def test_a_code_without_a_row_is_not_checked(engine: Engine) -> None:
    verdict = scrub_example(engine, example("17000", "99214-50"))
    entries = {
        (e.status, e.release, e.reason, e.lines) for e in verdict.coverage if e.family == "fee-schedule-indicators"
    }
    label = engine.reference.on(DAY).label("fee-schedule")
    assert entries == {("checked", label, None, ()), ("not-checked", None, "code-not-in-table", (2,))}
    early = scrub_example(engine, example("17000-50", date="2025-09-30", received_at="2025-10-02T00:00:00Z"))
    assert "bilateral-modifier" not in {finding.rule for finding in early.findings}
    reasons = [e.reason for e in early.coverage if e.family == "fee-schedule-indicators"]
    assert reasons == ["date-not-in-table"]


def test_institutional_claims_have_another_schedule(engine: Engine) -> None:
    verdict = engine.scrub(example("17000-50", claim_type="institutional").claim(), as_of=DAY + dt.timedelta(days=3))
    reasons = [e.reason for e in verdict.coverage if e.family == "fee-schedule-indicators"]
    assert reasons == ["professional-only"]
    assert "bilateral-modifier" not in {finding.rule for finding in verdict.findings}


@pytest.mark.parametrize(("payer", "severity"), [("medicare", "deny"), ("aetna", "warn")])
def test_50_on_what_is_for_both_sides_blocks_for_medicare(engine: Engine, payer: str, severity: str) -> None:
    verdict = scrub_example(engine, example("G0268-50", dx="H61.23", payer=payer))
    assert [(f.rule, f.severity) for f in verdict.findings] == [("bilateral-modifier", severity)]
    flat = scrub_example(engine, example("17110-50", dx="B07.9", payer=payer))
    assert [(f.rule, f.severity) for f in flat.findings] == [("bilateral-modifier", "deny")]


def test_the_visit_after_surgery_is_reported_alone(engine: Engine) -> None:
    known = engine.reference.on(DAY).procedures["A4550"]
    release = engine.reference.on(DAY)
    for code, fired in (("A4550", True), ("99024", False)):
        service = Service(replace(known, code=code), (), 1, "11", 1, release)
        assert bool(RULES["status-bundled"].detect(service)) == fired
