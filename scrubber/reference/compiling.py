"""From the rows of a published file to the tables of the bundle."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from scrubber.reference import descriptions, diagnoses, exclusions, small
from scrubber.reference.bundle.container import Section
from scrubber.reference.bundle.imported import LINES, Imported
from scrubber.reference.bundle.pairs import compile_pairs
from scrubber.reference.dated import changes, compact
from scrubber.reference.edits import ADD_ON_COLUMNS, FEE_COLUMNS, MUE_COLUMNS
from scrubber.reference.importers.excludes1 import read_excludes1
from scrubber.reference.importers.laterality import sides
from scrubber.reference.importers.modifiers import combine
from scrubber.reference.importers.tabular import gather
from scrubber.reference.lines import SortedLines
from scrubber.reference.manifest import TableInfo, read_tables
from scrubber.reference.procedures import HCPCS_COLUMNS

REASON_COLUMNS = ("code", "start", "end")
_CODE_LENGTH = 5
_MANY = 10
Rows = Iterable[tuple[object, ...]]
Compiled = dict[Imported, Mapping[str, Section]]


class Origin(NamedTuple):
    """What is said of every table made from a file.

    Attributes:
        info: provenance, with the kind of the file's main table.
        shipped: folder of the reference data that ships, where hand-kept knowledge is added from.
    """

    info: TableInfo
    shipped: Path


def compile_rows(kind: str, rows: Rows, origin: Origin) -> Compiled:
    """The tables that a file of this kind (one of the importers' KINDS) makes, with their sections."""
    return _COMPILERS[kind](rows, origin)


def _pairs(rows: Rows, origin: Origin) -> Compiled:
    compiled = compile_pairs(rows)  # type: ignore[arg-type]  # rows of the kind are PtpRows
    info = replace(origin.info, rows=compiled.rows, changes=tuple(compiled.changes), starts=compiled.changes[0])
    return {Imported(info, rationales=tuple(compiled.rationales)): compiled.sections}


def _limits(rows: Rows, origin: Origin) -> Compiled:
    return _lines(origin.info, MUE_COLUMNS, rows)


def _add_ons(rows: Rows, origin: Origin) -> Compiled:
    lines = [(code, kind, primary, start, end or "") for code, kind, primary, start, end in rows]
    dates = [(str(line[3]), str(line[4])) for line in lines]
    return _lines(
        replace(origin.info, starts=min(compact(start) for start, _ in dates), changes=_changes(dates)),
        ADD_ON_COLUMNS,
        lines,
    )


def _fees(rows: Rows, origin: Origin) -> Compiled:
    return _lines(origin.info, FEE_COLUMNS, rows)


def _level_2(rows: Rows, origin: Origin) -> Compiled:
    """Codes, and modifiers with what is kept by hand of them."""
    codes: list[tuple[object, ...]] = []
    modifiers: list[tuple[object, ...]] = []
    for row in rows:
        (codes if len(str(row[0])) == _CODE_LENGTH else modifiers).append(row)
    info = replace(origin.info, starts=origin.info.starts or _reaches_back(codes))
    made = _lines(replace(info, changes=_changes((str(row[1]), str(row[2])) for row in codes)), HCPCS_COLUMNS, codes)
    if modifiers:
        combined = combine(modifiers, origin.shipped / "starter" / "modifiers.csv")  # type: ignore[arg-type]  # Level2 rows
        changing = _changes((row[3], row[4]) for row in combined)
        made |= _lines(replace(info, kind="modifiers", changes=changing), small.MODIFIER_COLUMNS, combined)
    return made


def _reaches_back(codes: Iterable[tuple[object, ...]]) -> dt.date | None:
    """The first day of which the file says all: codes that ended some years before it have left it, but for a few."""
    ended = Counter(str(row[2]) for row in codes if row[2])
    return compact(min(days)) if (days := [day for day, count in ended.items() if count >= _MANY]) else None


def _order(rows: Rows, origin: Origin) -> Compiled:
    """Codes of one fiscal year, with the Medicare Code Editor's flags of the latest year that ships."""
    listed = list(rows)
    texts = {str(code): str(long) for code, _, _, long in listed}
    info = origin.info
    shipped, _ = read_tables(origin.shipped)
    flags = _latest_flags(shipped["icd10cm"].content)
    side = sides({str(code): texts[str(code)] for code, billable, _, _ in listed if billable})
    first, last = (f"{day:%Y%m%d}" if day else "" for day in (info.starts, info.ends))
    codes = [
        (code, first, last, flags.get(str(code), ""), side.get(str(code), ""))
        for code, billable, _, _ in listed
        if billable
    ]
    return _lines(info, diagnoses.COLUMNS, codes) | _lines(
        replace(info, kind="icd10cm-descriptions"), descriptions.COLUMNS, texts.items()
    )


def _tabular(rows: Rows, origin: Origin) -> Compiled:
    tabular = gather(rows)
    info = origin.info
    seventh = ((code, char, text) for code, meanings in tabular.seventh.items() for char, text in meanings.items())
    notes, _ = read_excludes1(tabular)
    return (
        _lines(info, descriptions.COLUMNS, tabular.texts.items())
        | _lines(replace(info, kind="icd10cm-seventh"), descriptions.SEVENTH_COLUMNS, seventh)
        | _lines(replace(info, kind="icd10cm-excludes1"), exclusions.COLUMNS, notes)
    )


def _places(rows: Rows, origin: Origin) -> Compiled:
    return _lines(origin.info, small.PLACE_COLUMNS, rows)


def _taxonomy(rows: Rows, origin: Origin) -> Compiled:
    return _lines(origin.info, small.TAXONOMY_COLUMNS, rows)


def _reasons(rows: Rows, origin: Origin) -> Compiled:
    return _lines(origin.info, REASON_COLUMNS, ((code, start or "", end or "") for code, start, end in rows))


_COMPILERS: dict[str, Callable[[Rows, Origin], Compiled]] = {
    "ptp-practitioner": _pairs,
    "ptp-hospital": _pairs,
    "mue-practitioner": _limits,
    "mue-outpatient": _limits,
    "mue-dme": _limits,
    "add-on": _add_ons,
    "fee-schedule": _fees,
    "hcpcs": _level_2,
    "icd10cm-order": _order,
    "icd10cm-tabular": _tabular,
    "pos": _places,
    "taxonomy": _taxonomy,
    "carc": _reasons,
    "rarc": _reasons,
}


def _lines(info: TableInfo, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Compiled:
    """A table kept as lines, sorted by their first field."""
    lines = sorted("\t".join(map(_text, row)) for row in rows)
    content = "".join(f"{line}\n" for line in chain(["\t".join(columns)], lines)).encode()
    return {Imported(replace(info, rows=len(lines))): {LINES: content}}


def _text(value: object) -> str:
    if value is None or value is False:
        return ""
    text = "1" if value is True else str(value)
    return " ".join(text.split()) if "\t" in text or "\n" in text else text


def _changes(spans: Iterable[tuple[str, str]]) -> tuple[dt.date, ...]:
    days = {day for start, end in set(spans) for day in changes(_day(start), _day(end))}
    return tuple(sorted(days))


def _day(text: str) -> dt.date | None:
    return compact(text) if text else None


def _latest_flags(content: bytes) -> dict[str, str]:
    """Code -> its flags in the latest row that the table has of it."""
    lines = SortedLines(content, diagnoses.COLUMNS, "icd10cm")
    found: dict[str, tuple[str, str]] = {}
    for code, start, _, flags, _ in lines.every():
        if code not in found or start > found[code][0]:
            found[code] = (start, flags)
    return {code: flags for code, (_, flags) in found.items()}
