"""HCPCS Level II codes and modifiers, from CMS's quarterly alpha-numeric file (ANWEB), CSV or fixed width."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from scrubber.reference.errors import SourceError
from scrubber.reference.importers.days import compact
from scrubber.reference.importers.document import Document, Sample
from scrubber.reference.importers.fixed import read_lines
from scrubber.reference.importers.form import Format
from scrubber.reference.importers.header import Layout, Once, read_table
from scrubber.reference.importers.parsed import Parsed, Refused
from scrubber.reference.importers.periods import UNKNOWN, Period, quarter
from scrubber.reference.importers.source import FETCH, Source

KIND = "hcpcs"
CONTINUED = "continues the description above"

COLUMNS = (
    "HCPC", "SEQNUM", "RECID", "LONG DESCRIPTION", "SHORT DESCRIPTION", "PRICE1", "PRICE2", "PRICE3", "PRICE4",
    "MULT_PI", "CIM1", "CIM2", "CIM3", "MCM1", "MCM2", "MCM3", "STATUTE", "LABCERT1", "LABCERT2", "LABCERT3",
    "LABCERT4", "LABCERT5", "LABCERT6", "LABCERT7", "LABCERT8", "XREF1", "XREF2", "XREF3", "XREF4", "XREF5", "COV",
    "ASC_GRP", "ASC_DT", "OPPS", "OPPS_PI", "OPPS_DT", "PROCNOTE", "BETOS", "TOS1", "TOS2", "TOS3", "TOS4", "TOS5",
    "ANEST_BU", "ADD DT", "ACT EFF DT", "TERM DT", "ACTION CD",
)  # fmt: skip
_USED = ("HCPC", "RECID", "SHORT DESCRIPTION", "COV", "ADD DT", "TERM DT")
_LAYOUT = Layout({column: column for column in _USED})
_POSITIONS = ((0, 5), (10, 11), (91, 119), (229, 230), (268, 276), (284, 292))
"""Of the same columns in the fixed-width file, by CMS's record layout."""
_RECORD = re.compile(r"(?: {3}[A-Z][A-Z0-9]|[A-Z][0-9]{4})[0-9]{5}[3478]")
_SHORTEST = 293
_PROCEDURE, _MODIFIER = "3", "7"
_CONTINUED = ("4", "8")
_CODE = {_PROCEDURE: re.compile(r"[A-CE-Z]\d{4}"), _MODIFIER: re.compile(r"[A-Z][A-Z0-9]")}
_RELEASE = re.compile(r"HCPC(20[0-9]{2})_(JAN|APR|JUL|OCT)?", re.IGNORECASE)
_MONTHS = {"JAN": "January", "APR": "April", "JUL": "July", "OCT": "October"}


class Level2(NamedTuple):
    """A code or modifier (by its length), from one day to another (both included; empty is open)."""

    code: str
    start: str
    end: str
    coverage: str
    short: str


class _Records:
    """Turns records into rows, each code once."""

    def __init__(self) -> None:
        self._once = Once("each code once")

    def row(self, code: str, kind: str, short: str, coverage: str, added: str, ended: str) -> Level2 | None:
        """The row of a record's columns, None when it only continues a description.

        A code is valid from the day it was added (ADD DT). ACT EFF DT is the day of the last change of anything about
        it, often its price, and in a row that ends a code the day after its last.
        """
        if kind in _CONTINUED:
            return None
        if kind not in _CODE:
            raise Refused("record identifier 3, 4, 7 or 8", kind)
        code = code.strip()
        if not _CODE[kind].fullmatch(code):
            raise Refused("a HCPCS Level II code", code)
        start, end = _day(added, "ADD DT"), _day(ended, "TERM DT")
        if not start or (end and end < start):
            raise Refused("ADD DT, and no earlier TERM DT", f"{start} and {end}")
        self._once(code, code)
        return Level2(code, start, end, coverage, " ".join(short.split()))


def read_hcpcs(source: Source) -> tuple[list[Level2], list[Level2]]:
    """Codes and modifiers of the CSV file, each in order. SourceError at whatever is not right."""
    records = _Records()
    found: tuple[list[Level2], list[Level2]] = ([], [])
    for line, record in source.records(COLUMNS):
        try:
            row = records.row(*(record[column] for column in _USED))
        except Refused as refused:
            raise SourceError(source.name, line, str(refused), FETCH) from None
        if row is not None:
            found[record["RECID"] == _MODIFIER].append(row)
    if not all(found):
        raise SourceError(source.name, 2, "codes and modifiers", FETCH)
    return sorted(found[0]), sorted(found[1])


def _day(text: str, column: str) -> str:
    try:
        return text and str(compact(text))
    except Refused:
        raise Refused(f"a date as 20260915 in {column}", text) from None


def _recognise(sample: Sample) -> dict[str, float]:
    fixed = any(_RECORD.match(line) and len(line) >= _SHORTEST for line in sample.lines)
    return {KIND: 1.0 if fixed else _LAYOUT.likeness(sample.rows)}


def _rows(document: Document, parsed: Parsed) -> Iterator[Level2]:
    records = _Records()

    def convert(*cells: str) -> Level2 | None:
        row = records.row(*cells)
        if row is None:
            parsed.left_out[CONTINUED] += 1
        return row

    if any(_RECORD.match(line) for line in document.sample().lines):
        return read_lines(
            document,
            parsed,
            _RECORD.match,
            _SHORTEST,
            lambda line: convert(*(line[start:end].strip() for start, end in _POSITIONS)),
        )
    return read_table(document, parsed, _LAYOUT, convert)


def _period(sample: Sample) -> Period:
    """Codes have dates of their own, but ended ones leave the file, so how far back it reaches is not told."""
    found = _RELEASE.search(sample.names)
    if found is None:
        return UNKNOWN
    if found[2] is None:
        return Period(found[1])
    month = found[2].upper()
    days = quarter(int(found[1]), list(_MONTHS).index(month) + 1)
    return Period(f"{_MONTHS[month]} {found[1]}", None, days.ends)


FORMAT = Format((KIND,), "HCPCS Level II records with HCPC, RECID, ADD DT and TERM DT", _recognise, _rows, _period)
