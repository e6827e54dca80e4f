from pathlib import Path

import pytest

from scrubber.reference import SourceError
from scrubber.reference.importers.hcpcs import COLUMNS as HCPCS_COLUMNS
from scrubber.reference.importers.hcpcs import read_hcpcs
from scrubber.reference.importers.laterality import sides
from scrubber.reference.importers.mce import CodeRow, merge, read_mce
from scrubber.reference.importers.pos import read_pos
from scrubber.reference.importers.source import Source
from scrubber.reference.importers.tabular import read_tabular
from scrubber.reference.shipped import main


def _source(folder: Path, text: str | bytes, name: str = "published.csv") -> Source:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Source(path)


MCE = "code,start_date,end_date,flags\n"


def test_mce_rows(tmp_path: Path) -> None:
    text = MCE + "A34,20241001,,maternity\nA34,20151001,20240930,maternity|female\n"
    found = read_mce(_source(tmp_path, text))
    expected = [CodeRow("A34", "20151001", "20240930", "female|maternity"), CodeRow("A34", "20241001", "", "maternity")]
    assert found == {"A34": expected}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: expected the columns code"),
        (MCE, "line 2: expected codes, found none"),
        ("code,start,end,flags\nA34,20151001,,\n", "line 1: expected the columns"),
        (MCE + "A34,20151001,\n", "line 2: expected 4 fields, found 3"),
        (MCE + "A3.4,20151001,,\n", r"line 2: expected an ICD-10-CM code without dot, found 'A3\.4'"),
        (MCE + "A34,2015-10-01,,\n", "line 2: expected a date as 20260915 in start_date"),
        (MCE + "A34,20151001,20150930,\n", "line 2: expected start_date, and no earlier end_date"),
        (MCE + "A34,,,\n", "line 2: expected start_date"),
        (MCE + "A34,20151001,,wizard\n", "line 2: expected known flags, found wizard. Teach"),
        (MCE + "A34,20151001,,\nA34,20161001,,\n", "line 3: expected a row of A34 that begins after"),
        (MCE + '"A34,20151001,,\n', "expected well-formed CSV"),
        (MCE.encode() + b"A34,20151001,,\n\xff", "line 3: expected UTF-8 text"),
    ],
)
def test_mce_that_is_not(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read_mce(_source(tmp_path, text))


def test_the_newer_release_has_the_last_word_on_a_code() -> None:
    old, new, gone = CodeRow("B", "1", "", ""), CodeRow("B", "1", "2", ""), CodeRow("A", "1", "", "")
    assert merge({"B": [old], "A": [gone]}, {"B": [new]}) == [gone, new]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="a file to read"):
        Source(tmp_path / "absent.csv")
    with pytest.raises(SourceError, match=r"cut\.xml\.xz: expected a whole xz file"):
        _source(tmp_path, b"\xfd7zXZ\x00cut", "cut.xml.xz")


def _hcpcs(*records: dict[str, str]) -> str:
    lines = [",".join(record.get(column, "") for column in HCPCS_COLUMNS) for record in records]
    return "\n".join([",".join(HCPCS_COLUMNS), *lines, ""])


A_CODE = {"HCPC": "J0570", "RECID": "3", "ADD DT": "20170101", "ACT EFF DT": "20251001", "SHORT DESCRIPTION": "Drug  x"}
A_MODIFIER = {"HCPC": "   LT", "RECID": "7", "ADD DT": "19840101", "SHORT DESCRIPTION": "Left side"}


def test_hcpcs_records(tmp_path: Path) -> None:
    continued = {"HCPC": "J0570", "RECID": "4"}
    codes, modifiers = read_hcpcs(_source(tmp_path, _hcpcs(A_CODE, continued, A_MODIFIER)))
    assert [tuple(row) for row in codes] == [("J0570", "20170101", "", "", "Drug x")]
    assert [row.code for row in modifiers] == ["LT"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"RECID": "5"}, "line 2: expected record identifier"),
        ({"HCPC": "D0120"}, "line 2: expected a HCPCS Level II code, found 'D0120'"),
        ({"ADD DT": ""}, "line 2: expected ADD DT"),
        ({"TERM DT": "20161231"}, "line 2: expected ADD DT, and no earlier TERM DT"),
        ({"TERM DT": "20161331"}, "line 2: expected a date as 20260915 in TERM DT"),
    ],
)
def test_hcpcs_that_is_not(tmp_path: Path, change: dict[str, str], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read_hcpcs(_source(tmp_path, _hcpcs(A_CODE | change, A_MODIFIER)))


def test_hcpcs_without_modifiers_or_with_a_code_twice(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="codes and modifiers"):
        read_hcpcs(_source(tmp_path, _hcpcs(A_CODE)))
    with pytest.raises(SourceError, match="line 3: expected each code once, found 'J0570'"):
        read_hcpcs(_source(tmp_path, _hcpcs(A_CODE, A_CODE, A_MODIFIER)))


POS = "pos_code,pos_type,pos_name,pos_description\n"


def test_places(tmp_path: Path) -> None:
    text = POS + "21,Facility,Inpatient Hospital,text\n11,Non-Facility,Office,text\n28,Unassigned,Unassigned,\n"
    found = [tuple(row) for row in read_pos(_source(tmp_path, text))]
    assert found == [("11", "Office", "non-facility"), ("21", "Inpatient Hospital", "facility")]


@pytest.mark.parametrize(
    "line", ["1,Facility,X,", "11,Somewhere,X,", "11,Facility,,", "11,Facility,X,\n11,Facility,X,"]
)
def test_places_that_are_not(tmp_path: Path, line: str) -> None:
    with pytest.raises(SourceError, match=r"published\.csv, line"):
        read_pos(_source(tmp_path, f"{POS}{line}\n"))


def _tabular(body: str) -> str:
    chapter = f"<chapter><desc>Some (A00-B99)</desc><section id='A00-A09'>{body}</section></chapter>"
    return f"<ICD10CM.tabular>{chapter}</ICD10CM.tabular>"


def test_tabular(tmp_path: Path) -> None:
    seventh = "<sevenChrDef><extension char='A'>initial</extension></sevenChrDef>"
    notes = "<excludes1><note>other\n  thing (B01)</note></excludes1>"
    child = f"<diag><name>A01.2</name><desc>Child</desc>{seventh}</diag>"
    body = f"{notes}<diag><name>A01</name><desc>Parent</desc>{notes}{child}</diag>"
    tabular = read_tabular(_source(tmp_path, _tabular(body)))
    assert tabular.texts == {"A01": "Parent", "A012": "Child"}
    assert tabular.seventh == {"A012": {"A": "initial"}}
    assert [tuple(note) for note in tabular.notes] == [
        ("A00", "A09", "block", "other thing (B01)"),
        ("A01", "A01", "category", "other thing (B01)"),
    ]
    assert tabular.chapters == [("A00", "B99")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<ICD10CM.tabular>", "well-formed XML"),
        ("<other/>", "expected <ICD10CM.tabular>, found <other>"),
        ("<ICD10CM.tabular/>", "diagnoses, found none"),
        (_tabular("<diag><name>A1</name><desc>x</desc></diag>"), "a code with a description, found 'A1'"),
        (_tabular("<diag><name>A01</name></diag>"), "a code with a description, found 'A01'"),
        (_tabular("<diag><name>A01</name><desc>x</desc></diag>" * 2), "A01 once"),
    ],
)
def test_tabular_that_is_not(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read_tabular(_source(tmp_path, text, "tabular.xml"))


def test_sides() -> None:
    found = sides(
        {
            "M011": "Pain in right knee",
            "M012": "Pain in left knee",
            "M013": "Pain in knees, bilateral",
            "M021": "Right heart failure",
            "M031": "Left upper quadrant pain",
            "M032": "Right upper quadrant pain",
            "M041": "Left hand, not right foot",
            "N011": "Pain in the left knee",
        }
    )
    assert found == {"M011": "R", "M012": "L", "M013": "B"}


def test_the_builder_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--out", str(tmp_path)]) == 1
    assert "expected a file to read" in capsys.readouterr().err
