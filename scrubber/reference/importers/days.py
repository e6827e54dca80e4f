"""Dates as published files write them, as whole numbers: 20260401; 0 is open."""

import datetime as dt
import re
from calendar import isleap
from collections.abc import Callable

from scrubber.reference.importers.parsed import Refused

_COMPACT = re.compile(r"[0-9]{8}")
_ORDINAL = re.compile(r"([0-9]{4})([0-9]{3})")
_SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_FOREVER = 9999
_LEAP_YEAR = 366


def as_date(day: int) -> dt.date:
    """20260401 as a date."""
    return dt.date(day // 10000, day // 100 % 100, day % 100)


def compact(text: str) -> int:
    """20260401 as it stands. Refused when it is no date."""
    if _COMPACT.fullmatch(text):
        try:
            as_date(int(text))
        except ValueError:
            pass
        else:
            return int(text)
    raise Refused("a date as 20260401", text)


def ordinal(text: str) -> int:
    """Year and day of the year: 2026091 is 20260401."""
    if found := _ORDINAL.fullmatch(text):
        year, day = int(found[1]), int(found[2])
        if year == _FOREVER:
            return 0
        if year and 1 <= day <= (_LEAP_YEAR if isleap(year) else _LEAP_YEAR - 1):
            return int(f"{dt.date(year, 1, 1) + dt.timedelta(days=day - 1):%Y%m%d}")
    raise Refused("a date as 2026091 (year and day of the year)", text)


def written(text: str) -> int:
    """A date as people write it: 04/01/2026, 2026-04-01 or 20260401."""
    found = _SLASHED.fullmatch(text)
    plain = f"{found[3]}{found[1]:0>2}{found[2]:0>2}" if found else text.replace("-", "")
    try:
        return compact(plain)
    except Refused:
        raise Refused("a date as 04/01/2026 or 2026-04-01", text) from None


class Days(dict[str, int]):
    """Text -> day, each text looked at once; empty texts and those in `open_ended` are 0, where given."""

    def __init__(self, convert: Callable[[str], int], *open_ended: str) -> None:
        super().__init__(dict.fromkeys(open_ended, 0))
        self._convert = convert

    def __missing__(self, text: str) -> int:
        """Refused when `text` is no date."""
        stripped = text.strip()
        found = self[text] = self[stripped] if stripped in self else self._convert(stripped)
        return found
