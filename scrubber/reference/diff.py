"""What changed from one imported release to another: edits added and ended, indicators flipped, limits moved."""

import datetime as dt
from collections.abc import Iterator
from typing import Final, NamedTuple

from scrubber.reference.bundle.imported import Imported, ImportedTables
from scrubber.reference.dated import compact
from scrubber.reference.errors import ReferenceDataError

_KEYS: Final = {
    "mue": 1,
    "mue-outpatient": 1,
    "mue-dme": 1,
    "add-on": 3,
    "fee-schedule": 2,
    "hcpcs": 1,
    "modifiers": 1,
    "icd10cm": 1,
    "pos": 1,
    "taxonomy": 1,
    "carc": 1,
    "rarc": 1,
}
"""Kind -> how many of a line's first fields tell one row from another."""
_DATED: Final = {"add-on": (3, 4), "hcpcs": (1, 2), "carc": (1, 2), "rarc": (1, 2)}
"""Kind -> fields of the first and last day, where rows have such: counted is what holds on a release's first day."""
_SILENT: Final = {"icd10cm": (1, 2), "add-on": (3,)}
"""Kind -> fields that differ from release to release and say nothing."""
_PAIRS: Final = ("ptp", "ptp-hospital")


class Change(NamedTuple):
    """One change. `what`: `added`, `ended`, or the name of what differs, with its values before and after."""

    kind: str
    key: str
    what: str
    before: str = ""
    after: str = ""


def compare(tables: ImportedTables, older: str, newer: str) -> Iterator[Change]:
    """Every change in the kinds that are there in both releases.

    ReferenceDataError when a release is not there, or no kind is there in both.
    """
    by_release: dict[str, dict[str, Imported]] = {}
    for table in tables.tables:
        by_release.setdefault(table.info.release, {})[table.info.kind] = table
    for release in (older, newer):
        if release not in by_release:
            known = ", ".join(sorted(by_release)) or "none"
            raise ReferenceDataError(f"No release {release!r} was imported. There are: {known}.")
    one, two = by_release[older], by_release[newer]
    both = sorted(one.keys() & two.keys())
    if not both:
        raise ReferenceDataError(
            f"No table was imported of both {older} ({', '.join(sorted(one))}) and {newer} ({', '.join(sorted(two))})."
        )
    for kind in both:
        if kind in _PAIRS:
            yield from _compare_pairs(tables, kind, one[kind], two[kind])
        elif kind in _KEYS:
            yield from _compare_lines(tables, kind, one[kind], two[kind])


def _compare_pairs(tables: ImportedTables, kind: str, older: Imported, newer: Imported) -> Iterator[Change]:
    before = dict(tables.pairs(older).in_force(_first_day(older)))
    after = dict(tables.pairs(newer).in_force(_first_day(newer)))
    for column_1 in sorted(before.keys() | after.keys()):
        old, new = before.get(column_1, {}), after.get(column_1, {})
        if old == new:
            continue
        for column_2 in sorted(old.keys() | new.keys()):
            was, now = old.get(column_2), new.get(column_2)
            key = f"{column_1}/{column_2}"
            if was is None:
                yield Change(kind, key, "added", after=f"indicator {now}")
            elif now is None:
                yield Change(kind, key, "ended", before=f"indicator {was}")
            elif was != now:
                yield Change(kind, key, "indicator", str(was), str(now))


def _compare_lines(tables: ImportedTables, kind: str, older: Imported, newer: Imported) -> Iterator[Change]:
    names, before = _rows(tables, kind, older)
    _, after = _rows(tables, kind, newer)
    said = [place for place in range(_KEYS[kind], len(names)) if place not in _SILENT.get(kind, ())]
    for key in sorted(before.keys() | after.keys()):
        name = " ".join(filter(None, key))
        if key not in before:
            yield Change(kind, name, "added", "", ", ".join(after[key][place] for place in said))
        elif key not in after:
            yield Change(kind, name, "ended", ", ".join(before[key][place] for place in said), "")
        else:
            for place in said:
                if before[key][place] != after[key][place]:
                    yield Change(kind, name, names[place], before[key][place], after[key][place])


def _rows(tables: ImportedTables, kind: str, table: Imported) -> tuple[list[str], dict[tuple[str, ...], list[str]]]:
    """Column names, and the rows in force on the release's first day by their key."""
    header, *lines = tables.lines(table).decode().splitlines()
    day, dated, size = f"{_first_day(table):%Y%m%d}", _DATED.get(kind), _KEYS[kind]
    found = {}
    for line in lines:
        fields = line.split("\t")
        if dated and not (fields[dated[0]] <= day and (not fields[dated[1]] or day <= fields[dated[1]])):
            continue
        found[tuple(fields[:size])] = fields
    return header.split("\t"), found


def _first_day(table: Imported) -> dt.date:
    return table.info.edition or table.info.starts or compact("19960101")
