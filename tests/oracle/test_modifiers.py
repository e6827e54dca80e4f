"""Modifiers that lift a procedure-to-procedure edit, and those that do not, on either column."""

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from scrubber.contract import ServiceLine
from tests.oracle.conftest import Tally
from tests.oracle.packing import in_force
from tests.oracle.published import DAY, Edits
from tests.oracle.scrubbing import Scrubbers, batches, claim, line, stubborn

FAMILY = "ncci-ptp"
CURRENT = dt.date(2024, 7, 1)
A_MODIFIER = 200
VISIT_MODIFIERS = ("24", "25", "57")
DISTINCT = ("59", "XE", "XP", "XS", "XU")
OTHERS = (
    "27", "58", "78", "79", "91", "LT", "RT", "E1", "E2", "E3", "E4", "FA", "F1", "F2", "F3", "F4", "F5", "F6", "F7",
    "F8", "F9", "TA", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "LC", "LD", "LM", "RC", "RI",
)  # fmt: skip
LIFTS_NOTHING = ("22", "26", "50", "51", "76", "77", "TC")
VISITS = frozenset({"99202", "99203", "99204", "99205", "99211", "99212", "99213", "99214", "99215"})


class Case(NamedTuple):
    """A pair with a modifier on column 1 (0) or column 2 (1)."""

    pair: tuple[str, str]
    modifier: str
    column: int
    lifted: bool


def _pairs(edits: Edits, indicator: int, suits: Callable[[str, str], bool]) -> Iterator[tuple[str, str]]:
    for one, partners in edits.items():
        for two, history in partners.items():
            if [span.indicator for span in in_force(history, CURRENT)] == [indicator] and suits(one, two):
                yield one, two


def _visit_beside_none(one: str, two: str) -> bool:
    return two in VISITS and one not in VISITS


def _is_visit(code: str) -> bool:
    """A code of CPT's section of evaluation and management."""
    return code.isdigit() and "99202" <= code <= "99499"


def _surgery(one: str, two: str) -> bool:
    return one < "7" and two < "7"


def _cases(edits: Edits) -> Iterator[Case]:
    """Pairs from all over the table for each modifier. 24, 25 and 57 speak of visits; elsewhere they are misplaced."""
    every = (*VISIT_MODIFIERS, *DISTINCT, *OTHERS, *LIFTS_NOTHING)
    for indicator, suits, modifiers in (
        (0, lambda *_: True, every),
        (1, _surgery, every),
        (1, _visit_beside_none, VISIT_MODIFIERS),
    ):
        found = list(_pairs(edits, indicator, suits))
        step = len(found) // (len(modifiers) * A_MODIFIER) or 1
        for number, modifier in enumerate(modifiers):
            for pair in islice(found, number, None, step * len(modifiers)):
                for column in (0, 1):
                    lifts = modifier in DISTINCT or (modifier in OTHERS and column == 1)
                    lifts = lifts or (modifier in VISIT_MODIFIERS and _is_visit(pair[column]))
                    yield Case(pair, modifier, column, bool(indicator) and lifts)


def _lines(case: Case, date: dt.date) -> list[ServiceLine]:
    return [
        line(code, date, modifiers=stubborn(case.modifier) if column == case.column else stubborn())
        for column, code in enumerate(case.pair)
    ]


def test_modifiers(edits: Edits, bundle: Path, scrubbers: Scrubbers, tally: Callable[[str], Tally]) -> None:
    table = tally("PTP: modifiers on either column (sample)")

    def questions() -> Iterator[tuple[bytes, tuple[Case, ...]]]:
        """Each pair on a date of its own."""
        for some in batches(_cases(edits), 25):
            lines = chain.from_iterable(_lines(case, CURRENT + number * DAY) for number, case in enumerate(some))
            yield claim(FAMILY, list(lines)), some

    for some, said in scrubbers.ask(bundle, questions()):
        fired = {number for finding in said for number in finding.lines}
        for at, case in enumerate(some):
            table.check(({2 * at + 1, 2 * at + 2} <= fired) != case.lifted, str(tuple(case)))
            table.rows += 1
