import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.reference import Reference, Release, masks

On = Callable[[str], Release]


@pytest.mark.parametrize(
    ("code", "day", "status"),
    [
        ("L57.0", "2026-09-15", "billable"),
        ("L57", "2026-09-15", "heading"),
        ("S06.0X", "2026-09-15", "heading"),
        ("S82.101", "2026-09-15", "heading"),
        ("D69.1", "2026-09-30", "billable"),
        ("D69.1", "2026-10-01", "heading"),
        ("D69.11", "2026-09-30", "not-yet"),
        ("D69.11", "2026-10-01", "billable"),
        ("L57.0", "2015-09-30", "not-yet"),
        ("U07.1", "2020-03-31", "not-yet"),
        ("U07.1", "2020-04-01", "billable"),
        ("L57.6", "2026-09-15", "unknown"),
        ("XYZ", "2026-09-15", "unknown"),
        ("L5.70", "2026-09-15", "unknown"),
        ("", "2026-09-15", "unknown"),
        ("L57.00000", "2026-09-15", "unknown"),
    ],
)
def test_status_is_that_of_the_day(on: On, code: str, day: str, status: str) -> None:
    diagnosis = on(day).diagnoses[code]
    assert diagnosis.status == status
    assert bool(diagnosis.mask & masks.DX_UNUSABLE) == (status != "billable")


def test_a_code_replaced_by_others_ends(on: On) -> None:
    # K56.69 was billable until it was divided on 2017-10-01.
    before, after = on("2017-09-30").diagnoses["K5669"], on("2017-10-01").diagnoses["K5669"]
    assert (before.status, after.status) == ("billable", "heading")
    assert before.end == dt.date(2017, 9, 30)


def test_a_code_that_nothing_followed_has_ended(on: On) -> None:
    ended = on("2026-09-15").diagnoses["M51.36"]
    assert ended.status == "heading"
    assert on("2024-09-30").diagnoses["M51.36"].status == "billable"
    gone = on("2026-09-15").diagnoses["J84.17"]
    assert gone.status in {"heading", "ended"}


def test_spelling_does_not_matter(release: Release) -> None:
    assert release.diagnoses["l57.0"] is release.diagnoses["L570"] is release.diagnoses["L57.0"]
    assert release.diagnoses["L57."] is release.diagnoses["L57"]
    assert release.diagnoses["l570"].dotted == "L57.0"


def test_children_are_the_billable_codes_below(on: On) -> None:
    children = on("2026-09-15").children("L57")
    assert [child.dotted for child in children] == [f"L57.{n}" for n in (0, 1, 2, 3, 4, 5, 8, 9)]
    assert [child.dotted for child in on("2026-10-01").children("D69.1")] == ["D69.11", "D69.19"]
    assert on("2026-09-30").children("D69.1") == ()
    assert on("2026-09-15").children("L57.0") == ()
    assert on("2026-09-15").children("no code") == ()


def test_children_of_a_code_that_lacks_its_seventh_character(release: Release) -> None:
    children = release.children("S06.0X0")
    assert [child.dotted for child in children] == ["S06.0X0A", "S06.0X0D", "S06.0X0S"]
    assert children[0].description == "Concussion without loss of consciousness, initial encounter"


def test_flags_are_those_of_the_day(on: On) -> None:
    assert on("2024-09-30").diagnoses["N87.1"].flags == {"female"}
    assert on("2024-10-01").diagnoses["N87.1"].flags == frozenset()
    assert on("2024-09-30").diagnoses["N87.1"].mask & masks.DX_FEMALE
    assert on("2026-09-15").diagnoses["F02.80"].mask & masks.DX_MANIFESTATION
    assert on("2026-09-15").diagnoses["V00.111A"].mask & masks.DX_EXTERNAL_CAUSE


@pytest.mark.parametrize(
    ("code", "side"),
    [
        ("M25.561", "R"),
        ("M25.562", "L"),
        ("M25.569", None),
        ("H26.9", None),
        ("M17.0", "B"),
        ("S82.101A", "R"),
        ("C50.911", "R"),
        ("H40.1122", "L"),
        ("I50.810", None),  # right heart failure: a heart has no other right
        ("R10.11", None),  # right upper quadrant: no side of a pair
        ("K51.50", None),  # left sided colitis
        ("L57.0", None),
    ],
)
def test_side_is_that_of_a_pair(release: Release, code: str, side: str | None) -> None:
    assert release.diagnoses[code].status == "billable"
    assert release.diagnoses[code].side == side
    assert bool(release.diagnoses[code].mask & masks.DX_SIDED) == (side in {"L", "R"})


@pytest.mark.parametrize(
    ("code", "description"),
    [
        ("L57.0", "Actinic keratosis"),
        ("L57", "Skin changes due to chronic exposure to nonionizing radiation"),
        ("T14.8XXA", "Other injury of unspecified body region, initial encounter"),
        ("D69.11", None),  # younger than the tabular list
        ("no", None),
    ],
)
def test_descriptions_are_published_or_absent(on: On, code: str, description: str | None) -> None:
    assert on("2026-10-01").diagnoses[code].description == description


@given(st.text(max_size=12))
def test_any_text_has_an_answer(reference: Reference, text: str) -> None:
    release = reference.on(dt.date(2026, 9, 15))
    diagnosis = release.diagnoses[text]
    assert diagnosis.status in {"billable", "heading", "not-yet", "ended", "unknown"}
    assert all(child.status == "billable" for child in release.children(text))
