import datetime as dt
from pathlib import Path

import pytest

from scrubber.reference import SourceError
from scrubber.reference.importers.catalog import read, recognise
from scrubber.reference.importers.ptp import NO_EDIT, REPEATED
from tests.unit.reference.importers.published import PTP, PTP_EDIT, PTP_HEAD, WHY, load, rows, save, workbook

NAME = "ccipra-v322r0-f1.TXT"


def test_a_pair_deleted_and_reinstated_has_two_rows(tmp_path: Path) -> None:
    again = f"17000 \t99213\t*\t20201001\t * \t1\t{WHY}\n"
    parsed = load(tmp_path, PTP + again, NAME)
    assert rows(parsed) == [
        ("17000", "99213", 20130701, 20191231, 1, WHY),
        ("17000", "99213", 20201001, 0, 1, WHY),
    ]
    assert (parsed.kind, parsed.release) == ("ptp-practitioner", "v32.2")
    assert (parsed.starts, parsed.ends) == (dt.date(2013, 7, 1), dt.date(2026, 9, 30))
    assert parsed.kept == 2
    assert not parsed.refused.total


def test_what_says_nothing_is_left_out_and_counted(tmp_path: Path) -> None:
    never = "88108\t88162\t\t19960101\t19960101\t9\tMutually exclusive procedures\n"
    other_reason = PTP_EDIT.replace(WHY, "Mutually exclusive procedures")
    between = f"17000\t99214\t\t20130701\t*\t0\t{WHY}\n"
    reversed_pair = f"99213\t17000\t\t20130701\t*\t1\t{WHY}\n"
    parsed = load(tmp_path, PTP + between + other_reason + never * 2 + reversed_pair, NAME)
    assert [row[:2] for row in rows(parsed)] == [("17000", "99213"), ("17000", "99214"), ("99213", "17000")]
    assert parsed.left_out == {NO_EDIT: 2, REPEATED: 1}
    assert parsed.starts == dt.date(2013, 7, 1), "an edit that never was says nothing of the days covered"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("above", ["", "One more line\n", "\n" * 30])
def test_the_preamble_may_have_any_length(tmp_path: Path, newline: str, above: str) -> None:
    text = (above + PTP_HEAD.replace("0=not allowed", "0=Not Allowed") + PTP_EDIT).replace("\n", newline)
    assert len(rows(load(tmp_path, text, NAME))) == 1


def test_hospital_and_practitioner_differ_in_name_only(tmp_path: Path) -> None:
    assert recognise(save(tmp_path, PTP, "ccioph-v322r0-f1.txt")) == "ptp-hospital"
    assert recognise(save(tmp_path, PTP, NAME)) == "ptp-practitioner"
    unnamed = save(tmp_path, PTP, "edits.txt")
    with pytest.raises(SourceError, match=r"ptp-practitioner or ptp-hospital\. Name the kind"):
        recognise(unnamed)
    assert read(unnamed, "ptp-hospital").kind == "ptp-hospital"


def test_the_quarter_may_stand_in_the_name(tmp_path: Path) -> None:
    parsed = load(tmp_path, PTP, "ccipra-2024q3.txt")
    assert (parsed.release, parsed.ends) == ("2024Q3", dt.date(2024, 9, 30))
    assert load(tmp_path, PTP, "ccipra.txt").release is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("99213", "9921"), "a procedure code, found '9921'"),
        (("20130701", "20130732"), "a date as 20260401, found '20130732'"),
        (("20191231", "20191301"), "a date as 20260401, found '20191301'"),
        (("20191231", "20130630"), "a deletion date not before the effective date, found '20130630'"),
        (("\t1\t", "\t2\t"), "modifier indicator 0, 1 or 9, found '2'"),
        (("\t1\t", "\t"), "7 fields, found '6'"),
        (("\t1\t", "\t1\t\t"), "7 fields, found '8'"),
    ],
)
def test_rows_refused(tmp_path: Path, change: tuple[str, str], reason: str) -> None:
    told: list[tuple[int, str]] = []
    two = PTP + PTP_EDIT.replace("99213", "99214")
    path = save(tmp_path, two + PTP_EDIT.replace(*change) + "\n", NAME)
    parsed = read(path, on_refusal=lambda line, why: told.append((line, why)))
    assert len(rows(parsed)) == 2
    assert told == [(9, reason)]
    assert parsed.refused.counts.total() == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PTP_EDIT, "line 1: expected above the first edit a header with Column 1, Column 2"),
        (PTP.replace("Column 1\tColumn 2", "Column 2\tColumn 1"), "line 7: expected above the first edit a header"),
        (PTP_HEAD, "expected rows of kind ptp-practitioner, found none"),
        (PTP + PTP_EDIT[:31], "line 8: expected a whole last line; the file breaks off"),
        (PTP + PTP_EDIT[:40], "line 8: expected a whole last line; the file breaks off in 'Misuse '"),
    ],
)
def test_files_that_are_not(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        rows(load(tmp_path, text, NAME, "ptp-practitioner"))


def test_a_workbook_gives_the_same_rows(tmp_path: Path) -> None:
    more = "".join(f"{17000 + n}\t99213\t\t20130701\t*\t{n % 2}\t{WHY}\n" for n in range(50))
    cells = [line.split("\t") for line in (PTP + more).splitlines()]
    book = load(tmp_path, workbook(cells), "ccipra-v322r0-f1.xlsx")
    assert rows(book) == rows(load(tmp_path, PTP + more, NAME))
    assert (book.kind, book.release) == ("ptp-practitioner", "v32.2")
    assert book.source_name == "ccipra-v322r0-f1.xlsx (Sheet1)"


def test_numbers_in_a_workbook_are_read_as_text(tmp_path: Path) -> None:
    header = ["Column 1", "Column 2", "*=in existence\nprior to 1996", "Effective\nDate", "Deletion\nDate\n*=no data"]
    header += ["Modifier\n0=not allowed\n1=allowed\n9=not applicable", "PTP Edit Rationale"]
    never, unknown = (f"17000 99214 . 20130701 * {indicator} {WHY}".split(" ", 6) for indicator in (0, 5))
    book = workbook([header, [17000, 99213, "", 20130701, "*", 1, WHY], never, unknown], first_row=3)
    parsed = load(tmp_path, book, "ccipra.xlsx")
    assert rows(parsed) == [("17000", "99213", 20130701, 0, 1, WHY), ("17000", "99214", 20130701, 0, 0, WHY)]
    assert parsed.refused.first == {"modifier indicator 0, 1 or 9": [(6, "5")]}
