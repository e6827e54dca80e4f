"""Claim adjustment reason codes (CARC) and remittance advice remark codes (RARC), as CSV with their dates.

Codes and dates are facts; the wording is X12's and is not read.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from scrubber.reference.importers.days import Days, written
from scrubber.reference.importers.document import Document, Sample
from scrubber.reference.importers.form import Format
from scrubber.reference.importers.header import Layout, Once, read_table
from scrubber.reference.importers.parsed import Parsed, Refused
from scrubber.reference.importers.periods import UNKNOWN, Period

CARC, RARC = KINDS = ("carc", "rarc")
_CODES = {CARC: re.compile(r"[1-9][0-9]{0,2}|[ABDPWY][0-9]{1,2}"), RARC: re.compile(r"(?:M|MA|N)[0-9]{1,4}")}
_LAYOUT = Layout(
    {
        "code": r"(CARC|RARC|REASON|REMARK)? ?CODE",
        "start": r"START( DATE)?|EFFECTIVE( DATE)?",
        "last modified": r"(LAST )?MODIFIED( DATE)?",
        "stop": r"STOP( DATE)?|DEACTIVATED|DEACTIVATION DATE",
    }
)


class ReasonRow(NamedTuple):
    """A code with the dates its list gives as start and stop, as 20260401; 0 is open."""

    code: str
    start: int
    end: int


def _recognise(sample: Sample) -> dict[str, float]:
    likeness = _LAYOUT.likeness(sample.rows)
    cells = [cell.strip() for _, row in sample.rows for cell in row[:1]]
    counts = {kind: sum(1 for cell in cells if pattern.fullmatch(cell)) for kind, pattern in _CODES.items()}
    most = max(counts.values())
    return {kind: likeness for kind, count in counts.items() if count == most}


def _rows(document: Document, parsed: Parsed) -> Iterator[ReasonRow]:
    once, form = Once("each code once"), _CODES[parsed.kind]
    days = Days(written, "")

    def convert(code: str, start: str, _modified: str, stop: str) -> ReasonRow:
        if not form.fullmatch(code):
            raise Refused(f"a {parsed.kind.upper()}", code)
        begins, ends = days[start], days[stop]
        if 0 != ends < begins:
            raise Refused("a stop date not before the start date", stop)
        once(code, code)
        return ReasonRow(code, begins, ends)

    return read_table(document, parsed, _LAYOUT, convert)


def _period(_sample: Sample) -> Period:
    return UNKNOWN


FORMAT = Format(
    KINDS, "columns for a code, its start date, last modification and stop date", _recognise, _rows, _period
)
