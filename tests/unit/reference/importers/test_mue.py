import datetime as dt
from pathlib import Path

import pytest

from scrubber.reference import SourceError
from scrubber.reference.importers.catalog import recognise
from tests.unit.reference.importers.published import MUE, MUE_HEAD, MUE_ROW, load, rows, save, workbook

CLINICAL = "3 Date of Service Edit: Clinical"


def test_limits(tmp_path: Path) -> None:
    more = f"A0021,0,{CLINICAL},CMS Policy\n0001U,12,1 Line Edit,\n"
    parsed = load(tmp_path, MUE + more, "MCR_MUE_PractitionerServices_Eff_04-01-2026.csv")
    assert rows(parsed) == [
        ("17000", 1, 2, "Code Descriptor / CPT Instruction"),
        ("A0021", 0, 3, "CMS Policy"),
        ("0001U", 12, 1, ""),
    ]
    assert (parsed.release, parsed.starts, parsed.ends) == ("2026Q2", dt.date(2026, 4, 1), dt.date(2026, 6, 30))


@pytest.mark.parametrize(
    ("services", "kind"),
    [
        ("Practitioner Services", "mue-practitioner"),
        ("Outpatient Hospital Services", "mue-outpatient"),
        ("DME Supplier Services", "mue-dme"),
    ],
)
def test_the_header_tells_whose_limits_they_are(tmp_path: Path, services: str, kind: str) -> None:
    path = save(tmp_path, MUE.replace("Practitioner Services", services), "limits.csv")
    assert recognise(path) == kind


def test_no_date_in_the_name_is_no_release(tmp_path: Path) -> None:
    parsed = load(tmp_path, MUE, "limits.csv")
    assert (parsed.release, parsed.starts, parsed.ends) == (None, None, None)


def test_a_workbook_tells_its_date_in_the_sheet(tmp_path: Path) -> None:
    head = ["HCPCS/\nCPT Code", "Practitioner Services MUE Values", "MUE Adjudication Indicator", "MUE Rationale"]
    book = workbook([["Notice"], head, ["17000", 1, CLINICAL, "Why"]], title="PractitionerSvcEff-10-01-2025")
    parsed = load(tmp_path, book, "limits.xlsx")
    assert rows(parsed) == [("17000", 1, 3, "Why")]
    assert (parsed.release, parsed.starts, parsed.ends) == ("2025Q4", dt.date(2025, 10, 1), dt.date(2025, 12, 31))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"1700,1,{CLINICAL},x", "a procedure code"),
        (f"17003,one,{CLINICAL},x", "units as a whole number"),
        (f"17003,-1,{CLINICAL},x", "units as a whole number"),
        ("17003,1,4 Something,x", "adjudication indicator 1, 2 or 3"),
        (f"17000,1,{CLINICAL},x", "each code once"),
        ("17003,1,2", "as many cells as columns"),
    ],
)
def test_rows_refused(tmp_path: Path, row: str, reason: str) -> None:
    parsed = load(tmp_path, f"{MUE}{row}\n17004,1,{CLINICAL},x\n")
    assert len(rows(parsed)) == 2
    assert parsed.refused.counts == {reason: 1}
    assert [line for line, _ in parsed.refused.first[reason]] == [9]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (MUE_HEAD, "found none"),
        (MUE.replace("MUE Rationale", "Why"), "line 7: expected a header row with the columns rationale"),
        (MUE.replace(",MUE Rationale", ",MUE Rationale,MUE Rationale"), "line 7: .* the columns rationale"),
        (MUE + "17003,1,2 Date", "line 9: expected a whole last line; the file breaks off"),
        (MUE + "17003,1,2 Date of Service Edit: Policy,Code Descr", "breaks off in 'Code Descr'"),
        (MUE + '17003,1,"2 Date', r"line 9: expected well-formed CSV \(unexpected end of data"),
        (MUE_HEAD + f"1700,1,{CLINICAL},x\n", "line 8: .*refused all 1 .*This is not such a file"),
    ],
)
def test_files_that_are_not(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        rows(load(tmp_path, text))


def test_too_many_rows_refused_is_another_file(tmp_path: Path) -> None:
    good = "".join(f"{17000 + n},1,{CLINICAL},x\n" for n in range(1500))
    bad = "x,1,2,x\n"
    parsed = load(tmp_path, MUE_HEAD + good + bad * 15)
    assert len(rows(parsed)) == 1500
    parsed = load(tmp_path, MUE_HEAD + good + bad * 16)
    with pytest.raises(SourceError, match="at most one row in a hundred to refuse, refused 16 of 1516"):
        rows(parsed)


def test_only_the_first_refused_lines_are_kept(tmp_path: Path) -> None:
    good = "".join(f"{10000 + n},1,{CLINICAL},x\n" for n in range(5000))
    parsed = load(tmp_path, MUE_HEAD + good + "x,1,2,x\n" * 45)
    rows(parsed)
    assert parsed.refused.counts == {"a procedure code": 45}
    assert parsed.refused.first["a procedure code"] == [(5008 + n, "x") for n in range(20)]


def test_windows_and_utf_8_are_read_as_they_are(tmp_path: Path) -> None:
    for encoding in ("cp1252", "utf-8", "utf-8-sig"):
        text = MUE_HEAD + MUE_ROW.replace("Descriptor", "Descriptor\u2019s")
        path = save(tmp_path, text, "limits.csv", encoding)
        assert rows(load(tmp_path, path.read_bytes()))[0][3] == "Code Descriptor\u2019s / CPT Instruction"
