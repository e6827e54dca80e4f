"""The rows of the tables of edits, and how one asks a table for the rows of a code.

A table that ships is small and read whole into a dictionary. An imported one stays text: its rows are read when their
code is first asked for.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from scrubber.reference.bundle.pairs import PairTable
from scrubber.reference.dated import compact
from scrubber.reference.editions import Editions
from scrubber.reference.facts import Element, Fees
from scrubber.reference.lines import SortedLines

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

MUE_COLUMNS = ("code", "units", "mai", "rationale")
ADD_ON_COLUMNS = ("add_on", "type", "primary", "effective", "deleted")
FEE_COLUMNS = (
    "code", "modifier", "status", "global_days", "pctc", "multiple", "bilateral", "assistant", "co_surgery", "team",
    "na_nonfacility", "na_facility", "total_nonfacility", "total_facility", "conversion_factor",
)  # fmt: skip

FEE_NUMBERS = FEE_COLUMNS[-3:]


class Validity(msgspec.Struct, frozen=True):
    """A code that is known: from when to when, as far as that is known, and of what kind."""

    kind: str
    start: dt.date | None
    end: dt.date | None


class Limit(msgspec.Struct, frozen=True):
    """A medically unlikely edit: units, and the MUE adjudication indicator."""

    units: int
    mai: int
    start: dt.date | None = None
    end: dt.date | None = None
    rationale: str = ""


class AddOn(msgspec.Struct, frozen=True):
    """An add-on code with one of its primaries; type 2 has none."""

    type: int
    primary: str | None
    start: dt.date | None = None
    end: dt.date | None = None


class Priced(msgspec.Struct, frozen=True):
    """What the fee schedule says of a code with a modifier, empty for none."""

    modifier: str
    fees: Fees
    start: dt.date | None = None
    end: dt.date | None = None


class Support(msgspec.Struct, frozen=True):
    """A diagnosis that supports a procedure: an ICD-10-CM prefix without dot."""

    prefix: str
    source: str
    start: dt.date | None
    end: dt.date | None


class ByCode(Protocol[R_co]):
    """A table asked by code."""

    def of(self, code: str) -> Sequence[R_co]:
        """Every row of the code."""


class WholeByCode(Generic[R]):
    """A table that ships: read whole."""

    def __init__(self, rows: Mapping[str, Sequence[R]]) -> None:
        self._rows = rows

    def of(self, code: str) -> Sequence[R]:
        """Every row of the code."""
        return self._rows.get(code, ())


class LinesByCode(Generic[R]):
    """An imported table: sorted lines, each made into a row when it is asked for."""

    def __init__(self, lines: SortedLines, make: Callable[[list[str]], R]) -> None:
        self._lines = lines
        self._make = make

    def of(self, code: str) -> Sequence[R]:
        """Every row of the code."""
        return [self._make(fields) for fields in self._lines.at(code)]


class Edits(msgspec.Struct, frozen=True):
    """Every table that speaks of procedures."""

    validity: Mapping[str, list[Validity]]
    support: Mapping[str, list[Support]]
    documentation: Mapping[str, tuple[Element, ...]]
    sex: Mapping[str, str]
    limits: Editions[ByCode[Limit]]
    add_ons: Editions[ByCode[AddOn]]
    prices: Editions[ByCode[Priced]]
    pairs: Editions[PairTable]
    hcpcs: Editions[SortedLines]


def limit(fields: list[str]) -> Limit:
    """A line of MUE_COLUMNS."""
    _, units, mai, rationale = fields
    return Limit(int(units), int(mai), rationale=rationale)


def add_on(fields: list[str]) -> AddOn:
    """A line of ADD_ON_COLUMNS; dates as 20260915, empty when open."""
    _, kind, primary, effective, deleted = fields
    return AddOn(int(kind), primary or None, _day(effective), _day(deleted))


def priced(fields: list[str]) -> Priced:
    """A line of FEE_COLUMNS."""
    return Priced(fields[1], fees(dict(zip(FEE_COLUMNS, fields, strict=True))))


def fees(named: dict[str, str]) -> Fees:
    """Fees from text by column name: flags 1 or empty, numbers as they are kept."""
    return Fees(
        status=named["status"],
        global_days=named["global_days"],
        pctc=named["pctc"],
        multiple=named["multiple"],
        bilateral=named["bilateral"],
        assistant=named["assistant"],
        co_surgery=named["co_surgery"],
        team=named["team"],
        na_nonfacility=named["na_nonfacility"] == "1",
        na_facility=named["na_facility"] == "1",
        total_nonfacility=int(named["total_nonfacility"]),
        total_facility=int(named["total_facility"]),
        conversion_factor=int(named["conversion_factor"]),
    )


def _day(text: str) -> dt.date | None:
    return compact(text) if text else None
