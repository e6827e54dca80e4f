import datetime as dt
from pathlib import Path

import pytest

from scrubber.reference import SourceError
from tests.unit.reference.importers.published import AOC, AOC_HEAD, load, rows, workbook

ROWS = (
    "1\t17003\t\t17000\t\t2013091\t\t\n"
    "2\t0054T\t\tCCCCC\t\t2013091\t2024366\t\n"
    '3\t01968\t\t01967\t2020001\t2013091\t\tSee note, "quoted\n'
    "3\t01969\t\tCCCCC\t\t2016060\t9999365\t\n"
    "3\t01968\t2019365\tCCCCC\t\t2016060\t2020001\t\n"
)
EXPECTED = [
    ("17003", 1, "17000", 20130401, 0),
    ("0054T", 2, None, 20130401, 20241231),
    ("01968", 3, "01967", 20130401, 20200101),
    ("01969", 3, None, 20160229, 0),
    ("01968", 3, None, 20160229, 20191231),
]


def test_add_ons(tmp_path: Path) -> None:
    parsed = load(tmp_path, AOC_HEAD + ROWS, "AOC_2024Q3.txt")
    assert rows(parsed) == EXPECTED
    assert (parsed.kind, parsed.release) == ("add-on", "2024Q3")
    assert (parsed.starts, parsed.ends) == (dt.date(2013, 4, 1), dt.date(2024, 9, 30))


def test_header_names_drift(tmp_path: Path) -> None:
    names = ["Type", "Add-on Code", "AOC Deletion Date", "Primary Code", "Primary Code Deletion Date"]
    names += ["Edit Effective Date", "Edit Deleted Date", "Notes"]
    assert rows(load(tmp_path, "\t".join(names) + "\n" + ROWS)) == EXPECTED


def test_a_workbook_gives_the_same_rows(tmp_path: Path) -> None:
    cells = [line.split("\t") for line in (AOC_HEAD + ROWS).splitlines()]
    assert rows(load(tmp_path, workbook(cells), "AOC.xlsx")) == EXPECTED


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("4\t17004\t\t17000\t\t2013091\t\t", "type 1, 2 (with primary CCCCC) or 3"),
        ("2\t17004\t\t17000\t\t2013091\t\t", "type 1, 2 (with primary CCCCC) or 3"),
        ("1\t17004\t\tDDDDD\t\t2013091\t\t", "a procedure code"),
        ("1\t17004\t\t17000\t\t2013366\t\t", "a date as 2026091 (year and day of the year)"),
        ("1\t17004\t\t17000\t\t2013000\t\t", "a date as 2026091 (year and day of the year)"),
        ("1\t17004\t\t17000\t\t\t\t", "a date as 2026091 (year and day of the year)"),
        ("1\t17004\t\t17000\t\t2013091\t2013090\t", "deletion dates not before the effective date"),
        ("1\t17003\t\t17000\t\t2013091\t\t", "each add-on code, primary and effective date once"),
        ("1\t17004\t\t17000", "as many cells as columns"),
    ],
)
def test_rows_refused(tmp_path: Path, row: str, reason: str) -> None:
    parsed = load(tmp_path, f"{AOC_HEAD}{ROWS}{row}\n")
    assert rows(parsed) == EXPECTED
    assert parsed.refused.counts == {reason: 1}
    assert parsed.refused.first[reason][0][0] == 8


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (AOC_HEAD, "found none"),
        (AOC.replace("Primary_Code\t", "Main\t"), "line 2: expected a header row with the columns primary "),
        (AOC + "1\t17004\t\t170", "line 4: expected a whole last line"),
    ],
)
def test_files_that_are_not(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        rows(load(tmp_path, text))
