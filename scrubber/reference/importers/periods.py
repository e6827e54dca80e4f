"""Which release a file is and which days it speaks of, from what it or, as a last resort, its name says."""

import datetime as dt
import re
from typing import NamedTuple

_QUARTERS = 4
_US_DATE = re.compile(r"(?<![0-9])(0[1-9]|1[0-2])[-_/](0[1-9]|[12][0-9]|3[01])[-_/](20[0-9]{2})(?![0-9])")
_QUARTER = re.compile(r"(?<![0-9])(20[0-9]{2})[-_ ]?Q([1-4])(?![0-9])", re.IGNORECASE)


class Period(NamedTuple):
    """A release, and the first and last day it speaks of; None where unknown."""

    release: str | None = None
    starts: dt.date | None = None
    ends: dt.date | None = None


UNKNOWN = Period()


def quarter(year: int, number: int, release: str | None = None) -> Period:
    """The calendar quarter 1 to 4 of a year; its release is `2026Q2` if it has no other name."""
    following = dt.date(year + number // _QUARTERS, number % _QUARTERS * 3 + 1, 1)
    starts = dt.date(year, number * 3 - 2, 1)
    return Period(release or f"{year}Q{number}", starts, following - dt.timedelta(days=1))


def quarter_named(text: str) -> Period:
    """The quarter that `text` names, as 2026Q2 or by a day in it as 04-01-2026; the first that it names counts."""
    if found := _US_DATE.search(text):
        return quarter(int(found[3]), (int(found[1]) + 2) // 3)
    if found := _QUARTER.search(text):
        return quarter(int(found[1]), int(found[2]))
    return UNKNOWN


def fiscal_year(text: str) -> Period:
    """The ICD-10-CM year that `text` names, October to September; its April update begins in April."""
    found = re.search(r"(?<![0-9])20[0-9]{2}(?![0-9])", text)
    if found is None:
        return UNKNOWN
    year = int(found[0])
    starts, update = dt.date(year - 1, 10, 1), ""
    if re.search("april", text, re.IGNORECASE):
        starts, update = dt.date(year, 4, 1), " April"
    return Period(f"FY{year}{update}", starts, dt.date(year, 9, 30))
