import datetime as dt
from pathlib import Path

import pytest

from scrubber.reference import SourceError
from scrubber.reference.importers.tabular import ChapterRow, DiagnosisRow, Note, Tabular, gather
from tests.unit.reference.importers.published import ORDER, TABULAR, load, rows

LAST = "00003 S52531A 1 " + f"{'Short':60} Long\n"


def test_order(tmp_path: Path) -> None:
    parsed = load(tmp_path, ORDER + LAST)
    assert rows(parsed) == [
        ("A00", False, "Cholera", "Cholera"),
        ("A000", True, "Cholera due to V. cholerae", "Cholera due to it"),
        ("S52531A", True, "Short", "Long"),
    ]
    assert (parsed.kind, parsed.release, parsed.starts) == ("icd10cm-order", None, None)


@pytest.mark.parametrize(
    ("name", "release", "starts"),
    [
        ("icd10cm_order_2025.txt", "FY2025", dt.date(2024, 10, 1)),
        ("icd10cm-order-April-2026.txt", "FY2026 April", dt.date(2026, 4, 1)),
    ],
)
def test_the_year_of_an_order_file_is_its_name_s(tmp_path: Path, name: str, release: str, starts: dt.date) -> None:
    parsed = load(tmp_path, ORDER, name)
    assert (parsed.release, parsed.starts) == (release, starts)
    assert parsed.ends == dt.date(int(release[2:6]), 9, 30)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("00003 A00.1   1 " + LAST[16:], "number, code, 0 or 1 and descriptions at their positions"),
        ("00003 A001    2 " + LAST[16:], "number, code, 0 or 1 and descriptions at their positions"),
        ("00003 A001   1  " + LAST[16:], "number, code, 0 or 1 and descriptions at their positions"),
        (ORDER.splitlines(keepends=True)[1], "each code once"),
        ("00003 A001    1 Short\n", "a line of at least 78 characters"),
    ],
)
def test_order_lines_refused(tmp_path: Path, line: str, reason: str) -> None:
    parsed = load(tmp_path, ORDER + line + LAST)
    assert len(rows(parsed)) == 3
    assert parsed.refused.counts == {reason: 1}
    assert parsed.refused.first[reason][0][0] == 3


def test_an_order_file_that_breaks_off(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="line 3: expected a last line of at least 78 characters"):
        rows(load(tmp_path, ORDER + LAST[:40]))


def test_tabular(tmp_path: Path) -> None:
    parsed = load(tmp_path, TABULAR, "tabular.xml")
    note = Note("A00", "A09", "block", "other (B01)")
    expected = [
        ChapterRow("A00", "B99"),
        note,
        DiagnosisRow("A01", "Typhoid", (("A", "initial"),)),
    ]
    found = list(parsed.rows)
    assert found == expected
    assert list(map(type, found)) == list(map(type, expected))
    assert gather(found) == Tabular({"A01": "Typhoid"}, {"A01": {"A": "initial"}}, [note], [("A00", "B99")])
    assert (parsed.kind, parsed.release) == ("icd10cm-tabular", "FY2026")
    assert (parsed.starts, parsed.ends) == (dt.date(2025, 10, 1), dt.date(2026, 9, 30))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TABULAR[:300], "expected well-formed XML"),
        (TABULAR.replace("diag", "other"), "expected diagnoses, found none"),
    ],
)
def test_tabular_that_is_not(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        rows(load(tmp_path, text, "tabular.xml"))


def test_a_bomb_in_xml_does_not_go_off(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "x">{entities}]>\n<ICD10CM.tabular><version>&e11;</version></ICD10CM.tabular>\n'
    with pytest.raises(SourceError, match="well-formed XML"):
        rows(load(tmp_path, bomb, "tabular.xml"))
