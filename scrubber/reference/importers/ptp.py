"""NCCI procedure-to-procedure edits, practitioner or outpatient hospital, as text or workbook.

Tab-separated: column 1, column 2, `*` if in existence before 1996, effective date, deletion date (`*` when not
deleted), modifier indicator, rationale. A preamble of changing length stands above; the edits are found by their shape.
A pair that was deleted and reinstated has several rows; its key is (column 1, column 2, effective date).
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from scrubber.reference.errors import SourceError
from scrubber.reference.importers.codes import Procedures, is_procedure
from scrubber.reference.importers.days import Days, as_date, compact
from scrubber.reference.importers.document import Document, Row, Sample
from scrubber.reference.importers.form import Format
from scrubber.reference.importers.parsed import FETCH_OR_REPORT, Parsed, Refused
from scrubber.reference.importers.periods import Period, quarter, quarter_named
from scrubber.reference.importers.wordings import Wordings

PRACTITIONER, HOSPITAL = KINDS = ("ptp-practitioner", "ptp-hospital")
NO_EDIT = "no edit (indicator 9)"
REPEATED = "the same edit again"

_HEADER = ("COLUMN1", "COLUMN2", "*=INEXISTENCE", "EFFECTIVE", "DELETION", "MODIFIER", "PTPEDITRATIONALE")
_DEPTH = 200
_DAY = re.compile(r"[0-9]{8}|\*?")
_VERSION = re.compile(r"v([0-9]{2})([0-3])r[0-9]", re.IGNORECASE)
_FIRST_YEAR = 1994
"""Versions count years: v32.0 is the first quarter of 2026."""
_NAMED = {
    PRACTITIONER: re.compile(r"ccipra|practitioner|physician", re.IGNORECASE),
    HOSPITAL: re.compile(r"ccioph|hospital|outpatient", re.IGNORECASE),
}


class PtpRow(NamedTuple):
    """An edit. Dates as 20260401, both in force; `deleted` 0 is not deleted. Indicator 0: never; 1: unless bypassed."""

    column_1: str
    column_2: str
    effective: int
    deleted: int
    indicator: int
    rationale: str


class _Indicators(dict[str, int]):
    def __missing__(self, text: str) -> int:
        if text.strip() not in {"0", "1"}:
            raise Refused("modifier indicator 0, 1 or 9", text)
        return int(text)


def _recognise(sample: Sample) -> dict[str, float]:
    if any(_is_edit(cells) for _, cells in sample.rows):
        likeness = 1.0
    elif any(_is_header(cells) for _, cells in sample.rows):
        likeness = 0.75
    else:
        return {}
    # The two tables do not differ in layout, nor does either say which it is: only its name does.
    named = [kind for kind, pattern in _NAMED.items() if pattern.search(sample.names)]
    return dict.fromkeys(named if len(named) == 1 else KINDS, likeness)


def _rows(document: Document, parsed: Parsed) -> Iterator[PtpRow]:
    codes, effectives, deletions, indicators = Procedures(), Days(compact), Days(compact, "*", ""), _Indicators()
    rationales, line, rationale = Wordings(), 1, ""
    refused, no_edit, repeated = parsed.refused, 0, 0
    make, current = tuple.__new__, ""
    seen: dict[str, tuple[PtpRow, ...]] = {}  # the rows of the current column 1, by column 2
    for line, cells in _below_header(document):
        try:
            one, two, _, effective, deleted, indicator, rationale = cells
            if indicator == "9":
                no_edit += 1
                continue
            column_1, column_2, first, last = codes[one], codes[two], effectives[effective], deletions[deleted]
            bypass = indicators[indicator]
        except Refused as error:
            refused.add(line, error)
            continue
        except ValueError:
            if any(cells):
                refused.add(line, Refused("7 fields", str(len(cells))))
            continue
        if 0 != last < first:
            refused.add(line, Refused("a deletion date not before the effective date", deleted))
            continue
        if column_1 != current:
            current = column_1
            seen.clear()
        row = make(PtpRow, (column_1, column_2, first, last, bypass, rationales[rationale]))
        earlier = seen.get(column_2)
        if earlier is None:
            seen[column_2] = (row,)
        elif any(before[:5] == row[:5] for before in earlier):  # whatever the rationale
            repeated += 1
            continue
        else:
            seen[column_2] = (*earlier, row)
        yield row
    rationales.check_last(document.name, line, rationale)
    parsed.left_out += {NO_EDIT: no_edit, REPEATED: repeated}
    parsed.starts = as_date(min(effectives.values())) if effectives else None


def _below_header(document: Document) -> Iterator[Row]:
    """The rows from the first edit on. SourceError when what stands above it is not the known header."""
    rows, header = document.rows(), False
    for number, (line, cells) in enumerate(rows):
        if _is_edit(cells):
            if not header:
                break
            return chain([(line, cells)], rows)
        header = header or _is_header(cells)
        if number > _DEPTH:
            break
    else:
        if header:
            return iter(())
        line = 1
    expected = (
        "above the first edit a header with Column 1, Column 2, * = in existence, Effective, Deletion, Modifier, "
    )
    raise SourceError(document.name, line, f"{expected}PTP Edit Rationale", FETCH_OR_REPORT)


def _is_edit(cells: list[str]) -> bool:
    """Whether it looks like a row of the table; its codes and dates may yet be wrong."""
    return (
        len(cells) == len(_HEADER)
        and is_procedure(cells[0].strip())
        and is_procedure(cells[1].strip())
        and all(_DAY.fullmatch(day.strip()) for day in cells[3:5])
    )


def _is_header(cells: list[str]) -> bool:
    names = ["".join(cell.split()).upper() for cell in cells]
    return len(names) == len(_HEADER) and all(map(str.startswith, names, _HEADER))


def _period(sample: Sample) -> Period:
    if found := _VERSION.search(sample.names):
        version = int(found[1]), int(found[2])
        days = quarter(_FIRST_YEAR + version[0], version[1] + 1, f"v{version[0]}.{version[1]}")
    else:
        days = quarter_named(sample.names)
    return Period(days.release, None, days.ends)


FORMAT = Format(KINDS, "NCCI edits of two codes with dates and a modifier indicator", _recognise, _rows, _period)
