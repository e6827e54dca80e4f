"""A bundle with damage -> BundleError, or all that it says as before: never another answer.

An input is changes to a small bundle: four bytes say where, one what is put there; an odd first byte cuts it off.
"""

import struct
from pathlib import Path
from random import Random
from typing import Any, Final

from scrubber.reference.bundle.container import Bundle, BundleError
from scrubber.reference.bundle.imported import ImportedTables
from scrubber.reference.importing import Job, run
from tests.fuzz.folder import scratch
from tests.fuzz.guard import WATCH
from tests.unit.reference.importers import published

LONGEST: Final = 1 << 8
_CHANGE: Final = struct.Struct("<IB")
_FOLDER: Final = scratch()
_FILE: Final = _FOLDER / "reference.bundle"


def _made() -> bytes:
    whole = _FOLDER / "whole.bundle"
    for content, name in ((published.PTP, "ccipra-v322r0.TXT"), (published.MUE, "a.csv"), (published.AOC, "b.txt")):
        run(Job([published.save(_FOLDER, content, name)], release="2026Q3"), whole)
    return whole.read_bytes()


def _said(path: Path) -> Any:
    tables = ImportedTables(path)
    return [
        (table.key, table.left_out, {k: bytes(v) for k, v in tables.sections(table).items()}) for table in tables.tables
    ]


_WHOLE: Final = _made()
_SAYS: Final = _said(_FOLDER / "whole.bundle")


def seeds() -> list[bytes]:
    """Changes at the head, in the directory and in the sections, and where nothing stands."""
    return [b"\0" + _CHANGE.pack(at, value) for at in (0, 8, 12, 16, 40, 4000, 4096, 8192) for value in (0, 1, 255)]


def one(data: bytes) -> None:
    """Apply the changes and open it."""
    content = bytearray(_WHOLE)
    for start in range(1, len(data) - _CHANGE.size + 1, _CHANGE.size):
        at, value = _CHANGE.unpack_from(data, start)
        content[at % len(content)] = value
    if data[:1] and data[0] % 2:
        del content[(struct.unpack_from("<I", data.ljust(5, b"\0"), 1)[0]) % len(content) :]
    _FILE.write_bytes(content)
    try:
        with WATCH:
            Bundle(_FILE).close()
    except BundleError as error:
        assert str(_FILE) in str(error)
    else:
        assert _said(_FILE) == _SAYS


def mutate(data: bytes, longest: int, seed: int) -> bytes:
    """Other places, one after another."""
    random = Random(seed)
    # Half of them in the head and the directory, which a uniform choice would hardly meet.
    reach = random.choice((16, 600, len(_WHOLE)))
    changes = [_CHANGE.pack(random.randrange(reach), random.randrange(256)) for _ in range(random.choice((1, 1, 2, 8)))]
    return (bytes([random.choice((0, 0, 0, 1))]) + b"".join(changes) + data[1:40])[:longest]
