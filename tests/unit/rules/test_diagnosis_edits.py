"""The Medicare Code Editor's edits on diagnoses, beyond the rules' own examples."""

import datetime as dt
from itertools import permutations
from typing import Any

import pytest

from scrubber.contract import Claim, Verdict
from scrubber.engine import Engine
from scrubber.engine.examples import scrub_example
from scrubber.engine.patch import apply_patch, compile_patch
from scrubber.rules.diagnosis_age import years_between
from scrubber.rules.example import Example, example
from scrubber.rules.remedies import PutDiagnosisFirst

STAY: dict[str, Any] = {"claim_type": "institutional", "type_of_bill": "0111"}


def _found(verdict: Verdict) -> dict[str, str]:
    return {finding.rule: finding.severity for finding in verdict.findings}


def _born(born: str) -> dict[str, str]:
    return {"birth_date": born, "sex": "F"}


def _pointed(claim: Claim) -> list[list[str]]:
    """What each line points at, in its order."""
    return [[claim.diagnoses[p - 1] for p in line.diagnosis_pointers] for line in claim.service_lines]


def _first_in_place_of(claim: Claim, position: int) -> Claim:
    return apply_patch(claim, compile_patch(claim, [PutDiagnosisFirst(position)]).ops)


@pytest.mark.parametrize("position", [1, 2])
def test_lines_keep_their_diagnoses_when_another_goes_first(position: int) -> None:
    numbers = [order for size in (1, 2, 3) for order in permutations((1, 2, 3), size)]
    lines = [f"99213#{','.join(map(str, order))}" for order in numbers]
    claim = example(*lines, dx="A00.0 B00.0 C00.0").claim()
    after = _first_in_place_of(claim, position)
    now, other = claim.diagnoses[position], claim.diagnoses[0]
    assert (after.diagnoses[0], after.diagnoses[position]) == (now, other)
    for was, became in zip(_pointed(claim), _pointed(after), strict=True):
        assert sorted(was) == sorted(became)
        if {now, other} <= set(was):
            assert became.index(now) < became.index(other)
        else:
            assert was == became


def test_exchanging_twice_changes_no_line_that_points_at_one() -> None:
    claim = example("99213#1", "99214#2", "17000#3", dx="A00.0 B00.0 C00.0").claim()
    assert _first_in_place_of(_first_in_place_of(claim, 2), 2) == claim


def test_a_manifestation_gives_way_on_the_lines_too(engine: Engine) -> None:
    sample = example("99213#1,2", "99214#2", "17000#2,1", dx="F02.80 G30.9")
    verdict = scrub_example(engine, sample)
    (fix,) = [fix for fix in verdict.fixes if "Put G30.9 first" in fix.title]
    assert fix.needs == "confirmation"
    assert _pointed(apply_patch(sample.claim(), fix.patch)) == [["G30.9", "F02.80"], ["G30.9"], ["G30.9", "F02.80"]]


def test_a_person_chooses_among_several_that_could_go_first(engine: Engine) -> None:
    verdict = scrub_example(engine, example("99213", dx="F02.80 W19.XXXA G30.9 XX9 I10 E11.9 E78.5"))
    fixes = [fix for fix in verdict.fixes if fix.title.startswith("Put ")]
    assert [fix.title.split()[1] for fix in fixes] == ["G30.9", "I10", "E11.9"], "none of those that cannot"
    assert {fix.needs for fix in fixes} == {"clinical-review"}


@pytest.mark.parametrize(
    ("dx", "rule"), [("F02.80", "manifestation-first"), ("W19.XXXA F02.80", "external-cause-first")]
)
def test_nothing_is_made_up_where_no_diagnosis_can_go_first(engine: Engine, dx: str, rule: str) -> None:
    verdict = scrub_example(engine, example("99213", dx=dx))
    assert (_found(verdict), verdict.fixes) == ({rule: "deny"}, ())


@pytest.mark.parametrize(
    ("about", "found"),
    [
        ({"type_of_bill": "111"}, True),
        ({"type_of_bill": "0117", "claim_frequency_code": "7", "original_reference_number": "TESTICN1"}, True),
        ({"type_of_bill": "131"}, False),
        ({"type_of_bill": "0131"}, False),
        ({"type_of_bill": None}, False),
    ],
)
def test_only_an_inpatient_stay_has_a_principal_diagnosis(engine: Engine, about: dict[str, Any], found: bool) -> None:
    sample = example("99213", dx="Z76.0 I10", claim_type="institutional", **about)
    assert ("principal-unacceptable" in _found(scrub_example(engine, sample))) == found


@pytest.mark.parametrize(
    ("about", "entry"),
    [
        ({}, ("checked", None)),
        ({"claim_type": "institutional"}, ("not-checked", "field-absent")),
        (STAY, ("checked", None)),
    ],
)
def test_what_is_said_of_the_principal_diagnosis(
    engine: Engine, about: dict[str, Any], entry: tuple[str, str | None]
) -> None:
    verdict = scrub_example(engine, example("99213", dx="I10", **about))
    assert [(e.status, e.reason) for e in verdict.coverage if e.family == "principal-diagnosis"] == [entry]


def test_a_stay_is_judged_by_its_last_day(engine: Engine) -> None:
    """B95.0 is unacceptable from 2017-10-01 on."""
    for last, found in (("2017-09-30", False), ("2017-10-01", True)):
        sample = example("99213/2017-09-29", f"99214/{last}", dx="B95.0 J20.2", date="2017-09-29", **STAY)
        assert ("principal-unacceptable" in _found(scrub_example(engine, sample))) == found


# Diagnosis, date of birth, day of service -> severity.
AGE = [
    ("O09.521", "1970-10-01", "2026-09-15", None),  # 55
    ("O09.521", "1962-09-15", "2026-09-15", None),  # 64
    ("O09.521", "1961-09-16", "2026-09-15", None),  # 64, the day before
    ("O09.521", "1961-09-15", "2026-09-15", "deny"),  # 65
    ("O09.521", "2017-09-15", "2026-09-15", None),  # 9
    ("O09.521", "2017-09-16", "2026-09-15", "deny"),  # 8
    ("O09.521", "2007-10-01", "2019-09-30", "deny"),  # 11, when 12 was the youngest
    ("O09.521", "2007-10-01", "2019-10-01", None),  # 12
    ("O09.521", "1962-01-01", "2019-09-30", "deny"),  # 57, when 55 was the oldest
    ("O09.521", "1962-01-01", "2019-10-01", None),
    ("F01.50", "2011-09-15", "2026-09-15", None),  # 15
    ("F01.50", "2011-09-16", "2026-09-15", "deny"),  # 14
    ("F84.3", "2008-09-16", "2026-09-15", None),  # 17
    ("F84.3", "2008-09-15", "2026-09-15", "deny"),  # 18
    ("N47.0", "2025-09-16", "2026-09-15", None),  # not yet one year
    ("N47.0", "2025-09-15", "2026-09-15", "warn"),  # may last
    ("O09.521", "2008-02-29", "2019-10-01", None),
    ("L57.0", "2025-09-15", "2026-09-15", None),
]


@pytest.mark.parametrize(("dx", "born", "day", "severity"), AGE)
def test_age(engine: Engine, dx: str, born: str, day: str, severity: str | None) -> None:
    verdict = scrub_example(engine, example("99213", dx=dx, date=day, patient=_born(born)))
    assert _found(verdict).get("diagnosis-age") == severity


def test_a_newborns_diagnosis_blocks_a_stay(engine: Engine) -> None:
    verdict = scrub_example(engine, example("99213", dx="I10 N47.0", patient=_born("2020-01-01"), **STAY))
    assert _found(verdict)["diagnosis-age"] == "deny"


def test_age_is_that_of_the_lines_that_point_at_the_diagnosis(engine: Engine) -> None:
    """Eighteen between the two days of service."""
    for pointers, found in ((("1", "2"), False), (("2", "1"), True)):
        lines = [f"99213#{pointers[0]}/2026-09-14", f"99214#{pointers[1]}/2026-09-15"]
        verdict = scrub_example(engine, example(*lines, dx="F84.3 I10", patient=_born("2008-09-15")))
        assert ("diagnosis-age" in _found(verdict)) == found


def test_without_a_date_of_birth_age_is_not_checked(engine: Engine) -> None:
    family = "diagnosis-age"
    sample = example("99213", dx="O09.521", patient=None, subscriber={"member_id": "TEST0000001"})
    verdict = scrub_example(engine, sample)
    assert family not in _found(verdict)
    assert {e.family: e.reason for e in verdict.coverage}[family] == "field-absent"
    known = scrub_example(engine, example("99213", dx="O09.521"))
    assert {e.family: e.status for e in known.coverage}[family] == "checked"


def test_years_are_completed_on_the_birthday() -> None:
    leap = dt.date(2008, 2, 29)
    assert [years_between(leap, day) for day in (dt.date(2009, 2, 28), dt.date(2009, 3, 1), leap)] == [0, 1, 0]
    assert years_between(leap, dt.date(2008, 2, 28)) == -1


@pytest.mark.parametrize(
    ("sample", "found"),
    [
        (example("99213", dx="N87.1", sex="M", date="2024-09-30"), True),
        (example("99213", dx="N87.1", sex="M", date="2024-10-01"), False),
        (example("99213", dx="N40.0", sex="F", date="2024-09-30"), True),
        (example("99213", dx="N40.0", sex="U", date="2024-09-30"), False),
        (example("99213-KX", "99214", dx="N87.1", sex="M", date="2024-09-30"), True),
        (example("99213-KX", "99214#2", dx="N87.1 I10", sex="M", date="2024-09-30"), False),
        (example("99213", dx="N87.1", sex="M", date="2024-09-30", condition_codes=["45"], **STAY), False),
    ],
)
def test_sex_conflicts_end_with_their_flags(engine: Engine, sample: Example, found: bool) -> None:
    assert _found(scrub_example(engine, sample)).get("diagnosis-sex") == ("warn" if found else None)


@pytest.mark.parametrize(("day", "found"), [("2022-03-31", False), ("2022-04-01", True)])
def test_the_unspecified_code_edit_begins(engine: Engine, day: str, found: bool) -> None:
    assert ("diagnosis-unspecified" in _found(scrub_example(engine, example("99213", dx="H05.019", date=day)))) == found
    stay = scrub_example(engine, example("99213", dx="H05.019", date=day, **STAY))
    assert _found(stay).get("diagnosis-unspecified") == ("warn" if found else None)


@pytest.mark.parametrize(
    ("dx", "said"),
    [
        (
            "S06.0X0",
            "S06.0X0 lacks its seventh character: A (initial encounter), D (subsequent encounter), S (sequela).",
        ),
        ("T14.8", "T14.8 lacks its seventh character behind the placeholder, as T14.8XX_: A (initial"),
        ("S82.101", "S82.101 lacks its seventh character: A, B, C, D, E, F, G, H, J, K, M, N, P, Q, R, S."),
        ("W19", "W19 lacks its seventh character behind the placeholder, as W19.XXX_: A"),
    ],
)
def test_a_missing_seventh_character_is_named(engine: Engine, dx: str, said: str) -> None:
    verdict = scrub_example(engine, example("99213", dx=f"I10 {dx}"))
    (finding,) = verdict.findings
    assert finding.rule == "diagnosis-seventh-character"
    assert finding.message.startswith(said)


@pytest.mark.parametrize("dx", ["L57", "S06.0", "S82.10", "M80.08", "D69"])
def test_a_heading_over_more_than_seventh_characters_is_a_heading(engine: Engine, dx: str) -> None:
    expected = "diagnosis-seventh-character" if dx == "M80.08" else "diagnosis-not-billable"
    assert expected in _found(scrub_example(engine, example("99213", dx=f"I10 {dx}", date="2026-10-01")))


def test_the_first_date_counts_in_whatever_order_the_lines_come(engine: Engine) -> None:
    """One code that is unknown, pointed at by lines of two releases: it was the first line's, not the first date's."""
    said = set()
    for lines in permutations(("99213#1/2021-03-01", "99214#1/2026-09-15", "99215#1/2021-03-02")):
        verdict = scrub_example(engine, example(*lines, dx="XX9.9"))
        (finding,) = [each for each in verdict.findings if each.rule == "diagnosis-not-valid"]
        said.add(tuple(sorted(lines[number - 1][:5] for number in finding.lines)))
    assert said == {("99213", "99215")}
