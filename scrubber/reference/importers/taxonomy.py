"""NUCC's health care provider taxonomy, as its CSV. Definitions and notes are NUCC's, and are not taken."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from scrubber.reference.importers.document import Document, Sample
from scrubber.reference.importers.form import Format
from scrubber.reference.importers.header import Layout, Once, read_table
from scrubber.reference.importers.parsed import Parsed, Refused
from scrubber.reference.importers.periods import UNKNOWN, Period

KIND = "taxonomy"
_CODE = re.compile(r"[0-9A-Z]{9}X")
_VERSION = re.compile(r"taxonomy[-_ ]?v?([0-9]{2})\.?([01])(?![0-9])", re.IGNORECASE)
_LAYOUT = Layout(
    {
        "code": "CODE",
        "grouping": "GROUPING",
        "classification": "CLASSIFICATION",
        "specialization": "SPECIALIZATION",
        "display name": "DISPLAY NAME",
    }
)


class TaxonomyRow(NamedTuple):
    """A provider taxonomy code and its display name."""

    code: str
    name: str


def _recognise(sample: Sample) -> dict[str, float]:
    return {KIND: _LAYOUT.likeness(sample.rows)}


def _rows(document: Document, parsed: Parsed) -> Iterator[TaxonomyRow]:
    once = Once("each code once")

    def convert(code: str, _grouping: str, _classification: str, _specialization: str, name: str) -> TaxonomyRow:
        if not _CODE.fullmatch(code):
            raise Refused("a taxonomy code of ten characters", code)
        if not name:
            raise Refused("a display name")
        once(code, code)
        return TaxonomyRow(code, " ".join(name.split()))

    return read_table(document, parsed, _LAYOUT, convert)


def _period(sample: Sample) -> Period:
    found = _VERSION.search(sample.names)
    return Period(f"{found[1]}.{found[2]}") if found else UNKNOWN


FORMAT = Format(
    (KIND,), "NUCC's columns Code, Grouping, Classification, Specialization, Display Name", _recognise, _rows, _period
)
