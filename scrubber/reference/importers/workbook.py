"""Published workbooks (.xlsx): one Document a sheet."""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from functools import cached_property
from io import BytesIO
from itertools import islice

import python_calamine as calamine

from scrubber.reference.errors import SourceError
from scrubber.reference.importers.document import SAMPLE_ROWS, Progress, Row, Sample, bounded, whole
from scrubber.reference.importers.source import FETCH

_CHUNK = 1 << 20
_TOLD_EVERY = 10_000
_FAR_RIGHT = re.compile(rb'<c r="(?:[A-Z]{3,}|[B-Z][A-Z])[0-9]')
"""A cell right of column AZ. The widest published table ends at AV, and sheets are held as rectangles."""
_LONGEST_MATCH = 20


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
    """Read every part once: each must be whole by its CRC, together bounded, and no sheet wider than a table is."""
    size = 0
    with whole(name), zipfile.ZipFile(BytesIO(stored)) as parts:
        for part in parts.infolist():
            is_sheet, tail = part.filename.startswith("xl/worksheets/"), b""
            with parts.open(part) as stream:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    bounded(name, size)
                    if is_sheet and _FAR_RIGHT.search(tail + chunk):
                        raise SourceError(name, None, "sheets that end at column AZ", "This is no published table.")
                    tail = chunk[-_LONGEST_MATCH:]


def _damaged(name: str, error: Exception) -> SourceError:
    return SourceError(name, None, f"a workbook ({error})", FETCH)
