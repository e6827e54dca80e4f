"""What a reader gives of a published file: its rows as a stream, and what it did not take."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from scrubber.reference.errors import SourceError

FETCH_OR_REPORT = "Fetch the file again from its publisher; if the layout changed, change the importer."
_KEPT_LINES = 20
_SMALL = 10
"""So many refused rows are borne in a file however short, as long as more are kept."""


class Refused(ValueError):  # noqa: N818  (it is caught row by row and never leaves an importer)
    """One row that cannot be used: what was expected (one of few texts), and what was found."""

    def __init__(self, expected: str, found: str | None = None) -> None:
        super().__init__(expected if found is None else f"{expected}, found {found[:40]!r}")
        self.expected = expected
        self.found = found


class Refusals:
    """Rows refused: how many for each reason, and the first of each; all of them go to `report` as they come.

    Attributes:
        counts: reason -> rows.
        first: reason -> (line, what was found) of the first rows, at most twenty each.
    """

    def __init__(self, report: Callable[[int, str], None] | None = None) -> None:
        self.counts: Counter[str] = Counter()
        self.first: dict[str, list[tuple[int, str | None]]] = {}
        self._report = report

    def add(self, line: int, refused: Refused) -> None:
        """Note one row; `line` counts from 1, in a workbook it is the row of the sheet."""
        self.counts[refused.expected] += 1
        first = self.first.setdefault(refused.expected, [])
        if len(first) < _KEPT_LINES:
            first.append((line, None if refused.found is None else refused.found[:40]))
        if self._report is not None:
            self._report(line, str(refused))

    @property
    def total(self) -> int:
        """Rows refused for whatever reason."""
        return self.counts.total()


@dataclass(slots=True, kw_only=True)
class Parsed:
    """A published file, recognised and open.

    Attributes:
        kind: one of `catalog.KINDS`.
        source_name: the file's name, with the member's when it came out of a zip.
        release: as the publisher calls it, such as `RVU25D` or `2026Q2`; None when the file does not tell.
        starts, ends: first and last day the file speaks of; None when it does not tell. Where every row has dates of
            its own, `starts` is the earliest of them, which is known once the rows are read.
        rows: NamedTuples of the kind, in the file's order, read as they are asked for. A SourceError can come at any of
            them, and comes after the last when too many were refused; so rows count only once all are read.
        refused: rows that cannot be used.
        left_out: rows that are right but say nothing to keep, by reason.
        kept: rows given so far.
    """

    kind: str
    source_name: str
    release: str | None = None
    starts: dt.date | None = None
    ends: dt.date | None = None
    rows: Iterator[tuple[object, ...]] = field(default_factory=lambda: iter(()))
    refused: Refusals = field(default_factory=Refusals)
    left_out: Counter[str] = field(default_factory=Counter)
    kept: int = 0

    def stream(self, rows: Iterator[tuple[object, ...]]) -> None:
        """Take `rows` as this file's; SourceError when there is none to begin with, or its beginning is not right."""
        first = next(rows, None)
        if first is None:
            raise self._nothing()
        self.rows = self._counted(first, rows)

    def _counted(self, first: tuple[object, ...], rows: Iterator[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
        self.kept = 1
        yield first
        for self.kept, row in enumerate(rows, 2):
            yield row
        refused = self.refused.total
        read = self.kept + refused + self.left_out.total()
        if refused * 100 > read and (refused > _SMALL or refused >= self.kept):
            raise self._too_many(f"at most one row in a hundred to refuse, refused {refused} of {read}")

    def _nothing(self) -> SourceError:
        if self.refused.total:
            return self._too_many(f"rows of kind {self.kind}, refused all {self.refused.total}")
        return SourceError(self.source_name, None, f"rows of kind {self.kind}, found none", FETCH_OR_REPORT)

    def _too_many(self, expected: str) -> SourceError:
        reason, count = self.refused.counts.most_common(1)[0]
        line, found = self.refused.first[reason][0]
        what = Refused(reason, found)
        return SourceError(
            self.source_name, line, f"{expected} ({count} for one reason: {what})", "This is not such a file."
        )
