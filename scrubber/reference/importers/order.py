"""The ICD-10-CM order file: every code and heading, billable or not, with its descriptions.

Fixed width: number(5), code without dot(7), 1 if billable(1), short description(60), long description, a blank between.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from scrubber.reference.importers.document import Document, Sample
from scrubber.reference.importers.fixed import read_lines
from scrubber.reference.importers.form import Format
from scrubber.reference.importers.header import Once
from scrubber.reference.importers.parsed import Parsed, Refused
from scrubber.reference.importers.periods import Period, fiscal_year

KIND = "icd10cm-order"
_LINE = re.compile(r"[0-9]{5} ([A-Z][0-9A-Z]{2,6}) {1,5}(?<=^.{14})([01]) (.{60}) (.+)")
_BEGINS = re.compile(r"[0-9]{5} [A-Z][0-9][0-9A-Z]")
_SHORTEST = 78


class OrderRow(NamedTuple):
    """A code without dot; a heading is not billable. CMS's short and long description."""

    code: str
    billable: bool
    short: str
    long: str


def _recognise(sample: Sample) -> dict[str, float]:
    lines = [line for line in sample.lines if line.strip()]
    if any(_LINE.match(line) for line in lines):
        return {KIND: 1.0}
    return {KIND: 0.75 if any(_BEGINS.match(line) for line in lines) else 0.0}


def _rows(document: Document, parsed: Parsed) -> Iterator[OrderRow]:
    once = Once("each code once")

    def convert(line: str) -> OrderRow:
        found = _LINE.fullmatch(line)
        if found is None:
            raise Refused("number, code, 0 or 1 and descriptions at their positions", line[:16])
        code, billable, short, long = found.groups()
        once(code, code)
        return OrderRow(code, billable == "1", short.strip(), long.strip())

    return read_lines(document, parsed, _BEGINS.match, _SHORTEST, convert)


def _period(sample: Sample) -> Period:
    return fiscal_year(sample.names)


FORMAT = Format((KIND,), "numbered ICD-10-CM codes in columns of fixed width", _recognise, _rows, _period)
