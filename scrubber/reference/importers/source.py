"""Opening published files."""

import csv
import datetime as dt
import hashlib
import io
import lzma
from collections.abc import Iterator
from pathlib import Path

from scrubber.reference.errors import SourceError

FETCH = "Fetch the file again from its publisher."


class Source:
    """A published file, unpacked when its name ends in `.xz`. SourceError when it cannot be read."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            stored = path.read_bytes()
        except OSError as error:
            raise SourceError(str(path), None, f"a file to read ({error.strerror})", "Name another folder.") from None
        self.sha256 = hashlib.sha256(stored).hexdigest()
        try:
            self.content = lzma.decompress(stored) if path.suffix == ".xz" else stored
        except lzma.LZMAError:
            raise SourceError(self.name, None, "a whole xz file", FETCH) from None

    def records(self, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
        """Line number and fields of each record of a CSV file with exactly these columns."""
        try:
            text = self.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.content[: error.start].count(b"\n") + 1
            raise SourceError(self.name, line, "UTF-8 text", FETCH) from None
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            header = next(reader, [])
            if tuple(header) != columns:
                expected = f"the columns {', '.join(columns)}"
                raise SourceError(self.name, 1, expected, "If the layout changed, change the importer.")
            for fields in reader:
                if len(fields) != len(columns):
                    raise SourceError(self.name, reader.line_num, f"{len(columns)} fields, found {len(fields)}", FETCH)
                yield reader.line_num, dict(zip(columns, fields, strict=True))
        except csv.Error:
            raise SourceError(self.name, reader.line_num, "well-formed CSV", FETCH) from None

    def date(self, line: int, value: str, column: str) -> str:
        """`value` when it is a date as 20260915, or empty."""
        if value:
            try:
                valid = len(value) == len("20260915") and bool(dt.date.fromisoformat(value))
            except ValueError:
                valid = False
            if not valid:
                raise SourceError(self.name, line, f"a date as 20260915 in {column}, found {value!r}", FETCH)
        return value
