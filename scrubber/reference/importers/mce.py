"""The Medicare Code Editor's table of ICD-10-CM codes: when each is valid, and what the editor says of it."""

import re
from itertools import pairwise
from typing import NamedTuple

from scrubber.reference.errors import SourceError
from scrubber.reference.importers.source import FETCH, Source
from scrubber.reference.masks import OF_FLAG

COLUMNS = ("code", "start_date", "end_date", "flags")
_CODE = re.compile(r"[A-Z][0-9A-Z]{2,6}")
_PAYMENT = {"diabtypeI", "qadm", "delout", "ncov6", "ncov7", "ncov_z302", "wrngproc", "clintrial", "reqsdx"}
"""Flags that concern inpatient payment; they are kept as they come."""
_KNOWN = _PAYMENT | OF_FLAG.keys()


class CodeRow(NamedTuple):
    """One code, from one day to another (both included; empty is open), with its flags in order, joined by `|`."""

    code: str
    start: str
    end: str
    flags: str


def read_mce(source: Source) -> dict[str, list[CodeRow]]:
    """Code -> its rows, earliest first; they do not overlap."""
    found: dict[str, list[CodeRow]] = {}
    lines: dict[tuple[str, str], int] = {}
    for line, record in source.records(COLUMNS):
        code = record["code"]
        if not _CODE.fullmatch(code):
            raise SourceError(source.name, line, f"an ICD-10-CM code without dot, found {code!r}", FETCH)
        start = source.date(line, record["start_date"], "start_date")
        end = source.date(line, record["end_date"], "end_date")
        if not start or (end and end < start):
            raise SourceError(source.name, line, "start_date, and no earlier end_date", FETCH)
        flags = sorted(filter(None, record["flags"].split("|")))
        if unknown := set(flags) - _KNOWN:
            found_words = ", ".join(sorted(unknown))
            raise SourceError(
                source.name, line, f"known flags, found {found_words}", "Teach the importer the new flag."
            )
        found.setdefault(code, []).append(CodeRow(code, start, end, "|".join(flags)))
        lines[code, start] = line
    if not found:
        raise SourceError(source.name, 2, "codes, found none", FETCH)
    for rows in found.values():
        rows.sort(key=lambda row: row.start)
        for earlier, later in pairwise(rows):
            if not earlier.end or earlier.end >= later.start:
                expected = f"a row of {later.code} that begins after the one before ends"
                raise SourceError(source.name, lines[later.code, later.start], expected, FETCH)
    return found


def merge(older: dict[str, list[CodeRow]], newer: dict[str, list[CodeRow]]) -> list[CodeRow]:
    """One table of two releases, in order of code and start: the newer has the last word on every code it lists."""
    both = older | newer
    return [row for code in sorted(both) for row in both[code]]
