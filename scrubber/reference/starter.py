"""The tables of edits: read whole, since those that ship are small. Each row keeps the dates between which it holds."""

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping

import msgspec

from scrubber.reference.errors import ReferenceDataError, SourceError
from scrubber.reference.facts import Element, Fees, Pair
from scrubber.reference.manifest import LoadedTable
from scrubber.reference.rows import Row, read_rows

FEE_COLUMNS = (
    "code",
    "modifier",
    "status",
    "global_days",
    "pctc",
    "multiple",
    "bilateral",
    "assistant",
    "co_surgery",
    "team",
    "na_nonfacility",
    "na_facility",
    "total_nonfacility",
    "total_facility",
    "conversion_factor",
    "effective",
    "ended",
)
"""Of the fee schedule: indicators as CMS writes them, NA flags 1 or empty, numbers as `Fees` has them."""


class Validity(msgspec.Struct, frozen=True):
    """A code that is known: from when to when, as far as that is known, and of what kind."""

    kind: str
    start: dt.date | None
    end: dt.date | None


class Limit(msgspec.Struct, frozen=True):
    """A medically unlikely edit: units, and the MUE adjudication indicator."""

    units: int
    mai: int
    start: dt.date | None
    end: dt.date | None


class AddOn(msgspec.Struct, frozen=True):
    """An add-on code with one of its primaries; type 2 has none."""

    type: int
    primary: str | None
    start: dt.date | None
    end: dt.date | None


class Priced(msgspec.Struct, frozen=True):
    """A row of the fee schedule: of a code without modifier ("") or with one."""

    modifier: str
    fees: Fees
    start: dt.date | None
    end: dt.date | None


class Support(msgspec.Struct, frozen=True):
    """A diagnosis that supports a procedure: an ICD-10-CM prefix without dot."""

    prefix: str
    source: str
    start: dt.date | None
    end: dt.date | None


class Edit(msgspec.Struct, frozen=True):
    """A pair with the dates it is in force."""

    pair: Pair
    start: dt.date
    end: dt.date | None


class Edits(msgspec.Struct, frozen=True):
    """Every table of edits, by code; `pairs` by both codes, `partners` by either. `days`: when something changes."""

    validity: Mapping[str, list[Validity]]
    limits: Mapping[str, list[Limit]]
    add_ons: Mapping[str, list[AddOn]]
    prices: Mapping[str, list[Priced]]
    support: Mapping[str, list[Support]]
    pairs: Mapping[tuple[str, str], list[Edit]]
    partners: Mapping[str, list[Edit]]
    documentation: Mapping[str, tuple[Element, ...]]
    sex: Mapping[str, str]
    subjects: frozenset[str]
    days: frozenset[dt.date]


def read_edits(tables: Mapping[str, LoadedTable]) -> Edits:
    """The edits in `tables`; a kind that is not there is empty. SourceError names the line that is wrong."""
    validity: dict[str, list[Validity]] = {}
    limits: dict[str, list[Limit]] = {}
    add_ons: dict[str, list[AddOn]] = {}
    prices: dict[str, list[Priced]] = {}
    support: dict[str, list[Support]] = {}
    sex: dict[str, str] = {}
    days: set[dt.date] = set()

    for row in _rows(tables, "procedures", ("code", "kind", "valid_from", "valid_to")):
        span = _span(row, "valid_from", "valid_to", days)
        validity.setdefault(row.text("code"), []).append(Validity(row.text("kind"), *span))
    for row in _rows(tables, "mue", ("code", "units", "mai", "effective", "ended")):
        span = _span(row, "effective", "ended", days)
        limits.setdefault(row.text("code"), []).append(Limit(row.number("units"), row.number("mai"), *span))
    for row in _rows(tables, "add-on", ("add_on", "type", "primary", "effective", "deleted")):
        span = _span(row, "effective", "deleted", days)
        add_ons.setdefault(row.text("add_on"), []).append(AddOn(row.number("type"), row.maybe("primary"), *span))
    for row in _rows(tables, "fee-schedule", FEE_COLUMNS):
        span = _span(row, "effective", "ended", days)
        prices.setdefault(row.text("code"), []).append(Priced(row.maybe("modifier") or "", _fees(row), *span))
    for row in _rows(tables, "necessity", ("procedure", "diagnosis_prefix", "source", "effective", "ended")):
        span = _span(row, "effective", "ended", days)
        prefix = row.text("diagnosis_prefix").replace(".", "")
        support.setdefault(row.text("procedure"), []).append(Support(prefix, row.text("source"), *span))
    for row in _rows(tables, "sex", ("procedure", "sex")):
        sex[row.text("procedure")] = row.text("sex")
    pairs, partners = _pairs(tables, days)
    return Edits(
        validity=validity,
        limits=limits,
        add_ons=add_ons,
        prices=prices,
        support=support,
        pairs=pairs,
        partners=partners,
        documentation=_documentation(tables),
        sex=sex,
        subjects=frozenset(tables["ptp"].info.subjects) if "ptp" in tables else frozenset(),
        days=frozenset(days),
    )


def _rows(tables: Mapping[str, LoadedTable], kind: str, columns: tuple[str, ...]) -> Iterator[Row]:
    if kind in tables:
        yield from read_rows(tables[kind].info.file, tables[kind].content, columns)


def _fees(row: Row) -> Fees:
    return Fees(
        status=row.text("status"),
        global_days=row.maybe("global_days") or "",
        pctc=row.maybe("pctc") or "",
        multiple=row.maybe("multiple") or "",
        bilateral=row.maybe("bilateral") or "",
        assistant=row.maybe("assistant") or "",
        co_surgery=row.maybe("co_surgery") or "",
        team=row.maybe("team") or "",
        na_nonfacility=row.maybe("na_nonfacility") == "1",
        na_facility=row.maybe("na_facility") == "1",
        total_nonfacility=row.number("total_nonfacility"),
        total_facility=row.number("total_facility"),
        conversion_factor=row.number("conversion_factor"),
    )


def _span(row: Row, start: str, end: str, days: set[dt.date]) -> tuple[dt.date | None, dt.date | None]:
    first, last = row.date(start), row.date(end)
    if first is not None and last is not None and last < first:
        raise SourceError(row.file, row.line, f"{end} on or after {start}", "Correct the line.")
    if first is not None:
        days.add(first)
    if last is not None:
        days.add(last + dt.timedelta(days=1))
    return first, last


def _pairs(
    tables: Mapping[str, LoadedTable], days: set[dt.date]
) -> tuple[dict[tuple[str, str], list[Edit]], dict[str, list[Edit]]]:
    pairs: dict[tuple[str, str], list[Edit]] = {}
    partners: dict[str, list[Edit]] = {}
    for row in _rows(tables, "ptp", ("column_1", "column_2", "effective", "deleted", "indicator")):
        indicator = row.number("indicator")
        if indicator not in (0, 1):
            # 9 marks an edit that never was; importers drop such rows.
            raise SourceError(row.file, row.line, "indicator 0 or 1", "Correct the line.")
        effective, deleted = _span(row, "effective", "deleted", days)
        if effective is None:
            raise SourceError(row.file, row.line, "a date in column effective", "Correct the line.")
        one, two = row.text("column_1"), row.text("column_2")
        source = f"{tables['ptp'].info.label}, {one}/{two} indicator {indicator}"
        edit = Edit(Pair(one, two, indicator, effective, deleted, source), effective, deleted)
        pairs.setdefault((one, two), []).append(edit)
        partners.setdefault(one, []).append(edit)
        partners.setdefault(two, []).append(edit)
    return pairs, partners


class _Documented(msgspec.Struct, forbid_unknown_fields=True):
    codes: tuple[str, ...]
    element: tuple[Element, ...]


class _Documentation(msgspec.Struct, forbid_unknown_fields=True):
    procedure: tuple[_Documented, ...]


def _documentation(tables: Mapping[str, LoadedTable]) -> dict[str, tuple[Element, ...]]:
    table = tables.get("documentation")
    if table is None:
        return {}
    try:
        read = msgspec.convert(tomllib.loads(table.content.decode()), _Documentation)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ReferenceDataError(f"{table.info.file}: {error}") from None
    return {code: documented.element for documented in read.procedure for code in documented.codes}
