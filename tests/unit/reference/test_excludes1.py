from collections.abc import Callable

import pytest

from scrubber.reference import Release
from scrubber.reference.importers.excludes1 import Excluded, read_excludes1
from scrubber.reference.importers.tabular import Note, Tabular

On = Callable[[str], Release]


@pytest.mark.parametrize(
    ("code", "other"),
    [
        ("A32.9", "P37.2"),  # neonatal (disseminated) listeriosis (P37.2)
        ("C30.1", "C43.21"),  # malignant melanoma of skin of (external) ear (C43.2-)
        ("C30.1", "C44.291"),  # (C43.2-,C44.2-), a list without a blank
        ("K56.699", "Q41.0"),  # (Q41-Q42), a range at a category
        ("K56.699", "P76.0"),  # classifiable to P76.-, without parentheses
        ("H47.611", "S04.041A"),  # injury to visual cortex S04.04-
        ("E11.9", "P70.2"),  # (P70-P74), at the chapter
        ("K51.90", "K58.9"),  # (K58.-), at the block
        ("G59", "E11.41"),  # (E08-E13 with .41)
        ("I73.89", "E11.52"),  # (E08-E13 with .51-.52)
        ("R47.02", "I69.321"),  # (I69. with final characters -21)
        ("F07.81", "S06.0X0A"),  # (S06.0X- with seventh character A)
        ("N87.1", "R87.610"),  # (R87.61-)
        ("D72.10", "D72.824"),  # basophilia (D72.824), at D72: a part of the category itself
        ("J90", "J91.0"),  # (J91.0)), with a slip of the pen
    ],
)
def test_what_a_note_names_is_excluded(release: Release, code: str, other: str) -> None:
    assert release.diagnoses[code].excludes(release.diagnoses[other])


@pytest.mark.parametrize(
    ("code", "other"),
    [
        ("P37.2", "A32.9"),  # the note stands at A32, and P37.2 has none
        ("G59", "E11.42"),  # other characters than .41
        ("R47.02", "I69.322"),
        ("F07.81", "S06.0X0D"),
        ("D72.824", "D72.824"),  # a note at D72 sends basophilia here
        ("T88.7XXA", "A00.0"),  # (A00-R94 and ...) says: specified effects of drugs, not every disease
        ("F06.70", "I69.020"),  # (I69.01-I69.11-) means neither a range nor a list for sure
        ("I01.9", "I05.0"),  # (I05-I09) unless ...
        ("L57.0", "L57.1"),
    ],
)
def test_what_no_note_names_for_sure_is_not(release: Release, code: str, other: str) -> None:
    assert release.diagnoses[other].status == "billable"
    assert not release.diagnoses[code].excludes(release.diagnoses[other])


def test_categories_never_hide_an_exclusion(release: Release) -> None:
    for code in ("E11.9", "K56.699", "N87.1", "C30.1"):
        diagnosis = release.diagnoses[code]
        for exclusion in diagnosis.exclusions:
            assert {exclusion.first[:3], exclusion.last[:3]} <= diagnosis.excluded


def test_notes_hold_for_the_year_of_their_list(on: On) -> None:
    assert on("2025-10-01").diagnoses["A32.9"].excluded
    for day in ("2025-09-30", "2026-10-01"):
        assert not on(day).diagnoses["A32.9"].excluded
        assert not on(day).reaches("icd10cm-excludes1")


def _read(text: str) -> tuple[list[Excluded], str]:
    chapters = [("A00", "B99"), ("C00", "D49")]
    rows, counts = read_excludes1(Tabular({}, {}, [Note("A10", "A10", "category", text)], chapters))
    assert counts.total() == 1
    return rows, next(iter(counts))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("one (B01.2)", [("B012", "B012", "", "")]),
        ("any (B01.-)", [("B01", "B01", "", "")]),
        ("two (B01.2-, C03)", [("B012", "B012", "", ""), ("C03", "C03", "", "")]),
        ("from to (B01.2 - B01.5-)", [("B012", "B015", "", "")]),
        ("both (B01-B02 and B05)", [("B01", "B02", "", ""), ("B05", "B05", "", "")]),
        ("fifth (B01.- with 5th character 3)", [("B01", "B01", "5", "3")]),
        ("trailing comma (B01,)", [("B01", "B01", "", "")]),
        ("mixed (RSV) virus (B01)", [("B01", "B01", "", "")]),
    ],
)
def test_forms_of_notes(text: str, named: list[tuple[str, str, str, str]]) -> None:
    rows, outcome = _read(text)
    assert outcome == "read"
    assert [(row.first, row.last, row.at, row.text) for row in rows] == named


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("see elsewhere", "names no code"),
        ("virus (RSV) (G6PD)", "names no code"),
        ("disease (B01) unless treated", "conditional"),
        ("disease (B01 or so)", "not understood"),
        ("disease (B01 with luck)", "condition not understood"),
        ("disease (A00-D49)", "range over chapters"),
        ("disease (B01.21-B01.31)", "range by middle characters"),
    ],
)
def test_a_note_that_is_not_clear_names_nothing(text: str, outcome: str) -> None:
    assert _read(text) == ([], outcome)
