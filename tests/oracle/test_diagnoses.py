"""ICD-10-CM: every code of the Medicare Code Editor around its dates, every code of the order file in its year."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from scrubber.contract.claim import MAX_DIAGNOSES
from tests.oracle.conftest import Tally
from tests.oracle.published import DAY, FOREVER, editor, order
from tests.oracle.scrubbing import Scrubbers, batches, claim, pointing

FAMILY = "diagnosis-validity"
FIRST = dt.date(2015, 10, 1)
"""Before this date claims carry no ICD-10-CM code, and no table speaks."""
YEAR = dt.date(2024, 10, 1), dt.date(2025, 9, 30)
"""Of the order file."""
Asked = tuple[str, dt.date, bool]
"""Code, date of service, whether it must be refused."""


def _hold(table: Tally, asked: Iterable[Asked], bundle: Path | None, scrubbers: Scrubbers) -> None:
    by_day = defaultdict(list)
    for each in asked:
        by_day[each[1]].append(each)

    def questions() -> Iterator[tuple[bytes, tuple[Asked, ...]]]:
        for day, every in by_day.items():
            for some in batches(every, MAX_DIAGNOSES):
                yield claim(FAMILY, pointing(len(some), day), [code for code, _, _ in some]), some

    for some, said in scrubbers.ask(bundle, questions()):
        refused = {int(finding.path.removeprefix("/diagnoses/")) for finding in said}
        for position, (code, day, wrong) in enumerate(some):
            table.check((position in refused) == wrong, f"{code} on {day}")
        table.rows += len(some)


def test_every_code_around_its_first_and_last_day(
    scrubbers: Scrubbers, cms_files: Path, tally: Callable[[str], Tally]
) -> None:
    """By the table that ships, which is made from this file."""
    spans = editor(cms_files / "mce/mce_v44_0_i10_dx_master.csv")
    asked = (
        (code, day, day >= FIRST and not any(first <= day <= last for first, last in every))
        for code, every in spans.items()
        for day in sorted({edge + step * DAY for edge in sum(every, ()) if edge != FOREVER for step in (-1, 0, 1)})
    )
    _hold(tally("ICD-10-CM: codes and days around start and end (MCE v44.0)"), asked, None, scrubbers)


def test_every_code_of_the_order_file_in_its_year(
    bundle: Path, scrubbers: Scrubbers, cms_files: Path, tally: Callable[[str], Tally]
) -> None:
    billable = order(cms_files / "icd10cm/icd10cm_order_2025.rebuilt.txt.xz")
    asked = [(code, day, not good) for day in YEAR for code, good in billable.items() if good or day == YEAR[0]]
    _hold(tally("ICD-10-CM: FY2025's codes on its first and last day, headings"), asked, bundle, scrubbers)
