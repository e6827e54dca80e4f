"""Opening what publishers offer: plain text, .xz, .xlsx, and .zip with any of these in it."""

import lzma
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from scrubber.reference.errors import SourceError
from scrubber.reference.importers.document import Document, Progress, bounded, whole
from scrubber.reference.importers.text import Opened, Text
from scrubber.reference.importers.workbook import Workbook

_XZ = b"\xfd7zXZ\x00"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_BOOK = "xl/workbook.xml"
_MOST_MEMBERS = 100
_UNREAD = (".pdf", ".doc", ".docx", ".xls", ".rtf")
"""Members of a zip that explain; .xls repeats what a text or .xlsx beside it says."""


def documents(path: Path, progress: Progress | None = None) -> Iterator[Document]:
    """What `path` holds, text before workbooks, which cost more to open. SourceError when it cannot be read."""
    with whole(str(path)), path.open("rb") as file:
        magic = file.read(len(_XZ))
    if magic.startswith(_ZIP):
        with whole(path.name), zipfile.ZipFile(path) as parts:
            if _BOOK in parts.namelist():
                yield from Workbook(path.name, path.read_bytes()).sheets(path.name, progress)
            else:
                yield from _members(path, parts, progress)
    else:
        yield Text(path.name, path.name, partial(_xz if magic == _XZ else _plain, path), progress)


def _members(path: Path, parts: zipfile.ZipFile, progress: Progress | None) -> Iterator[Document]:
    members = [member for member in parts.infolist() if not member.is_dir()]
    if len(members) > _MOST_MEMBERS:
        raise SourceError(path.name, None, f"at most {_MOST_MEMBERS} files in a zip", "Unpack it, and name one.")
    books = []
    for member in members:
        if member.filename.lower().endswith(_UNREAD):
            continue
        name, names = f"{path.name}: {member.filename}", f"{member.filename} {path.name}"
        bounded(name, member.file_size)
        with parts.open(member) as stream:
            is_zip = stream.read(len(_XZ)).startswith(_ZIP)
        if is_zip:
            books.append((member, name, names))
        else:
            yield Text(name, names, partial(_member, path, member.filename), progress)
    for member, name, names in books:
        yield from Workbook(name, parts.read(member)).sheets(names, progress)


@contextmanager
def _plain(path: Path) -> Iterator[Opened]:
    with path.open("rb") as file:
        yield Opened(file, file, path.stat().st_size)


@contextmanager
def _xz(path: Path) -> Iterator[Opened]:
    with path.open("rb") as file, lzma.open(file) as stream:
        yield Opened(stream, file, path.stat().st_size)


@contextmanager
def _member(path: Path, member: str) -> Iterator[Opened]:
    with path.open("rb") as file, zipfile.ZipFile(file) as parts, parts.open(member) as stream:
        yield Opened(stream, file, path.stat().st_size)
