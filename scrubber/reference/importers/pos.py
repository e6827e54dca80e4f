"""CMS's place of service code set."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from scrubber.reference.errors import SourceError
from scrubber.reference.importers.document import Document, Sample
from scrubber.reference.importers.form import Format
from scrubber.reference.importers.header import Layout, Once, read_table
from scrubber.reference.importers.parsed import Parsed, Refused
from scrubber.reference.importers.periods import UNKNOWN, Period
from scrubber.reference.importers.source import FETCH, Source

KIND = "pos"
UNASSIGNED = "not assigned"
COLUMNS = ("pos_code", "pos_type", "pos_name", "pos_description")
_LAYOUT = Layout({column: column.replace("_", " ").upper() for column in COLUMNS[:3]})
_SETTING = {"Facility": "facility", "Non-Facility": "non-facility"}


class PlaceRow(NamedTuple):
    """A place: code, name, `facility` or `non-facility`."""

    code: str
    name: str
    setting: str


class _Places:
    """Turns the columns code, type and name into rows, each code once."""

    def __init__(self) -> None:
        self._once = Once("each code once")

    def row(self, code: str, kind: str, name: str) -> PlaceRow | None:
        """The row, None when the code is not assigned."""
        if not re.fullmatch(r"[0-9]{2}", code):
            raise Refused("a two-digit code", code)
        self._once(code, code)
        if kind == "Unassigned":
            return None
        if kind not in _SETTING:
            raise Refused("Facility, Non-Facility or Unassigned", kind)
        if not name:
            raise Refused("a name")
        return PlaceRow(code, name.replace("\u2019", "'"), _SETTING[kind])


def read_pos(source: Source) -> list[PlaceRow]:
    """The places in order of their codes; codes not assigned are left out. SourceError at whatever is not right."""
    places, found = _Places(), []
    for line, record in source.records(COLUMNS):
        try:
            row = places.row(*(record[column] for column in COLUMNS[:3]))
        except Refused as refused:
            raise SourceError(source.name, line, str(refused), FETCH) from None
        if row is not None:
            found.append(row)
    if not found:
        raise SourceError(source.name, 2, "places, found none", FETCH)
    return sorted(found)


def _recognise(sample: Sample) -> dict[str, float]:
    return {KIND: _LAYOUT.likeness(sample.rows)}


def _rows(document: Document, parsed: Parsed) -> Iterator[PlaceRow]:
    places = _Places()

    def convert(code: str, kind: str, name: str) -> PlaceRow | None:
        # A spreadsheet drops the zero before 01 to 09.
        row = places.row(code.zfill(2), kind, name)
        if row is None:
            parsed.left_out[UNASSIGNED] += 1
        return row

    return read_table(document, parsed, _LAYOUT, convert)


def _period(_sample: Sample) -> Period:
    return UNKNOWN


FORMAT = Format((KIND,), "columns pos_code, pos_type and pos_name", _recognise, _rows, _period)
