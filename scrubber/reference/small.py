"""Modifiers and places of service."""

import datetime as dt

import msgspec

from scrubber.reference.facts import Modifier, Place
from scrubber.reference.rows import read_rows

MODIFIER_COLUMNS = ("code", "meaning", "class", "start", "end", "side", "bypass")
PLACE_COLUMNS = ("code", "name", "setting")
TAXONOMY_COLUMNS = ("code", "name")


def read_modifiers(file: str, content: bytes) -> dict[str, Modifier]:
    """Code -> modifier; `valid` is set by `modifier_on`."""
    found = {}
    for row in read_rows(file, content, MODIFIER_COLUMNS, "\t"):
        side = row.text("side")
        found[row.text("code")] = Modifier(
            code=row.text("code"),
            meaning=row.text("meaning"),
            kind=row.text("class"),
            side=None if side == "-" else side,
            bypass=row.number("bypass") == 1,
            start=row.date("start"),
            end=row.date("end"),
            valid=False,
        )
    return found


def modifier_on(modifier: Modifier, day: dt.date) -> Modifier:
    """`modifier` as it stands on `day`."""
    begun = modifier.start is None or modifier.start <= day
    return msgspec.structs.replace(modifier, valid=begun and (modifier.end is None or day <= modifier.end))


def read_places(file: str, content: bytes) -> dict[str, Place]:
    """Code -> place; codes that CMS has not assigned are not in the table."""
    return {
        row.text("code"): Place(row.text("code"), row.text("name"), row.text("setting") == "facility")
        for row in read_rows(file, content, PLACE_COLUMNS, "\t")
    }
