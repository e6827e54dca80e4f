"""The codes that Excludes1 notes name.

Notes are written for people. Taken are codes in parentheses at the end of a note, or at its end without them, alone, as
ranges, in lists, and with a condition on their later characters. What cannot be read with certainty is left out and
counted, since a code wrongly excluded denies a good claim.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from scrubber.reference.importers.tabular import Note, Tabular

_THREE = r"[A-Z](?:\d[0-9A-Z]|[A-Z]\d)"
_CODE = rf"{_THREE}(?:\.[0-9A-Z]{{1,4}})?"
_OPEN = r"\.?\s?-?"
_ITEM = re.compile(rf"(?P<first>{_CODE}){_OPEN}(?:\s*-\s*(?P<last>{_CODE}){_OPEN})?\s*(?P<words>with .*)?")
_PARENTHESES = re.compile(rf"\(({_THREE}(?![0-9A-Za-z])[^()]*)\)*$")
_WITHIN = re.compile(rf"\({_THREE}(?![0-9A-Za-z])")
_BARE = re.compile(rf"(?<=\s)({_CODE}{_OPEN}(?:-{_CODE}{_OPEN})?(?: with .*)?)$")
_ORDINALS = {"fifth": "5", "5th": "5", "seventh": "7", "7th": "7"}
_AT = re.compile(r"(?P<at>fifth|5th|seventh|7th)[ -]character (?P<text>\.?[0-9A-Z])")
_FIFTH_AND_SIXTH = re.compile(r"fifth to sixth characters (?P<text>\d\d)")
_FINAL = re.compile(r"final characters -(?P<text>\d\d)")
_AFTER_DOT = re.compile(r"\.(?P<first>\d+)-?(?:-\.(?P<last>\d+))?")
_CATEGORY = 3


class Excluded(NamedTuple):
    """A row of the table: where the note stands, and what it names. `at` counts characters from 1, without the dot."""

    scope_first: str
    scope_last: str
    first: str
    last: str
    level: str
    at: str
    text: str


def read_excludes1(tabular: Tabular) -> tuple[list[Excluded], Counter[str]]:
    """The rows in order, each once; and how many notes were read, named no code, or could not be read and why."""
    rows: set[Excluded] = set()
    counts: Counter[str] = Counter()
    for note in tabular.notes:
        outcome, found = _read(note, tabular.chapters)
        counts[outcome] += 1
        rows.update(found)
    return sorted(rows), counts


def _read(note: Note, chapters: Iterable[tuple[str, str]]) -> tuple[str, list[Excluded]]:
    named = _PARENTHESES.search(note.text) or _BARE.search(note.text)
    if named is None:
        # Codes in the midst of a sentence come with a condition that no table can hold.
        return ("conditional" if _WITHIN.search(note.text) else "names no code"), []
    found: list[Excluded] = []
    for part in filter(None, re.split(r"\s*,\s*|\s+and\s+", named[1].strip())):
        item = _ITEM.fullmatch(part)
        if item is None:
            return "not understood", []
        first, last = item["first"].replace(".", ""), (item["last"] or item["first"]).replace(".", "")
        conditions = _conditions(item["words"] or "")
        if not conditions:
            return "condition not understood", []
        if _stepped(first, last):
            return "range by middle characters", []
        if not any(low <= first[:_CATEGORY] and last[:_CATEGORY] <= high for low, high in chapters):
            return "range over chapters", []
        found += [Excluded(note.first, note.last, first, last, note.level, at, text) for at, text in conditions]
    return "read", found


def _conditions(words: str) -> list[tuple[str, str]]:
    """What a code must have besides: (position, characters). One with empty fields for nothing; none if unreadable."""
    if not words:
        return [("", "")]
    words = words.removeprefix("with ")
    if match := _AT.fullmatch(words):
        return [(_ORDINALS[match["at"]], match["text"].lstrip("."))]
    if match := _FIFTH_AND_SIXTH.fullmatch(words) or _FINAL.fullmatch(words):
        return [("5", match["text"])]
    if match := _AFTER_DOT.fullmatch(words):
        last = match["last"] or match["first"]
        return [("4", str(text)) for text in range(int(match["first"]), int(last) + 1)]
    return []


def _stepped(first: str, last: str) -> bool:
    """Whether a range such as I69.01-I69.11 runs over the fourth character only, meaning neither list nor range."""
    return len(first) == len(last) > _CATEGORY + 1 and first[:-1] != last[:-1]
