"""Tables whose columns are found by their names, wherever these stand."""

import re
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, zip_longest
from operator import itemgetter
from typing import TypeVar

from scrubber.reference.errors import SourceError
from scrubber.reference.importers.document import Document, Row
from scrubber.reference.importers.parsed import FETCH_OR_REPORT, Parsed, Refused

_DEPTH = 40
"""Rows within which the names must stand; the longest preamble known has ten."""

R = TypeVar("R")


class Layout:
    """The columns of a table: what each is called here -> a pattern for its published name.

    Patterns are matched against the whole name in upper case, with single spaces for line ends and underscores. A name
    that is spread over several rows, `spread` at most, is put together from top to bottom.
    """

    def __init__(self, columns: Mapping[str, str], spread: int = 1) -> None:
        self.columns = {name: re.compile(pattern) for name, pattern in columns.items()}
        self._spread = spread

    def likeness(self, rows: Sequence[Row]) -> float:
        """The share of the columns that one row of `rows` names: 1 is this table, a little less a changed one."""
        return max((len(found) for _, _, found in self._candidates(rows)), default=0) / len(self.columns)

    def find(self, name: str, rows: Iterable[Row]) -> tuple[list[int], int]:
        """Reads up to the names: the position of each column, and how many cells the row has.

        SourceError with the missing columns when no row names all of them.
        """
        best, best_line = 0, 1
        missing = list(self.columns)
        for line, width, found in self._candidates(rows):
            if len(found) == len(self.columns):
                return [found[column] for column in self.columns], width
            if len(found) > best:
                best, best_line = len(found), line
                missing = [column for column in self.columns if column not in found]
        patterns = ", ".join(f"{column} (named like {self.columns[column].pattern})" for column in missing)
        raise SourceError(name, best_line, f"a header row with the columns {patterns}", FETCH_OR_REPORT)

    def _candidates(self, rows: Iterable[Row]) -> Iterator[tuple[int, int, dict[str, int]]]:
        """Line, width, and the columns found, of each row that may end the header."""
        above: deque[list[str]] = deque(maxlen=self._spread)
        for line, cells in islice(rows, _DEPTH):
            above.append(cells)
            names = [_plain(" ".join(parts)) for parts in zip_longest(*above, fillvalue="")][: len(cells)]
            found = {}
            for column, pattern in self.columns.items():
                at = [index for index, name in enumerate(names) if pattern.fullmatch(name)]
                if len(at) == 1:
                    found[column] = at[0]
            yield line, len(cells), found


def read_table(document: Document, parsed: Parsed, layout: Layout, convert: Callable[..., R | None]) -> Iterator[R]:
    """`convert` of the layout's columns, stripped, of each row below the header.

    Rows that it refuses are noted; those that it gives None for say nothing of their own.
    """
    rows = document.rows()
    positions, width = layout.find(document.name, rows)
    pick = itemgetter(*positions)
    for line, cells in rows:
        if not any(cells):
            continue
        if len(cells) != width:
            parsed.refused.add(line, Refused("as many cells as columns", str(len(cells))))
            continue
        try:
            row = convert(*map(str.strip, pick(cells)))
        except Refused as refused:
            parsed.refused.add(line, refused)
        else:
            if row is not None:
                yield row


class Once:
    """Refuses a key that came before."""

    def __init__(self, expected: str) -> None:
        self._expected = expected
        self._seen: set[Hashable] = set()

    def __call__(self, key: Hashable, found: str) -> None:
        """Note `key`; `found` is how the refusal names it."""
        if key in self._seen:
            raise Refused(self._expected, found)
        self._seen.add(key)


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").split()).upper()
