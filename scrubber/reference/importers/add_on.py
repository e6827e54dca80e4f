"""NCCI add-on codes with their primaries, as tab-separated text or workbook; the file carries its history.

Dates are year and day of the year (2026091). Type 1 has its primaries listed; with type 2 the contractor decides, which
the file writes as primary `CCCCC`; type 3 has some listed, and the contractor may add others, also written `CCCCC`.
"""

from collections.abc import Iterator
from typing import NamedTuple

from scrubber.reference.importers.codes import Procedures
from scrubber.reference.importers.days import Days, as_date, ordinal
from scrubber.reference.importers.document import Document, Sample
from scrubber.reference.importers.form import Format
from scrubber.reference.importers.header import Layout, Once, read_table
from scrubber.reference.importers.parsed import Parsed, Refused
from scrubber.reference.importers.periods import Period, quarter_named

KIND = "add-on"
_CONTRACTOR = "CCCCC"
_TYPES = ("1", "2", "3")
_CONTRACTOR_TYPE = 2
_DELETED = r"DEL(ETION|ETED)? ?(DT|DATE)"
_LAYOUT = Layout(
    {  # names drift from year to year
        "type": r"(AOC )?(EDIT )?TYPE",
        "add-on": r"(ADD-? ?ON|AOC) CODE",
        "add-on deleted": rf"(AOC|ADD-? ?ON CODE) {_DELETED}",
        "primary": r"PRIMARY CODE",
        "primary deleted": rf"PRIMARY CODE {_DELETED}",
        "effective": r"(AOC )?EDIT EFF(ECTIVE)? ?(DT|DATE)",
        "deleted": rf"(AOC )?EDIT {_DELETED}",
    }
)


class AddOnRow(NamedTuple):
    """An add-on code with one primary, None where the contractor decides. Dates as 20260401; `deleted` 0 is open.

    `deleted` is the earliest of the days on which the edit, the add-on code or the primary code was deleted.
    """

    add_on: str
    type: int
    primary: str | None
    effective: int
    deleted: int


def _recognise(sample: Sample) -> dict[str, float]:
    return {KIND: _LAYOUT.likeness(sample.rows)}


def _rows(document: Document, parsed: Parsed) -> Iterator[AddOnRow]:
    codes, once = Procedures(), Once("each add-on code, primary and effective date once")
    effectives, deletions = Days(ordinal), Days(ordinal, "")

    def convert(
        kind: str, code: str, code_deleted: str, primary_text: str, primary_deleted: str, start: str, end: str
    ) -> AddOnRow:
        add_on = codes[code]
        primary = None if primary_text == _CONTRACTOR else codes[primary_text]
        effective = effectives[start]
        ends = [day for text in (end, code_deleted, primary_deleted) if (day := deletions[text])]
        if kind not in _TYPES or (int(kind) == _CONTRACTOR_TYPE and primary is not None):
            raise Refused("type 1, 2 (with primary CCCCC) or 3", kind)
        if ends and min(ends) < effective:
            raise Refused("deletion dates not before the effective date", str(min(ends)))
        once((add_on, primary, effective), add_on)
        return AddOnRow(add_on, int(kind), primary, effective, min(ends, default=0))

    yield from read_table(document, parsed, _LAYOUT, convert)
    parsed.starts = as_date(min(effectives.values())) if effectives else None


def _period(sample: Sample) -> Period:
    days = quarter_named(sample.names)
    return Period(days.release, None, days.ends)


FORMAT = Format((KIND,), "columns for an add-on code, its type, primary and dates", _recognise, _rows, _period)
