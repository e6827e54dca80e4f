"""What the engine does around the rules: memory, supersession, claim types, dates."""

import datetime as dt

import msgspec
import pytest

from scrubber.contract import Claim
from scrubber.engine import Engine, filing_day, load_engine
from scrubber.engine.examples import scrub_example
from scrubber.rules.example import example

AS_OF = dt.date(2026, 9, 18)


def _rules(engine: Engine, claim: Claim) -> set[str]:
    return {finding.rule for finding in engine.scrub(claim, as_of=AS_OF).findings}


def test_what_is_remembered_of_a_line_depends_on_everything_a_line_rule_sees() -> None:
    """Each claim twice, in an order that would show a memo keyed on too little."""
    engine = load_engine()
    variants = [
        example("17000-25"),
        example("17000-59"),
        example("17000"),
        example("17000", place_of_service="88"),
        example("17000/2014-01-01"),
        example("20983", date="2014-12-31"),
        example("20983"),
    ]
    fresh = [_rules(load_engine(), each.claim()) for each in variants]
    assert [_rules(engine, each.claim()) for each in variants] == fresh
    assert [_rules(engine, each.claim()) for each in reversed(variants)] == fresh[::-1]
    assert len({frozenset(each) for each in fresh}) > 3


def test_arithmetic_of_its_own_replaces_the_general_edit(engine: Engine) -> None:
    assert _rules(engine, example("17000x3").claim()) == {"lesion-count"}
    assert _rules(engine, example("99213", "17000").claim()) == {"visit-needs-25"}


def test_a_general_edit_stays_where_nothing_replaces_it(engine: Engine) -> None:
    verdict = scrub_example(engine, example("17000x3", policy={"severity": {"lesion-count": "off"}}))
    assert {finding.rule for finding in verdict.findings} == {"mue-day"}


def test_institutional_claims_skip_the_practitioner_edits(engine: Engine) -> None:
    claim = example("17004", "17003x2", claim_type="institutional").claim()
    verdict = engine.scrub(claim, as_of=AS_OF)
    assert not {finding.rule for finding in verdict.findings} & {"ptp-never", "add-on-alone"}
    reasons = {entry.family: entry.reason for entry in verdict.coverage}
    assert reasons["ncci-ptp"] == "no-table"
    assert reasons["ncci-add-on"] == "professional-only"


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-09-18T23:30:00-05:00", dt.date(2026, 9, 19)),
        ("2026-09-18T23:30:00Z", dt.date(2026, 9, 18)),
        ("2026-09-18T23:30:00", dt.date(2026, 9, 18)),
        (None, dt.date(2020, 1, 1)),
    ],
)
def test_the_filing_day_is_that_of_utc(received: str | None, expected: dt.date) -> None:
    claim = example("17000", received_at=received).claim()
    assert filing_day(claim, default=dt.date(2020, 1, 1)) == expected


@pytest.mark.parametrize(
    ("served", "filed", "late"),
    [
        ("2026-09-15", "2027-09-15", False),
        ("2026-09-15", "2027-09-16", True),
        ("2024-02-29", "2025-02-28", False),
        ("2024-02-29", "2025-03-01", True),
    ],
)
def test_medicare_takes_claims_for_one_calendar_year(engine: Engine, served: str, filed: str, late: bool) -> None:
    sample = example("17000", date=served, received_at=f"{filed}T12:00:00Z")
    rules = {finding.rule for finding in scrub_example(engine, sample).findings}
    assert ("timely-filing" in rules) == late


def test_the_pair_edit_of_99213_and_17000_was_suspended_in_2020(engine: Engine) -> None:
    """In force 2013-07-01 to 2019-12-31 and again from 2020-10-01: the date of service picks the row."""
    quiet = {"severity": {"visit-needs-25": "off"}}
    for date, expected in (("2019-12-31", True), ("2020-05-01", False), ("2020-10-01", True)):
        verdict = scrub_example(engine, example("99213", "17000", date=date, policy=quiet))
        assert ("ptp-unless-separate" in {f.rule for f in verdict.findings}) == expected, date


def test_a_span_of_days_spreads_its_units(engine: Engine) -> None:
    event = example("20983x2", dx="C79.51").event()
    event["service_lines"][0]["service_date_to"] = "2026-09-16"

    assert "mue-day" not in _rules(engine, msgspec.convert(event, Claim))


def test_what_was_seen_before_does_not_change_what_is_said_to_be_checked() -> None:
    """Two lines of one partner code have no edit to miss, two partners may; lines of one shape differ by day."""
    claims = [
        example("17110", "17110").claim(),
        example("17110", "57500").claim(),
        example("17110", "57500/2026-09-14").claim(),
        example("17110/2026-09-14", "57500").claim(),
        example("17110/2026-09-13", "17000/2026-09-14", "57500/2026-09-15").claim(),
        example("17110/2026-09-13", "17000/2026-09-14", "57500/2026-09-13").claim(),
    ]
    engine = load_engine()
    for claim in claims:
        assert engine.scrub(claim, as_of=AS_OF).coverage == load_engine().scrub(claim, as_of=AS_OF).coverage
    entries = [engine.scrub(claim, as_of=AS_OF).coverage for claim in claims]
    missed = [[e.lines for e in each if e.family == "ncci-ptp" and e.status == "not-checked"] for each in entries]
    assert missed == [[], [(1, 2)], [], [], [], [(1, 3)]]
