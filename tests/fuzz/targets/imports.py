"""Any published file -> rows or a SourceError, and a bundle that is as it was where the import is refused.

An input is a byte that picks the kind asked for, a byte that picks the name, and the file.
"""

import io
import lzma
import zipfile
from random import Random
from typing import Final

from scrubber.reference.bundle.imported import ImportedTables
from scrubber.reference.errors import ReferenceDataError
from scrubber.reference.importers.catalog import KINDS
from scrubber.reference.importing import Job, run
from tests.fuzz.changes import changed
from tests.fuzz.folder import scratch
from tests.fuzz.guard import WATCH
from tests.unit.reference.importers import published
from tests.unit.reference.importers.test_recognising import FILES

LONGEST: Final = 1 << 15
LIMIT: Final = 1.0
"""Seconds: some kinds are compiled with what ships, which takes longer than to read them."""
_FOLDER: Final = scratch()
_NAMES: Final = ("a.txt", "ccipra-v322r0-f1.TXT", "ccioph.txt", "MUE_Eff_04-01-2026.csv", "icd10cm_order_2026.txt")
_ASKED: Final = (None, None, *KINDS)
_BOOK: Final = published.workbook([["pos_code", "pos_type", "pos_name"], [11, "Facility", "x"], ["28", "", 1.5]])
_PLAIN: Final = [text.encode("cp1252") for text in FILES.values()]
_ODD: Final = [
    b"\t", b",", b'"', b"\n", b"\r\n", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\x85", b"99999999", b"00000000",
    b"20260230",
    b"20260230", b"20260101", b"19960101", b"17000", b"A" * 5000, b"0" * 320, b"\t" * 500, b",\n" * 200, b"1",
    b"9", b"*", b"2013091",
    b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaaaaaaaaaaaa'>]>", b"&a;", b"<diag>" * 40, b"-1", b"1e309", b"\xa0", b"\xe9",
]  # fmt: skip
_MEMBERS: Final = ("a.txt", "../../../etc/passwd", "/abs.csv", "b.xlsx", "xl/workbook.xml", "a.pdf", "C:\\x.txt", "\n")


def seeds() -> list[bytes]:
    """A small file of every kind, plain and packed each way."""
    packed = [lzma.compress(_PLAIN[0]), published.zipped({"a.csv": FILES["pos"], "b.xlsx": _BOOK}), _BOOK]
    bomb = published.zipped({"a.txt": b"0" * (1 << 20)})
    mixed = [
        b"\0" + bytes([which % len(_NAMES)]) + content
        for which, content in enumerate([*_PLAIN, *packed, bomb, lzma.compress(b"\n" * (1 << 20)), b""])
    ]
    return [*mixed, *(bytes([_ASKED.index(kind, 2), 0]) + FILES[kind].encode("cp1252") for kind in KINDS)]


def one(data: bytes) -> None:
    """An import over an older bundle."""
    if len(data) < len(b"\0\0"):
        return
    file = _FOLDER / _NAMES[data[1] % len(_NAMES)]
    bundle = _FOLDER / "reference.bundle"
    before = bundle.read_bytes() if bundle.exists() else None
    file.write_bytes(data[2:])
    job = Job([file], _ASKED[data[0] % len(_ASKED)], release="2026Q3", partial=True)
    try:
        with WATCH:
            reports = run(job, bundle)
    except ReferenceDataError as error:
        assert file.name in str(error)
        assert (bundle.read_bytes() if bundle.exists() else None) == before, "half an import"
    else:
        assert {table.key for table in ImportedTables(bundle).tables} >= {
            table.key for report in reports for table in report.tables
        }
        bundle.unlink()
    file.unlink()
    left = {path.name for path in _FOLDER.iterdir()} - {"reference.bundle", ".reference.bundle.lock"}
    assert not left, left


def mutate(data: bytes, longest: int, seed: int) -> bytes:
    """What a file holds, changed and packed again: as it is, as .xz, in a .zip under odd names, as a sheet."""
    random = Random(seed)
    head = (
        bytes([data[0] if random.random() < 0.8 else random.randrange(256), random.randrange(256)]) if data else b"\0\0"
    )
    content = _unpacked(data[2:]) if random.random() < 0.7 else data[2:]
    kind = random.randrange(6)
    if kind < 2 or not content:
        content = changed(content, longest - 2)
    elif kind < 4:
        at = random.randint(0, len(content))
        content = content[:at] + random.choice(_ODD) + content[at + random.choice((0, 0, 1, 4, 8)) :]
    else:
        lines = content.split(b"\n")
        other = random.choice(_PLAIN).split(b"\n")
        lines.insert(random.randint(0, len(lines)), random.choice(lines + other))
        content = b"\n".join(lines)
    return (head + _packed(content, random))[:longest]


def _unpacked(content: bytes) -> bytes:
    try:
        if content.startswith(b"\xfd7zXZ"):
            return lzma.LZMADecompressor().decompress(content, 1 << 15)
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as parts:
                return parts.open(parts.namelist()[-1]).read(1 << 15)
    except Exception:  # noqa: BLE001, S110  a damaged one stays as it is
        pass
    return content


def _packed(content: bytes, random: Random) -> bytes:
    match random.randrange(12):
        case 0:
            return lzma.compress(content, preset=0)
        case 1:
            names = random.choices(_MEMBERS, k=random.choice((1, 1, 2, 4)))
            return published.zipped(dict.fromkeys(names, content))
        case 2:
            text = content.decode("latin-1")
            cells = [line.split("\t" if "\t" in text else ",")[:60] for line in text.split("\n")[:60]]
            return published.workbook([["".join(filter(str.isprintable, cell)) for cell in row] for row in cells])
        case 3:
            parts = {"xl/workbook.xml": content, "xl/worksheets/sheet1.xml": content, "[Content_Types].xml": content}
            return published.zipped(parts)
        case _:
            return content
