"""Reading the small tables kept by hand: strictly, with the line that is wrong."""

import csv
import datetime as dt
import io
from collections.abc import Iterator

from scrubber.reference.errors import SourceError

_DO = "Correct the line."


class Row:
    """One line of a table: fields by column name, converted on request. SourceError names file and line."""

    __slots__ = ("_fields", "file", "line")

    def __init__(self, file: str, line: int, fields: dict[str, str]) -> None:
        self.file = file
        self.line = line
        self._fields = fields

    def text(self, column: str) -> str:
        """The field, which must not be empty."""
        value = self._fields[column]
        if not value:
            raise SourceError(self.file, self.line, f"something in column {column}", _DO)
        return value

    def maybe(self, column: str) -> str | None:
        """The field, None when empty."""
        return self._fields[column] or None

    def number(self, column: str) -> int:
        """The field as a whole number, zero or more."""
        value = self._fields[column]
        if not (value.isascii() and value.isdigit()):
            raise SourceError(self.file, self.line, f"a whole number in column {column}, found {value!r}", _DO)
        return int(value)

    def date(self, column: str) -> dt.date | None:
        """The field as a date, None when empty."""
        value = self._fields[column]
        try:
            return dt.date.fromisoformat(value) if value else None
        except ValueError:
            expected = f"a date as 2026-09-15 in column {column}, found {value!r}"
            raise SourceError(self.file, self.line, expected, _DO) from None


def read_rows(file: str, content: bytes, columns: tuple[str, ...], delimiter: str = ",") -> Iterator[Row]:
    """The rows of a table with exactly these columns."""
    try:
        text = io.StringIO(content.decode(), newline="")
    except UnicodeDecodeError as error:
        raise SourceError(file, content[: error.start].count(b"\n") + 1, "UTF-8 text", _DO) from None
    if delimiter == "\t":
        reader = csv.reader(text, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        if next(reader, None) != list(columns):
            raise SourceError(file, 1, f"the columns {', '.join(columns)}", "Correct the first line.")
        for fields in reader:
            if len(fields) != len(columns):
                raise SourceError(file, reader.line_num, f"{len(columns)} fields, found {len(fields)}", _DO)
            yield Row(file, reader.line_num, dict(zip(columns, fields, strict=True)))
    except csv.Error:
        raise SourceError(file, reader.line_num, "well-formed CSV", _DO) from None
