"""Published workbooks (.xlsx): one Document a sheet."""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from functools import cached_property
from io import BytesIO
from itertools import islice
from typing import IO

import python_calamine as calamine

from scrubber.reference.errors import SourceError
from scrubber.reference.importers.document import SAMPLE_ROWS, Progress, Row, Sample, bounded, whole
from scrubber.reference.importers.source import FETCH

_CHUNK = 1 << 20
_TOLD_EVERY = 10_000
_BOOK, _OTHER_BOOKS = "xl/workbook.xml", {"xl/workbook.bin", "content.xml"}
# A sheet is held as a rectangle up to its farthest cell, so one cell far away can take all memory. Published tables are
# wide (the widest ends at AV) or long, never both.
_CELL = rb"<(?:[\w.-]+:)?c"
_AT = _CELL + rb"""\s+r\s*=\s*["']"""
_NOWHERE = re.compile(_CELL + rb"""(?:/?>|\s(?!\s*r\s*=\s*["'][A-Za-z]{1,3}[0-9]{1,7}["']))""")
_FAR_RIGHT = re.compile(_AT + rb"(?:[A-Za-z]{3}|[B-Zb-z][A-Za-z])")
_FAR_DOWN = re.compile(_AT + rb"[A-Za-z]+(?:[2-9]|1[1-9])[0-9]{5}[0-9]")
_WIDE = re.compile(_AT + rb"(?:[K-Zk-z]|[Aa][A-Za-z])[0-9]")
_LONG = re.compile(_AT + rb"[A-Za-z]+[0-9]{6}")
_LONGEST_MATCH = 80


class Workbook:
    """An opened workbook. SourceError when it is damaged."""

    def __init__(self, name: str, stored: bytes) -> None:
        self.name = name
        self.size = len(stored)
        _check(name, stored)
        try:
            self.book = calamine.load_workbook(BytesIO(stored))
        except Exception as error:  # noqa: BLE001  (its errors have no common base, and any means the same)
            raise _damaged(name, error) from None

    def sheets(self, names: str, progress: Progress | None = None) -> list["Sheet"]:
        """Its sheets, in order."""
        return [Sheet(self, title, names, progress) for title in self.book.sheet_names]


class Sheet:
    """A Document of one sheet, whose cells are given as text."""

    def __init__(self, workbook: Workbook, title: str, names: str, progress: Progress | None) -> None:
        self.name = f"{workbook.name} ({title})"
        self._workbook = workbook
        self._title = title
        self._names = f"{title} {names}"
        self._progress = progress

    @cached_property
    def _sheet(self) -> calamine.CalamineSheet:
        try:
            return self._workbook.book.get_sheet_by_name(self._title)
        except Exception as error:  # noqa: BLE001  (as above)
            raise _damaged(self.name, error) from None

    def sample(self) -> Sample:
        """The first rows."""
        return Sample([], list(islice(self._read(None), SAMPLE_ROWS)), self._names)

    def rows(self) -> Iterator[Row]:
        """Every row."""
        return self._read(self._progress)

    def lines(self) -> Iterator[tuple[int, str]]:
        """None."""
        return iter(())

    def content(self) -> bytes:
        """Nothing."""
        return b""

    def _read(self, progress: Progress | None) -> Iterator[Row]:
        sheet, size = self._sheet, self._workbook.size
        last = sheet.end[0] + 1 if sheet.end else 1
        for number, row in enumerate(sheet.iter_rows(), 1):
            if progress is not None and number % _TOLD_EVERY == 0:
                progress(size * number // last, size)
            yield number, [cell if type(cell) is str else _text(cell) for cell in row]
        if progress is not None:
            progress(size, size)


def _text(cell: object) -> str:
    """A cell as the text that a CSV file of the same table holds."""
    match cell:
        case bool():
            return str(cell)
        case float() if cell.is_integer():
            return str(int(cell))
        case dt.date():
            return f"{cell:%Y%m%d}"
        case _:
            return str(cell)


def _check(name: str, stored: bytes) -> None:
    """Read every part once: each must be whole by its CRC, together bounded, and cells where a table has them."""
    size = 0
    with whole(name), zipfile.ZipFile(BytesIO(stored)) as parts:
        names = set(parts.namelist())
        if _BOOK not in names or names & _OTHER_BOOKS:
            raise SourceError(name, None, "a workbook as .xlsx", "Save it as one, or unpack it.")
        for part in parts.infolist():
            with parts.open(part) as stream:
                size = _check_part(name, stream, size)


def _check_part(name: str, stream: IO[bytes], size: int) -> int:
    """`size` with the bytes of this part added."""
    is_wide, is_long, is_last, tail = False, False, False, b""
    while not is_last:
        chunk = stream.read(_CHUNK)
        is_last, text = len(chunk) < _CHUNK, tail + chunk
        size += len(chunk)
        bounded(name, size)
        is_wide, is_long = is_wide or bool(_WIDE.search(text)), is_long or bool(_LONG.search(text))
        if _FAR_RIGHT.search(text) or _FAR_DOWN.search(text) or (is_wide and is_long):
            expected = "sheets that end at column AZ, or at J where they are long"
            raise SourceError(name, None, expected, "This is no published table.")
        nowhere = _NOWHERE.search(text)
        if nowhere and (is_last or nowhere.start() < len(text) - _LONGEST_MATCH):
            raise SourceError(name, None, "cells that say where they stand", FETCH)
        tail = text[-_LONGEST_MATCH:]
    return size


def _damaged(name: str, error: Exception) -> SourceError:
    return SourceError(name, None, f"a workbook ({error})", FETCH)
