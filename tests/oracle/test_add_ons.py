"""Add-on codes: each row's add-on alone, and beside that row's primary."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tests.oracle.conftest import Tally
from tests.oracle.published import DAY, AddOn, add_ons
from tests.oracle.scrubbing import Scrubbers, batches, claim, line

if TYPE_CHECKING:
    from scrubber.contract import ServiceLine

FAMILY = "ncci-add-on"
FIRST = dt.date(2024, 7, 1)
CONTRACTOR = "CCCCC"
VISIT = "99213"
"""Something that is no add-on, for the contractor to decide on."""


def _must_speak(row: AddOn, beside: bool, primaries: set[str]) -> bool:
    """Alone an add-on is refused or looked at; with the row's primary, or a visit if the contractor decides, it is not.

    Of type 3, whose primaries are listed while the contractor may accept more, a visit that is not listed is looked at.
    """
    if not beside:
        return True
    return row.primary == CONTRACTOR and row.type != "2" and VISIT not in primaries


def test_every_add_on(bundle: Path, scrubbers: Scrubbers, cms_files: Path, tally: Callable[[str], Tally]) -> None:
    rows = add_ons(cms_files / "aoc/AOC_2024Q3-assembled.txt")
    counts = {kind: tally(f"Add-on codes: type {kind}, alone and with each primary") for kind in "123"}
    primaries = defaultdict(set)
    for row in rows:
        primaries[row.code].add(row.primary)
        counts[row.type].rows += 1
    assert VISIT not in primaries

    def questions() -> Iterator[tuple[bytes, list[tuple[AddOn, int, bool]]]]:
        """Each row on a date of its own; with it the number of the add-on's line, and whether it must be named."""
        for beside in (False, True):
            for some in batches(rows, 25):
                lines: list[ServiceLine] = []
                about = []
                for number, row in enumerate(some):
                    date = FIRST + number * DAY
                    about.append((row, len(lines) + 1, _must_speak(row, beside, primaries[row.code])))
                    lines.append(line(row.code, date))
                    if beside:
                        lines.append(line(VISIT if row.primary == CONTRACTOR else row.primary, date))
                yield claim(FAMILY, lines), about

    for about, said in scrubbers.ask(bundle, questions()):
        found = {number for finding in said for number in finding.lines}
        for row, number, named in about:
            counts[row.type].check(
                (number in found) == named, f"{row.code}, primary {row.primary}: named is not {named}"
            )
