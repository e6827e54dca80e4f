import datetime as dt
from pathlib import Path

import pytest

from scrubber.reference import SourceError
from tests.unit.reference.importers.published import PFS, PFS_HEAD, PFS_ROW, as_2026, load, rows

BLANK = PFS_ROW.format(na="NA", days="YYY")
PROFESSIONAL = PFS_ROW.format(na="", days="XXX").replace("76940,,", "76940,26,")
INDICATORS = ("1", "0", "0", "0", "0", "0")
EXPECTED = [
    ("76940", "", "A", "YYY", *INDICATORS, True, False, 310, 260, 323465),
    ("76940", "26", "A", "XXX", *INDICATORS, False, False, 310, 260, 323465),
]


def test_rows_of_one_code_differ_by_modifier(tmp_path: Path) -> None:
    parsed = load(tmp_path, f"{PFS}{PROFESSIONAL}\n")
    assert rows(parsed) == EXPECTED
    assert (parsed.kind, parsed.release) == ("fee-schedule", "RVU25D")
    assert (parsed.starts, parsed.ends) == (dt.date(2025, 10, 1), dt.date(2025, 12, 31))


def test_the_columns_of_2026_are_found_by_name(tmp_path: Path) -> None:
    lines = f"{PFS}{PROFESSIONAL}\n".replace("2025 National", "2026 National").replace("October", "July").splitlines()
    names = {8: "PRIC", 9: "IND"}
    text = "".join(f"{as_2026(line, names.get(at, '' if at < 10 else '7'))}\n" for at, line in enumerate(lines))
    parsed = load(tmp_path, text)
    assert rows(parsed) == EXPECTED
    assert (parsed.release, parsed.starts, parsed.ends) == ("RVU26C", dt.date(2026, 7, 1), dt.date(2026, 9, 30))


@pytest.mark.parametrize(("month", "letter"), [("January", "A"), ("April", "B"), ("July", "C"), ("October", "D")])
def test_the_banner_tells_the_release(tmp_path: Path, month: str, letter: str) -> None:
    assert load(tmp_path, PFS.replace("October", month)).release == f"RVU25{letter}"


def test_without_the_banner_there_is_no_release(tmp_path: Path) -> None:
    assert load(tmp_path, PFS.replace("October", "Special")).release is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("76940,26", "7694,26"), "a procedure code"),
        (("76940,26", "76940,266"), "a modifier of two characters, or none"),
        (("76940,26,,A", "76940,,,I"), "each code and modifier once"),
        ((",,A,", ",,,"), "a status code of one letter"),
        ((",1.00,,1.00,", ",1.00,no,1.00,"), "NA or nothing"),
        (("3.10", "3.1x"), "a number with at most 2 decimal places"),
        (("3.10", "3.101"), "a number with at most 2 decimal places"),
        (("2.60", "-2.60"), "a number with at most 2 decimal places"),
        (("32.3465", ""), "a number with at most 4 decimal places"),
        (("76940,26", "76940,26,"), "as many cells as columns"),
    ],
)
def test_rows_refused(tmp_path: Path, change: tuple[str, str], reason: str) -> None:
    other = PROFESSIONAL.replace("76940", "93000")
    parsed = load(tmp_path, f"{PFS}{other}\n{PROFESSIONAL.replace(*change)}\n")
    assert len(rows(parsed)) == 2
    assert parsed.refused.counts == {reason: 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PFS_HEAD, "found none"),
        (PFS.replace("GLOB,", "GLOBAL,"), r"line 10: expected a header row with the columns global days \("),
        (PFS.replace("BILAT,ASST", "ASST,BILAT,").replace(",,CO-", ",CO-"), "."),
        (PFS + PROFESSIONAL[:60], "line 12: expected a whole last line"),
        (PFS + "x" * 2_000_000, "line 12: expected text in lines"),
    ],
)
def test_files_that_are_not(tmp_path: Path, text: str, message: str) -> None:
    if message == ".":  # columns that only changed places are read by their names
        assert rows(load(tmp_path, text)) == EXPECTED[:1]
        return
    with pytest.raises(SourceError, match=message):
        rows(load(tmp_path, text))
