"""Add-on codes: each row's add-on alone, and beside that row's primary."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.oracle.conftest import Tally
from tests.oracle.published import DAY, add_ons
from tests.oracle.scrubbing import Scrubbers, batches, claim, line

FAMILY = "ncci-add-on"
FIRST = dt.date(2024, 7, 1)
CONTRACTOR = "CCCCC"
VISIT = "99213"
"""Something that is no add-on, for the contractor to decide on."""


def test_every_add_on(bundle: Path, scrubbers: Scrubbers, cms_files: Path, tally: Callable[[str], Tally]) -> None:
    rows = add_ons(cms_files / "aoc/AOC_2024Q3-assembled.txt")
    counts = {kind: tally(f"Add-on codes: type {kind}, alone and with each primary") for kind in "123"}
    primaries = defaultdict(set)
    for row in rows:
        primaries[row.code].add(row.primary)
    assert VISIT not in primaries

    def questions() -> Iterator[tuple[bytes, list[tuple[str, str, int, bool]]]]:
        """Each row on a date of its own: code, type, number of its first line, whether something must be said."""
        for beside in (False, True):
            for some in batches(rows, 25):
                lines, about = [], []
                for number, row in enumerate(some):
                    date = FIRST + number * DAY
                    about.append((row.code, row.type, len(lines) + 1, not beside))
                    lines.append(line(row.code, date))
                    if beside:
                        lines.append(line(VISIT if row.primary == CONTRACTOR else row.primary, date))
                    # Beside a visit alone, one of type 3 may be paid: the contractor decides. A finding is right.
                    if beside and row.primary == CONTRACTOR and row.type != "2":
                        about[-1] = (*about[-1][:3], VISIT not in primaries[row.code])
                yield claim(FAMILY, lines), about

    for about, said in scrubbers.ask(bundle, questions()):
        found = {number for finding in said for number in finding.lines}
        for code, kind, number, alone in about:
            counts[kind].check((number in found) == alone, f"{code} {'alone' if alone else 'with its primary'}")
    for row in rows:
        counts[row.type].rows += 1
