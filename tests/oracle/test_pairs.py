"""NCCI procedure-to-procedure edits: every pair in force, and days around deletions."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.oracle.conftest import Tally
from tests.oracle.packing import Packer, agrees, expected, in_few_lines
from tests.oracle.published import DAY, FOREVER, Edits, pairs
from tests.oracle.scrubbing import Scrubbers, claim, line, stubborn

FAMILY = "ncci-ptp"
CURRENT = dt.date(2024, 7, 1)
"""First day of the release."""
A_DATE = 250
"""Pairs looked at for each date on which some were deleted."""
PLAIN = 25
"""Of so many claims one has lines without modifiers, so that fixes are proven too."""


def test_every_pair_in_force(edits: Edits, bundle: Path, scrubbers: Scrubbers, tally: Callable[[str], Tally]) -> None:
    table, packer = tally("PTP: every pair in force on 2024-07-01"), Packer(edits, CURRENT)
    pending = {one: set(partners) for one, partners in packer.takes.items()}

    def questions() -> Iterator[tuple[bytes, list[str]]]:
        for number, codes in enumerate(packer.claims()):
            modifiers = stubborn() if number % PLAIN else ()
            yield claim(FAMILY, [line(code, CURRENT, modifiers=modifiers) for code in codes]), codes

    for codes, said in scrubbers.ask(bundle, questions()):
        table.check(agrees(expected(edits, codes, CURRENT), codes, said), " ".join(codes))
        for one in codes:
            if one in pending:
                pending[one].difference_update(codes)
    assert not any(pending.values())
    table.rows = sum(map(len, packer.takes.values()))


def _hold(
    table: Tally, asked: Iterator[tuple[list[str], dt.date, int]], edits: Edits, bundle: Path, scrubbers: Scrubbers
) -> None:
    """Hold claims of these codes on that day, which stand for so many rows, against the file."""
    questions = (
        (claim(FAMILY, [line(code, day, modifiers=stubborn()) for code in codes]), (codes, day, rows))
        for codes, day, rows in asked
    )
    for (codes, day, rows), said in scrubbers.ask(bundle, questions):
        table.check(agrees(expected(edits, codes, day), codes, said), f"{day}: {' '.join(codes)}")
        table.rows += rows


def test_pairs_on_their_last_day_and_the_day_after(
    edits: Edits, bundle: Path, scrubbers: Scrubbers, tally: Callable[[str], Tally]
) -> None:
    deleted = defaultdict(list)
    for one, partners in edits.items():
        for two, history in partners.items():
            for span in history:
                if span.last != FOREVER and span.indicator in (0, 1):
                    deleted[span.last].append((one, two))
    asked = (
        (codes, last + after * DAY, len(codes) - 1)
        for last, gone in deleted.items()
        for codes in in_few_lines(gone[:: max(1, len(gone) // A_DATE)])
        for after in (0, 1)
    )
    _hold(tally("PTP: deleted pairs, last day and the day after (sample)"), asked, edits, bundle, scrubbers)


def test_pairs_with_their_true_dates(
    other_bundle: Path, scrubbers: Scrubbers, cms_files: Path, tally: Callable[[str], Tally]
) -> None:
    edits = pairs(cms_files / "ptp/ptp_17000_17004_subset_2026q3.cmsformat.txt")
    reinstated = edits["17000"]["99213"]
    assert sorted((str(span.first), str(span.last)) for span in reinstated) == [
        ("2013-07-01", "2019-12-31"), ("2020-10-01", str(FOREVER)),
    ]  # fmt: skip
    rows = [(one, two, span) for one, partners in edits.items() for two, each in partners.items() for span in each]
    asked = (
        ([one, two], day + step * DAY, 1)
        for one, two, span in rows
        for day in (span.first, span.last)
        if day != FOREVER
        for step in (0, -1, 1)
    )
    _hold(tally("PTP: pairs of 17000 and 17004 around their true dates"), asked, edits, other_bundle, scrubbers)


def test_indicator_9_is_no_edit(
    edits: Edits, bundle: Path, scrubbers: Scrubbers, tally: Callable[[str], Tally]
) -> None:
    never = defaultdict(list)
    for one, partners in edits.items():
        for two, history in partners.items():
            for span in history:
                if span.indicator == 9:
                    never[min(span.last, CURRENT)].append((one, two))
    asked = ((codes, day, len(codes) - 1) for day, some in never.items() for codes in in_few_lines(some[::4]))
    _hold(tally("PTP: rows with indicator 9 (every fourth)"), asked, edits, bundle, scrubbers)
