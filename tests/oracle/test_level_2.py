"""HCPCS Level II: every code around its first and last day, from either layout of CMS's file."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.oracle.conftest import Tally
from tests.oracle.published import DAY, FOREVER, level_2, level_2_records
from tests.oracle.scrubbing import Scrubbers, batches, claim, line

FAMILY = "procedure-validity"


def _hold(
    table: Tally, spans: dict[str, tuple[dt.date, dt.date]], until: dt.date, bundle: Path, scrubbers: Scrubbers
) -> None:
    asked = [
        (code, day, not first <= day <= last)
        for code, (first, last) in spans.items()
        for day in sorted({edge + step * DAY for edge in (first, last) if edge != FOREVER for step in (-1, 0, 1)})
        if day <= until
    ]

    def questions() -> Iterator[tuple[bytes, tuple[tuple[str, dt.date, bool], ...]]]:
        for some in batches(sorted(asked, key=lambda each: each[1]), 50):
            yield claim(FAMILY, [line(code, day) for code, day, _ in some]), some

    for some, said in scrubbers.ask(bundle, questions()):
        refused = {number for finding in said for number in finding.lines}
        for number, (code, day, wrong) in enumerate(some, 1):
            table.check((number in refused) == wrong, f"{code} on {day}")
        table.rows += len(some)


def test_every_code_of_the_comma_separated_file(
    bundle: Path, scrubbers: Scrubbers, cms_files: Path, tally: Callable[[str], Tally]
) -> None:
    spans = level_2(cms_files / "hcpcs/HCPC2025_OCT_ANWEB.rebuilt.csv")
    _hold(tally("HCPCS: codes and days around start and end (October 2025)"), spans, FOREVER, bundle, scrubbers)


def test_every_code_of_the_file_in_records(
    other_bundle: Path, scrubbers: Scrubbers, cms_files: Path, tally: Callable[[str], Tally]
) -> None:
    """Until the end of its year: what became of a code later is for later files to say."""
    spans = level_2_records(cms_files / "hcpcs/2019-Alpha-Numeric-HCPCS-File.zip")
    table = tally("HCPCS: codes and days around start and end (2019)")
    _hold(table, spans, dt.date(2019, 12, 31), other_bundle, scrubbers)
