"""Rows that hold from one day to another."""

import datetime as dt
from collections.abc import Iterable
from functools import cache
from typing import Protocol, TypeVar

ONE_DAY = dt.timedelta(days=1)


class Dated(Protocol):
    """Something in force from `start` to `end`, both included; None is open."""

    @property
    def start(self) -> dt.date | None:
        """First day."""

    @property
    def end(self) -> dt.date | None:
        """Last day."""


D = TypeVar("D", bound=Dated)


def in_force(rows: Iterable[D], day: dt.date) -> D | None:
    """The row in force on `day`, None when none is."""
    for row in rows:
        if (row.start is None or row.start <= day) and (row.end is None or day <= row.end):
            return row
    return None


@cache
def compact(text: str) -> dt.date:
    """The date that 20260915 stands for. The tables hold few different ones."""
    return dt.date.fromisoformat(text)


def number_of(day: dt.date) -> int:
    """20260915 for that day, as rows of numbers keep it."""
    return day.year * 10000 + day.month * 100 + day.day


def changes(start: dt.date | None, end: dt.date | None) -> Iterable[dt.date]:
    """The days on which a row begins and no longer holds."""
    if start is not None:
        yield start
    if end is not None and end != dt.date.max:
        yield end + ONE_DAY
