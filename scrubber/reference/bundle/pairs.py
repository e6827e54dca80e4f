"""Procedure-to-procedure edits at full size: compiled into flat arrays, and read from them.

Codes are sorted and numbered; the number, as a character, stands for the code. A code's column-2 partners are one
string of such characters, so `partner in partners` is a search for one character. Six sections hold it all:

- ``codes``: five bytes a code, in order;
- ``offsets``: u32 for each code and one more: where the partners of a column-1 code begin;
- ``partners``: u16 for each pair: the column-2 code's number;
- ``histories``: u32 for each pair: which of the distinct histories below it has;
- ``spans``: u32 for each history and one more: where its rows begin in ``rows``;
- ``rows``: four u32 for each row: first day, last day (as 20260915; the last is 99999999 while it is in force),
  indicator, number of the rationale.
"""

import datetime as dt
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress
from typing import Final, NamedTuple

from scrubber.reference.dated import compact, number_of
from scrubber.reference.facts import Pair
from scrubber.reference.importers.ptp import PtpRow

OPEN: Final = 99999999
NOBODY: Final = "\ud7ff"
"""Stands for a code that is in no pair."""
_MOST_CODES: Final = 0xD7FF
_WIDTH: Final = 5
_CHARACTERS: Final = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"
_ROW: Final = 4
_DAYS_KEPT: Final = 64


class Compiled(NamedTuple):
    """Sections by name, the rationales by number, the days on which an edit begins or no longer holds, and counts."""

    sections: dict[str, bytes]
    rationales: list[str]
    changes: list[dt.date]
    rows: int
    pairs: int


def compile_pairs(rows: Iterable[PtpRow]) -> Compiled:
    """Compile rows in any order. Several rows of a pair may hold on one day: the file does have such."""
    numbers: dict[str, int] = {}
    kinds: dict[tuple[int, int, int, str], int] = {}
    packed: list[int] = []
    number, kind_of = numbers.setdefault, kinds.setdefault
    for one, two, effective, deleted, indicator, rationale in rows:
        kind = kind_of((effective, deleted or OPEN, indicator, rationale), len(kinds))
        packed.append((number(one, len(numbers)) << 48) | (number(two, len(numbers)) << 32) | kind)
    codes = sorted(numbers)
    if len(codes) > _MOST_CODES:
        raise ValueError("more codes than characters to stand for them")  # pragma: no cover  CMS lists 22,000
    place = {numbers[code]: position for position, code in enumerate(codes)}
    mask = 0xFFFF
    packed = sorted((place[row >> 48] << 48) | (place[row >> 32 & mask] << 32) | row & 0xFFFFFFFF for row in packed)
    return _lay_out(codes, packed, list(kinds))


def _lay_out(codes: list[str], packed: list[int], kinds: list[tuple[int, int, int, str]]) -> Compiled:
    offsets, partners, histories = array("I", [0]), array("H"), array("I")
    known: dict[tuple[int, ...], int] = {}
    column_1, position, total = 0, 0, len(packed)
    kept = 0
    while position < total:
        pair = packed[position] >> 32
        history = [packed[position] & 0xFFFFFFFF]
        position += 1
        while position < total and packed[position] >> 32 == pair:
            history.append(packed[position] & 0xFFFFFFFF)
            position += 1
        while column_1 < pair >> 16:
            offsets.append(len(partners))
            column_1 += 1
        partners.append(pair & 0xFFFF)
        kept += len(history)
        histories.append(known.setdefault(tuple(history), len(known)))
    while column_1 < len(codes):
        offsets.append(len(partners))
        column_1 += 1
    rationales: dict[str, int] = {}
    spans, rows = array("I", [0]), array("I")
    for history_kinds in known:
        for effective, last, indicator, rationale in sorted(kinds[kind] for kind in history_kinds):
            rows.extend((effective, last, indicator, rationales.setdefault(rationale, len(rationales))))
        spans.append(len(rows) // _ROW)
    days = {compact(str(kind[0])) for kind in kinds}
    days |= {compact(str(kind[1])) + dt.timedelta(days=1) for kind in kinds if kind[1] != OPEN}
    sections = {
        "codes": "".join(codes).encode(),
        "offsets": offsets.tobytes(),
        "partners": partners.tobytes(),
        "histories": histories.tobytes(),
        "spans": spans.tobytes(),
        "rows": rows.tobytes(),
    }
    return Compiled(sections, list(rationales), sorted(days), kept, len(partners))


class PairTable:
    """The compiled edits of one release. Days are those of the caller's releases: few, each asked for many codes."""

    def __init__(self, sections: Mapping[str, bytes | memoryview], rationales: Sequence[str]) -> None:
        self._codes = bytes(sections["codes"])
        self._offsets = memoryview(sections["offsets"]).cast("I")
        self._partners = memoryview(sections["partners"]).cast("H")
        self._histories = memoryview(sections["histories"]).cast("I")
        self._spans = memoryview(sections["spans"]).cast("I")
        self._rows = memoryview(sections["rows"]).cast("I")
        self._rationales = rationales
        self._in_force: dict[int, bytes] = {}

    def lists(self, code: str) -> bool:
        """Whether the code stands in any edit, in force or not."""
        return self._place(code) is not None

    def character(self, code: str) -> str:
        """What stands for the code in others' partners."""
        number = self._place(code)
        return NOBODY if number is None else chr(number)

    def partners(self, code: str, day: dt.date) -> str:
        """The characters of the column-2 codes that `code` takes away on `day`."""
        number = self._place(code)
        if number is None:
            return ""
        first, last = self._offsets[number], self._offsets[number + 1]
        if first == last:
            return ""
        live = map(self._live(day).__getitem__, self._histories[first:last].tolist())
        return array("H", compress(self._partners[first:last].tolist(), live)).tobytes().decode(_CHARACTERS)

    def pair(self, column_1: str, column_2: str, day: dt.date) -> Pair | None:
        """The edit in force on `day` that takes `column_2` away beside `column_1`: of several the latest to begin."""
        for pair in reversed(self.history(column_1, column_2)):
            if pair.effective <= day and (pair.deleted is None or day <= pair.deleted):
                return pair
        return None

    def history(self, column_1: str, column_2: str) -> list[Pair]:
        """Every row of the pair, in force or not, by first and then by last day."""
        one, two = self._place(column_1), self._place(column_2)
        if one is None or two is None:
            return []
        partners, first, last = self._partners, self._offsets[one], self._offsets[one + 1]
        position = bisect_left(partners, two, first, last)
        if position == last or partners[position] != two:
            return []
        return [Pair(column_1, column_2, *row) for row in self.rows_of(self._histories[position])]

    def in_force(self, day: dt.date) -> Iterator[tuple[str, dict[str, int]]]:
        """Each column-1 code with the indicators of its edits in force on `day`, by column-2 code, in order."""
        codes, key = self.codes(), number_of(day)
        indicators: list[int | None] = []
        for history in range(len(self._spans) - 1):
            rows = self._rows[self._spans[history] * _ROW : self._spans[history + 1] * _ROW].tolist()
            live = [rows[place + 2] for place in range(0, len(rows), _ROW) if rows[place] <= key <= rows[place + 1]]
            indicators.append(live[-1] if live else None)
        for number, column_1 in enumerate(codes):
            span = slice(self._offsets[number], self._offsets[number + 1])
            found = {
                codes[two]: indicator
                for two, history in zip(self._partners[span], self._histories[span], strict=True)
                if (indicator := indicators[history]) is not None
            }
            if found:
                yield column_1, found

    def codes(self) -> list[str]:
        """Every code that stands in an edit, in order."""
        text = self._codes.decode()
        return [text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH)]

    def rows_of(self, history: int) -> list[tuple[int, dt.date, dt.date | None, str]]:
        """Indicator, first day, last day, rationale of each row of a history."""
        found = []
        for start in range(self._spans[history] * _ROW, self._spans[history + 1] * _ROW, _ROW):
            first, last, indicator, rationale = self._rows[start : start + _ROW]
            end = None if last == OPEN else compact(str(last))
            found.append((indicator, compact(str(first)), end, self._rationales[rationale]))
        return found

    def _place(self, code: str) -> int | None:
        if len(code) != _WIDTH:
            return None
        wanted, codes = code.encode("ascii", "replace"), self._codes
        places = range(0, len(codes), _WIDTH)
        number = bisect_left(places, wanted, key=lambda place: codes[place : place + _WIDTH])
        return number if codes[number * _WIDTH : number * _WIDTH + _WIDTH] == wanted else None

    def _live(self, day: dt.date) -> bytes:
        """For each history whether it is in force on `day`. A byte each; worked out once a day that is asked for."""
        key = number_of(day)
        live = self._in_force.get(key)
        if live is None:
            rows, spans = self._rows.tolist(), self._spans.tolist()
            holds = [first <= key <= last for first, last in zip(rows[0::_ROW], rows[1::_ROW], strict=True)]
            live = bytes(any(holds[spans[number] : spans[number + 1]]) for number in range(len(spans) - 1))
            if len(self._in_force) >= _DAYS_KEPT:
                self._in_force.clear()
            self._in_force[key] = live
        return live
