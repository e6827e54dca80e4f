"""One published table, whatever it is stored in."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from scrubber.reference.errors import SourceError
from scrubber.reference.importers.source import FETCH

SAMPLE_ROWS = 200
MOST_BYTES = 1 << 30
"""Unpacked, of one file. The largest published table, practitioner PTP in one piece, has 186 MB."""
MOST_LINES = 20_000_000
"""Of one text: that table has not a quarter of them, and a gigabyte of blank lines would be read for an hour."""

Progress = Callable[[int, int], None]
"""Called with the bytes read so far of the stored file, and its size."""
Row = tuple[int, list[str]]
"""Line number, counted from 1 (in a workbook the row of the sheet), and cells."""


class Sample(NamedTuple):
    """The beginning of a document.

    Attributes:
        lines: as text; none of a workbook.
        rows: as `Document.rows` gives them.
        names: what sheet, member and file are called, in one text.
    """

    lines: list[str]
    rows: list[Row]
    names: str


class Document(Protocol):
    """A table, which can be read several times. Each way raises SourceError when what holds it is damaged."""

    @property
    def name(self) -> str:
        """The file's name, and the member's."""

    def sample(self) -> Sample:
        """Its first 200 rows, or fewer."""

    def rows(self) -> Iterator[Row]:
        """Every row. SourceError where the file breaks off within one."""

    def lines(self) -> Iterator[tuple[int, str]]:
        """Line number and line without its end; none of a workbook."""

    def content(self) -> bytes:
        """All of it as it stands; nothing of a workbook."""


@contextmanager
def whole(name: str) -> Iterator[None]:
    """Whatever a damaged container raises, as a SourceError."""
    try:
        yield
    except SourceError:
        raise
    except (lzma.LZMAError, zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError) as error:
        raise SourceError(name, None, f"a whole file ({error})", FETCH) from None
    except (NotImplementedError, RuntimeError) as error:
        do = "Unpack it with another program, and name the file that was in it."
        raise SourceError(name, None, f"a zip without passwords or rare methods ({error})", do) from None
    except OSError as error:
        raise SourceError(name, None, f"a file to read ({error.strerror or error})", "Name another file.") from None


def bounded(name: str, size: int) -> None:
    """SourceError when more has been unpacked than any published file holds."""
    if size > MOST_BYTES:
        raise SourceError(name, None, f"at most {MOST_BYTES >> 20} MB unpacked", "This is no published table.")
