"""Whatever a file holds, a reader gives rows or a SourceError."""

import contextlib
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from scrubber.reference import SourceError
from scrubber.reference.importers.catalog import KINDS, read
from tests.unit.reference.importers.published import save, workbook, zipped
from tests.unit.reference.importers.test_recognising import FILES

NAMES = ["a.txt", "ccipra-v322r0-f1.TXT", "Eff_99-99-9999.csv", "icd10cm_order_2026.txt"]
BOOK = workbook([["pos_code", "pos_type", "pos_name"], [11, "Facility", "x"]])
WHOLE = [text.encode("cp1252") for text in FILES.values()] + [BOOK, zipped({"a.csv": FILES["pos"], "b.xlsx": BOOK})]
MAGIC = [b"PK\x03\x04", b"PK\x05\x06", b"\xfd7zXZ\x00", b"\xef\xbb\xbf", b"\xff\xfe", b"<ICD10CM.tabular>"]


def _read(content: bytes, name: str, kind: str | None) -> None:
    with TemporaryDirectory() as folder:
        path = save(Path(folder), content, name)
        with contextlib.suppress(SourceError):
            parsed = read(path, kind)
            assert parsed.kind in KINDS
            for row in parsed.rows:
                assert isinstance(row, tuple)


kinds = st.none() | st.sampled_from(KINDS)


@given(st.sampled_from([b"", *MAGIC]), st.binary(max_size=300), st.sampled_from(NAMES), kinds)
def test_arbitrary_bytes(magic: bytes, content: bytes, name: str, kind: str | None) -> None:
    _read(magic + content, name, kind)


@given(st.sampled_from(WHOLE), st.data(), st.sampled_from(NAMES), kinds)
def test_a_published_file_with_some_of_it_replaced(content: bytes, data: st.DataObject, name: str, kind: str) -> None:
    at = data.draw(st.integers(0, len(content)))
    length = data.draw(st.integers(0, 20))
    _read(content[:at] + data.draw(st.binary(max_size=20)) + content[at + length :], name, kind)


@given(st.sampled_from(list(FILES.values())), st.data(), kinds)
def test_a_published_file_with_odd_cells(text: str, data: st.DataObject, kind: str | None) -> None:
    cells = text.splitlines()[-1].split("\t" if "\t" in text else ",")
    odd = data.draw(st.lists(st.sampled_from(cells) | st.text(max_size=12), min_size=len(cells), max_size=len(cells)))
    row = ("\t" if "\t" in text else ",").join(odd)
    _read(f"{text}{row}\n".encode(), "ccipra.txt", kind)


@given(st.lists(st.lists(st.text(max_size=9) | st.floats() | st.integers(), max_size=8), max_size=8), kinds)
def test_a_workbook_with_odd_cells(cells: list[list[str | float]], kind: str | None) -> None:
    _read(workbook(cells), "a.xlsx", kind)
