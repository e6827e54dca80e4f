"""Excludes1 notes of the tabular list: which codes are named where a code, or a heading above it, stands."""

from functools import cache
from itertools import product
from string import ascii_uppercase, digits
from typing import NamedTuple

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
        self._noted: dict[str, Noted] = {}
        self._between: dict[frozenset[tuple[str, str]], frozenset[str]] = {}

    def of(self, code: str) -> "Noted":
        """What is excluded beside `code`, by the notes at it and at every heading above it.

        A note that names the code itself is left out: it sends readers to this very code, and says nothing of what may
        stand beside it.
        """
        size = len(code)
        while size > _CATEGORY and code[:size] not in self._at:
            size -= 1
        heading = code[:size]
        noted = self._noted.get(heading)
        if noted is None:
            noted = self._noted[heading] = self._at_and_above(heading)
        if code[:_CATEGORY] not in noted.categories:
            return noted
        others = [note for note in noted.notes if not note.names(code)]
        return noted if len(others) == len(noted.notes) else self._with_categories(others)

    def _at_and_above(self, heading: str) -> "Noted":
        category = heading[:_CATEGORY]
        notes = [note for size in range(_CATEGORY, len(heading) + 1) for note in self._at.get(heading[:size], ())]
        spans = self._over.items()
        above = [note for (first, last), over in spans if first <= category <= last for note in over]
        return self._with_categories(notes + above)

    def _with_categories(self, notes: list[Exclusion]) -> "Noted":
        spans = frozenset([(note.first[:_CATEGORY], note.last[:_CATEGORY]) for note in notes])
        found = self._between.get(spans)
        if found is None:
            found = frozenset(category for first, last in spans for category in _between(first, last))
            self._between[spans] = found
        return Noted(tuple(notes), found)


class Noted(NamedTuple):
    """What notes exclude: `categories` are those in which they may name a code; equal notes share one set of them."""

    notes: tuple[Exclusion, ...]
    categories: frozenset[str]


@cache
def _between(first: str, last: str) -> set[str]:
    """Every three characters from `first` to `last` that could be a category."""
    if first == last:
        return {first}
    letters = ascii_uppercase[ascii_uppercase.index(first[0]) : ascii_uppercase.index(last[0]) + 1]
    possible = map("".join, product(letters, _CHARACTERS, _CHARACTERS))
    return {category for category in possible if first <= category <= last}
