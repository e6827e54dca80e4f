"""NCCI medically unlikely edits: units of service that are not exceeded, as CSV or workbook.

A notice of several lines stands above the header, whose first cell holds a line end. Each file is one quarter and has
no history. The adjudication indicator (MAI) is text: `1 Line Edit`, `2 Date of Service Edit: Policy`, `3 Date of
Service Edit: Clinical`. A value of 0 means that the service is not payable, and is kept.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from scrubber.reference.importers.codes import Procedures
from scrubber.reference.importers.document import Document, Sample
from scrubber.reference.importers.form import Format
from scrubber.reference.importers.header import Layout, Once, read_table
from scrubber.reference.importers.parsed import Parsed, Refused
from scrubber.reference.importers.periods import Period, quarter_named
from scrubber.reference.importers.wordings import Wordings

_SERVICES = {"mue-practitioner": "PRACTITIONER", "mue-outpatient": "OUTPATIENT", "mue-dme": "DME"}
_REST = {
    "code": r"(HCPCS ?/ ?)?CPT CODE|HCPCS( CODE)?",
    "mai": r"MUE ADJUDICATION INDICATOR",
    "rationale": r"MUE RATIONALE",
}
_LAYOUTS = {
    kind: Layout({"units": rf"(.* )?{service} (.* )?MUE VALUES?"} | _REST) for kind, service in _SERVICES.items()
}
_MAI = re.compile(r"([123])( .*)?")
_MOST_DIGITS = 6


class MueRow(NamedTuple):
    """A code's units, and the indicator: 1 a line, 2 a date of service by policy, 3 a date of service, clinical."""

    code: str
    units: int
    mai: int
    rationale: str


def _recognise(sample: Sample) -> dict[str, float]:
    likeness = {kind: layout.likeness(sample.rows) for kind, layout in _LAYOUTS.items()}
    best = max(likeness.values())
    return {kind: found for kind, found in likeness.items() if found == best}


def _rows(document: Document, parsed: Parsed) -> Iterator[MueRow]:
    codes, once = Procedures(), Once("each code once")
    rationales, last = Wordings(), ""

    def convert(units: str, code: str, mai: str, rationale: str) -> MueRow:
        code = codes[code]
        if not (units.isascii() and units.isdigit() and len(units) <= _MOST_DIGITS):
            raise Refused("units as a whole number", units)
        indicator = _MAI.fullmatch(mai)
        if indicator is None:
            raise Refused("adjudication indicator 1, 2 or 3", mai)
        once(code, code)
        return MueRow(code, int(units), int(indicator[1]), rationales[rationale])

    for row in read_table(document, parsed, _LAYOUTS[parsed.kind], convert):
        last = row.rationale
        yield row
    rationales.check_last(document.name, None, last)


def _period(sample: Sample) -> Period:
    return quarter_named(sample.names)


FORMAT = Format(
    tuple(_SERVICES),
    "columns for a code, its MUE values, adjudication indicator and rationale",
    _recognise,
    _rows,
    _period,
)
