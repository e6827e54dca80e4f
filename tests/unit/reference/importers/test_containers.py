import io
import lzma
import zipfile
from pathlib import Path

import pytest

from scrubber.reference import SourceError
from scrubber.reference.importers import document
from scrubber.reference.importers.catalog import read
from tests.unit.reference.importers.published import MUE, MUE_HEAD, MUE_ROW, POS, load, rows, save, workbook, zipped

CELLS: list[list[str | int | float]] = [
    ["HCPCS/ CPT Code", "DME MUE Values", "MUE Adjudication Indicator", "MUE Rationale"],
    ["17000", 1, "1 Line", "x"],
]


def test_a_zip_is_one_table_and_what_explains_it(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {
        "folder/": b"",
        "notes.docx": zipped({"word/document.xml": "<x/>"}),
        "old.xls": b"\xd0\xcf\x11\xe0",
        "Read me.txt": "Read me.\n",
    }
    packed = zipped(members | {"folder/limits.csv": MUE.encode("cp1252"), "limits.xlsx": workbook(CELLS)})
    parsed = load(tmp_path, packed, "Eff_07-01-2026.zip")
    assert len(rows(parsed)) == 1
    assert parsed.kind == "mue-practitioner", "text is preferred to the workbook beside it"
    assert parsed.source_name == "Eff_07-01-2026.zip: folder/limits.csv"
    assert parsed.release == "2026Q3"


def test_a_workbook_in_a_zip(tmp_path: Path) -> None:
    parsed = load(tmp_path, zipped({"read me.txt": "Read me.\n", "limits.xlsx": workbook(CELLS)}), "limits.zip")
    assert (parsed.kind, rows(parsed)) == ("mue-dme", [("17000", 1, 1, "x")])


def test_two_tables_in_a_zip_are_one_too_many(tmp_path: Path) -> None:
    path = save(tmp_path, zipped({"QPP.csv": MUE.encode("cp1252"), "nonQPP.csv": MUE.encode("cp1252")}), "two.zip")
    with pytest.raises(SourceError, match=r"one table of kind mue-practitioner, found .*QPP\.csv.*Unpack it"):
        read(path)
    mixed = save(tmp_path, zipped({"limits.csv": MUE.encode("cp1252"), "pos.csv": POS}), "mixed.zip")
    with pytest.raises(SourceError, match="mue-practitioner or pos"):
        read(mixed)
    assert read(mixed, "pos").kind == "pos"


def test_xz(tmp_path: Path) -> None:
    packed = lzma.compress(MUE.encode("cp1252"))
    assert len(rows(load(tmp_path, packed, "limits.csv.xz"))) == 1
    assert len(rows(load(tmp_path, packed, "name does not matter.csv"))) == 1


def _big() -> bytes:
    return (MUE_HEAD + "".join(MUE_ROW.replace("17000", f"{n:05}") for n in range(30_000))).encode("cp1252")


@pytest.mark.parametrize("keep", [0.02, 0.5, 0.999])
def test_containers_cut_off(tmp_path: Path, keep: float) -> None:
    stored = {
        "limits.csv.xz": lzma.compress(_big()),
        "limits.zip": zipped({"limits.csv": _big()}),
        "limits.xlsx": workbook(CELLS * 500),
    }
    for name, content in stored.items():
        with pytest.raises(SourceError, match=rf"{name}.*expected a whole file"):
            rows(load(tmp_path, content[: int(len(content) * keep)], name))


def test_containers_with_a_changed_byte(tmp_path: Path) -> None:
    for name, content in {"a.zip": zipped({"a.csv": _big()}), "a.xz": lzma.compress(_big())}.items():
        damaged = bytearray(content)
        damaged[len(content) // 2] ^= 0xFF
        with pytest.raises(SourceError, match="expected a whole file"):
            rows(load(tmp_path, bytes(damaged), name))


def test_a_workbook_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="expected a workbook"):
        load(tmp_path, zipped({"xl/workbook.xml": "<no"}), "broken.xlsx")
    whole = zipfile.ZipFile(save(tmp_path, workbook(CELLS), "a.xlsx"))
    parts = {name: whole.read(name) for name in whole.namelist()}
    broken = zipped(parts | {"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row"})
    with pytest.raises(SourceError, match=r"broken\.xlsx"):
        load(tmp_path, broken, "broken.xlsx")


def test_a_sheet_as_wide_as_none_is_published(tmp_path: Path) -> None:
    widest: list[list[str | int | float]] = [["", ""] * 26]
    widest[0][-1] = "x"
    assert load(tmp_path, workbook(CELLS + widest), "wide.xlsx").kind == "mue-dme"
    with pytest.raises(SourceError, match="sheets that end at column AZ"):
        load(tmp_path, workbook([*CELLS, [*widest[0], "x"]]), "wider.xlsx")


@pytest.mark.parametrize("name", ["bomb.zip", "book.zip", "bomb.xz", "bomb.xlsx", "bomb.txt"])
def test_bombs_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(document, "MOST_BYTES", 3 << 20)
    lines = _big() * 3
    content = {
        "bomb.zip": zipped({"limits.csv": lines}),
        "book.zip": zipped({"limits.xlsx": b"PK\x03\x04" + bytes(4 << 20)}),
        "bomb.xz": lzma.compress(lines),
        "bomb.xlsx": workbook(CELLS * 20_000),
        "bomb.txt": lines,
    }[name]
    with pytest.raises(SourceError, match="expected at most 3 MB unpacked"):
        rows(load(tmp_path, content, name))


def test_a_zip_of_very_many_files(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="at most 100 files in a zip"):
        load(tmp_path, zipped({f"{n}.txt": "x" for n in range(101)}), "many.zip")


def test_a_zip_with_a_password(tmp_path: Path) -> None:
    content = bytearray(zipped({"limits.csv": MUE.encode("cp1252")}))
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    content[6] |= 1
    with pytest.raises(SourceError, match="a zip without passwords"):
        load(tmp_path, bytes(content), "secret.zip")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"absent\.csv: expected a file to read \(No such file"):
        read(tmp_path / "absent.csv")
    with pytest.raises(SourceError, match="expected a file to read"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["limits.csv", "limits.csv.xz", "limits.zip", "limits.xlsx"])
def test_progress_goes_up_to_the_size_of_the_stored_file(tmp_path: Path, name: str) -> None:
    content = {
        "limits.csv": _big(),
        "limits.csv.xz": lzma.compress(_big()),
        "limits.zip": zipped({"limits.csv": _big()}),
        "limits.xlsx": workbook(CELLS[:1] + [[f"{n:05}", 1, "1 Line", "x"] for n in range(25_000)]),
    }[name]
    path = save(tmp_path, content, name)
    told: list[tuple[int, int]] = []
    for _ in read(path, progress=lambda done, size: told.append((done, size))).rows:
        pass
    size = path.stat().st_size
    assert {whole for _, whole in told} == {size}
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == size
    assert len(told) > 2


def _with(sheet: str, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook of two cells, with this one in place of the second."""
    whole = workbook([["pos_code"], ["SECOND"]])
    with zipfile.ZipFile(io.BytesIO(whole)) as parts:
        members = {name: parts.read(name).decode() for name in parts.namelist()}
    first, _, rest = members.pop("xl/worksheets/sheet1.xml").partition('<row r="2">')
    members["xl/_rels/workbook.xml.rels"] = members["xl/_rels/workbook.xml.rels"].replace(
        "worksheets/sheet1.xml", part[3:]
    )
    return zipped(members | {part: f"{first}{sheet}{rest.partition('</row>')[2]}"})


@pytest.mark.parametrize(
    "sheet",
    [
        '<row r="1048576"><c r="AZ1048576"><v>1</v></c></row>',
        '<row r="9"><c r="B4294967295"><v>1</v></c></row>',
        '<row r="9"><c r="xfd9"><v>1</v></c></row>',
        '<row r="9"><c  s="1" r="XFD9"><v>1</v></c></row>',
        "<row r=\"9\"><x:c r = 'ZZ9'><v>1</v></x:c></row>",
        '<row r="1048575"><c><v>1</v></c></row>',
        '<row r="1048575"><c s="1"><v>1</v></c></row>',
        '<row r="1048575"><c/></row>',
    ],
)
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/elsewhere.xml"])
def test_no_cell_makes_a_sheet_that_fills_the_memory(tmp_path: Path, sheet: str, part: str) -> None:
    """A kilobyte of workbook took gigabytes, or ended the process."""
    with pytest.raises(SourceError, match=r"expected (sheets that end at|cells that say)"):
        load(tmp_path, _with(sheet, part), "far.xlsx")


@pytest.mark.parametrize("last", ["J200000", "AZ99999"])
def test_a_long_sheet_and_a_wide_one_are_read(tmp_path: Path, last: str) -> None:
    sheet = _with(f'<row r="9"><c r="{last}"><v>1</v></c></row>')
    with pytest.raises(SourceError, match="expected one of these tables"):
        load(tmp_path, sheet, "large.xlsx")


def test_a_zip_that_is_no_workbook_is_none_inside_another_either(tmp_path: Path) -> None:
    other = zipped({"content.xml": "<office:document/>", "xl/workbook.xml": ""})
    for inner in (other, zipped({"a.txt": "b"})):
        with pytest.raises(SourceError, match=r"expected a workbook as \.xlsx"):
            load(tmp_path, zipped({"inner.xlsx": inner}), "outer.zip")


def test_no_file_is_read_for_an_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MOST_LINES", 1000)
    parsed = load(tmp_path, lzma.compress((MUE + "\n" * (3 << 20)).encode("cp1252")), "limits.csv.xz")
    with pytest.raises(SourceError, match="expected fewer lines"):
        rows(parsed)
