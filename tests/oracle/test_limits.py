"""NCCI medically unlikely edits: each limit, reached and passed."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tests.oracle.conftest import Tally
from tests.oracle.published import DAY, limits
from tests.oracle.scrubbing import Said, Scrubbers, batches, claim, line

if TYPE_CHECKING:
    from scrubber.contract import ServiceLine

FAMILY = "ncci-mue"
DATE = dt.date(2026, 5, 15)
PER_LINE = 1
Case = tuple[str, int, int]
"""Code, limit, adjudication indicator."""


def _at_limit(case: Case) -> tuple[list[tuple[int, dt.date]], bool]:
    """Units and dates of lines, and whether they are too much."""
    return [(case[1], DATE)], False


def _beyond(case: Case) -> tuple[list[tuple[int, dt.date]], bool]:
    return [(case[1] + 1, DATE)], True


def _on_two_lines(case: Case) -> tuple[list[tuple[int, dt.date]], bool]:
    """One unit too many for a date, none for a line, save where the limit is no unit at all."""
    _, limit, indicator = case
    return [(limit, DATE), (1, DATE)], indicator != PER_LINE or limit == 0


def _on_two_dates(case: Case) -> tuple[list[tuple[int, dt.date]], bool]:
    return [(case[1], DATE), (case[1], DATE + DAY)], False


def _agrees(case: Case, too_much: bool, said: list[Said]) -> bool:
    code, limit, indicator = case
    cites = f": {code} = {limit}, MAI {indicator}"
    return bool(said) == too_much and all(finding.source.endswith(cites) for finding in said)


def test_every_limit(bundle: Path, scrubbers: Scrubbers, cms_files: Path, tally: Callable[[str], Tally]) -> None:
    published = limits(cms_files / "mue/MCR_MUE_PractitionerServices_Eff_04-01-2026.csv")
    cases = [(code, *row) for code, row in published.items()]
    counts = {indicator: tally(f"MUE: limits with MAI {indicator}, value and indicator") for indicator in (1, 2, 3)}

    def questions() -> Iterator[tuple[bytes, list[tuple[Case, bool, set[int]]]]]:
        for shape in (_at_limit, _beyond, _on_two_lines, _on_two_dates):
            for some in batches(cases, 25):
                lines: list[ServiceLine] = []
                about = []
                for case in some:
                    billed, too_much = shape(case)
                    about.append((case, too_much, {len(lines) + number for number in range(1, len(billed) + 1)}))
                    lines += [line(case[0], day, units) for units, day in billed]
                yield claim(FAMILY, lines), about

    for about, said in scrubbers.ask(bundle, questions()):
        for case, too_much, numbers in about:
            of_it = [finding for finding in said if numbers & set(finding.lines)]
            counts[case[2]].check(_agrees(case, too_much, of_it), f"{case[0]} on lines {sorted(numbers)}")
    for _, _, indicator in cases:
        counts[indicator].rows += 1
    assert sum(each.rows for each in counts.values()) == len(published)
