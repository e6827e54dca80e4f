"""Excludes1 notes of the tabular list: which codes are named where a code, or a heading above it, stands."""

from functools import cache
from itertools import product
from string import ascii_uppercase, digits

from scrubber.reference.facts import Exclusion
from scrubber.reference.rows import read_rows

COLUMNS = ("scope_first", "scope_last", "excluded_first", "excluded_last", "level", "at", "text")
_CATEGORY = 3
_CHARACTERS = digits + ascii_uppercase


class Exclusions:
    """The notes, by where they stand: at one code, or at a block or chapter given as a range of categories."""

    def __init__(self, file: str, content: bytes) -> None:
        self._at: dict[str, list[Exclusion]] = {}
        self._over: dict[tuple[str, str], list[Exclusion]] = {}
        for row in read_rows(file, content, COLUMNS, "\t"):
            position = row.maybe("at")
            named = Exclusion(
                row.text("excluded_first"),
                row.text("excluded_last"),
                int(position) - 1 if position else 0,
                row.maybe("text") or "",
            )
            first, last = row.text("scope_first"), row.text("scope_last")
            if row.text("level") in ("block", "chapter"):
                self._over.setdefault((first, last), []).append(named)
            else:
                self._at.setdefault(first, []).append(named)
        self._above: dict[str, list[Exclusion]] = {}
        self._between: dict[frozenset[tuple[str, str]], frozenset[str]] = {}

    def of(self, code: str) -> tuple[Exclusion, ...]:
        """The notes at `code` and at every heading above it.

        A note that names the code itself is left out: it sends readers to this very code, and says nothing of what may
        stand beside it.
        """
        category = code[:_CATEGORY]
        above = self._above.get(category)
        if above is None:
            spans = self._over.items()
            above = [note for (first, last), notes in spans if first <= category <= last for note in notes]
            self._above[category] = above
        notes = [note for size in range(_CATEGORY, len(code) + 1) for note in self._at.get(code[:size], ())]
        return tuple([note for note in (*notes, *above) if not note.names(code)])

    def categories(self, notes: tuple[Exclusion, ...]) -> frozenset[str]:
        """The categories in which `notes` may name a code. Equal notes give one and the same set."""
        spans = frozenset((note.first[:_CATEGORY], note.last[:_CATEGORY]) for note in notes)
        found = self._between.get(spans)
        if found is None:
            found = frozenset(category for first, last in spans for category in _between(first, last))
            self._between[spans] = found
        return found


@cache
def _between(first: str, last: str) -> set[str]:
    """Every three characters from `first` to `last` that could be a category."""
    if first == last:
        return {first}
    letters = ascii_uppercase[ascii_uppercase.index(first[0]) : ascii_uppercase.index(last[0]) + 1]
    possible = map("".join, product(letters, _CHARACTERS, _CHARACTERS))
    return {category for category in possible if first <= category <= last}
