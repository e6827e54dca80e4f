"""Several releases of one kind of table side by side, and which of them speaks of a date."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from scrubber.reference.dated import changes
from scrubber.reference.manifest import TableInfo

T = TypeVar("T")


class Editions(Generic[T]):
    """The loaded tables of one kind.

    Of the tables that reach a date the newest edition has the word; one that was imported goes before what ships, and
    makes incomplete ones superfluous.
    """

    def __init__(self, tables: Iterable[tuple[TableInfo, T]] = ()) -> None:
        every = list(tables)
        if any(info.imported for info, _ in every):
            every = [(info, table) for info, table in every if info.complete or info.imported]
        self._newest_first = sorted(every, key=lambda each: (each[0].imported, each[0].first_day), reverse=True)

    def __iter__(self) -> Iterator[tuple[TableInfo, T]]:
        return iter(self._newest_first)

    def __bool__(self) -> bool:
        return bool(self._newest_first)

    def on(self, day: dt.date) -> tuple[TableInfo, T] | None:
        """The table that speaks of `day`, None when none does."""
        return next((each for each in self._newest_first if each[0].reaches(day)), None)

    def table(self, day: dt.date) -> T | None:
        """The table to ask on `day`.

        An incomplete one is asked about days that it does not reach as well: some of its rows have their true dates.
        """
        found = self.on(day) or next((each for each in self._newest_first if not each[0].complete), None)
        return found and found[1]

    def info(self, day: dt.date) -> TableInfo | None:
        """What is known of the table that speaks of `day`."""
        found = self.on(day)
        return found and found[0]

    def every(self) -> list[T]:
        """All tables, newest first."""
        return [table for _, table in self._newest_first]

    @property
    def newest(self) -> TableInfo:
        """What is known of the newest table. IndexError when there is none."""
        return self._newest_first[0][0]

    def days(self) -> set[dt.date]:
        """The days on which one of the tables begins, ends, or says something else than before."""
        found: set[dt.date] = set()
        for info, _ in self._newest_first:
            found.update(info.changes, changes(info.starts, info.ends))
            if info.edition is not None:
                found.add(info.edition)
        return found
