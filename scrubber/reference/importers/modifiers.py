"""Modifiers: those that CMS publishes with HCPCS Level II, and what is kept by hand of these and of CPT's."""

from collections.abc import Iterable
from pathlib import Path

from scrubber.reference.importers.hcpcs import Level2
from scrubber.reference.rows import read_rows
from scrubber.reference.small import MODIFIER_COLUMNS

ModifierRow = tuple[str, str, str, str, str, str, str]
"""As MODIFIER_COLUMNS name them; dates as 20260915, empty when open."""


def combine(published: Iterable[Level2], by_hand: Path) -> list[ModifierRow]:
    """One row for each modifier, in order. The hand-kept file says of a published one what kind it is."""
    own = {row.text("code"): row for row in read_rows(by_hand.name, by_hand.read_bytes(), MODIFIER_COLUMNS)}
    rows: dict[str, ModifierRow] = {}
    for each in published:
        meaning, kind, side, bypass = each.short, "other", "-", "0"
        if kept := own.pop(each.code, None):
            meaning, kind = kept.maybe("meaning") or meaning, kept.text("class")
            side, bypass = kept.text("side"), kept.text("bypass")
        rows[each.code] = (each.code, meaning, kind, each.start, each.end, side, bypass)
    for code, kept in own.items():
        if kept.maybe("meaning") is None:
            continue  # one of CMS's, which this release does not have
        start, end = (f"{day:%Y%m%d}" if (day := kept.date(column)) else "" for column in ("start", "end"))
        meaning, kind, side, bypass = (kept.text(column) for column in ("meaning", "class", "side", "bypass"))
        rows[code] = (code, meaning, kind, start, end, side, bypass)
    return [rows[code] for code in sorted(rows)]
