"""NCCI procedure-to-procedure edits: two procedures that are not paid together on one date.

Column 2 of a pair is the one that is refused. Indicator 0: never both. Indicator 1: both if a modifier says that they
were separate, on either line since 2019-07-01.
"""

import datetime as dt

from scrubber.reference import Pair
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, Remedy, rule
from scrubber.rules.remedies import AddModifier, DropLine
from scrubber.rules.scopes import DISTINCT, EM_ONLY, PAIRED, Day, Line
from scrubber.rules.visits import is_visit

EITHER_COLUMN = dt.date(2019, 7, 1)
"""From this date on 59 and X count on either procedure of a pair."""


def live_pairs(day: Day) -> list[tuple[Line, Line, Pair]]:
    """Every two lines of the day that stand in a live edit: column 1's line, column 2's line, the edit."""
    if day.pairs is None:
        # Each edit is looked up once, however many lines bill its two codes.
        edits: dict[tuple[str, str], Pair | None] = {}
        day.pairs = [
            (one, two, pair)
            for one in day.lines
            if one.code.partners
            for two in day.lines
            if two.code.character in one.code.partners and (pair := _edit(one.code.code, two.code.code, day, edits))
        ]
    return day.pairs


def _edit(one: str, two: str, day: Day, edits: dict[tuple[str, str], Pair | None]) -> Pair | None:
    if (one, two) not in edits:
        edits[one, two] = day.release.pair(one, two)
    return edits[one, two]


def bypassed(one: Line, two: Line, day: Day) -> bool:
    """Whether a modifier on either line says that the two procedures were separate.

    24, 25 and 57 say so of a visit, in either column; on anything else they are misplaced and lift nothing. 59 and X
    say so on column 2, since 2019-07-01 on either; the others on column 2.
    """
    modifiers = day.release.modifiers
    for line in (one, two):
        for modifier in line.service.modifiers:
            known = modifiers[modifier]
            if known is None or not known.bypass:
                continue
            if modifier in EM_ONLY:
                if is_visit(line.code):
                    return True
            elif line is two or (modifier in DISTINCT and day.date >= EITHER_COLUMN):
                return True
    return False


def _source(day: Day, one: Line, two: Line, pair: Pair) -> str:
    return f"{day.release.label('ptp')}: {one.code.code}/{two.code.code} indicator {pair.indicator}"


def _drop(line: Line, day: Day) -> Remedy:
    """Remove the line, and with it the add-ons that would be left without a primary."""
    left = day.codes - {line.code.code}
    gone = [line] + [
        other
        for other in day.lines
        if line.code.code in other.code.primaries and other is not line and other.code.primaries.isdisjoint(left)
    ]
    names = " and ".join(f"{each.code.code} (line {each.number})" for each in gone)
    edits = tuple(DropLine(each.index) for each in sorted(gone, key=lambda each: -each.index))
    return Remedy(f"Remove {names}", edits, "confirmation")


@rule(
    "ptp-never",
    title="Two procedures that are never paid together",
    scope="day",
    family="ncci-ptp",
    predicts=("CO", "236"),
    source="NCCI procedure-to-procedure edits, indicator 0",
    likelihood=0.98,
    needs=(PAIRED,),
    fires=(example("17004", "17003x2"), example("17004-59", "17000"), example("57520", "57500", dx="N87.1")),
    passes=(example("17000", "17003x2"), example("17004", "17003x2/2026-09-14")),
)
def ptp_never(day: Day) -> Hits:
    """A pair with indicator 0 on one date. No modifier opens it, so none is suggested."""
    return [
        Hit(
            two.at("procedure_code"),
            f"{two.code.code} is not paid with {one.code.code} on the same date; no modifier changes that.",
            (one, two),
            (_drop(two, day),),
            detail=one.code.code,
            source=_source(day, one, two, pair),
        )
        for one, two, pair in live_pairs(day)
        if pair.indicator == 0
    ]


@rule(
    "ptp-unless-separate",
    title="Two procedures that are paid together only if they were separate",
    scope="day",
    family="ncci-ptp",
    predicts=("CO", "236"),
    source="NCCI procedure-to-procedure edits, indicator 1",
    likelihood=0.9,
    needs=(PAIRED,),
    fires=(example("20983", "77013", dx="C79.51"), example("17004", "17110")),
    passes=(example("20983", "77013-59", dx="C79.51"), example("17004", "17110-XS"), example("99213-25", "17000")),
)
def ptp_unless_separate(day: Day) -> Hits:
    """A pair with indicator 1 on one date, and no modifier on either line that says the services were separate."""
    return [
        Hit(
            two.at("modifiers"),
            f"{two.code.code} is part of {one.code.code} on the same date unless it was a separate service.",
            (one, two),
            _separate(one, two, day),
            detail=one.code.code,
            source=_source(day, one, two, pair),
        )
        for one, two, pair in live_pairs(day)
        if pair.indicator == 1 and not bypassed(one, two, day)
    ]


def _separate(one: Line, two: Line, day: Day) -> tuple[Remedy, ...]:
    if is_visit(two.code):
        modifier = "57" if one.code.global_days == "090" else "25"
        title = f"Add {modifier} to {two.code.code} (line {two.number}) if the visit was significant and separate"
        return (Remedy(title, (AddModifier(two.index, modifier),), "documentation"),)
    title = f"Add 59 to {two.code.code} (line {two.number}) if a separate procedure is documented"
    return _drop(two, day), Remedy(title, (AddModifier(two.index, "59"),), "documentation")
