"""NCCI medically unlikely edits: more units of a procedure than one person plausibly gets on one date.

The adjudication indicator decides how units count: 2 per date without exception, 3 per date with appeal.
"""

from math import ceil

from scrubber.reference.masks import HAS_MUE
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, Remedy, rule
from scrubber.rules.remedies import SetCharge, SetUnits
from scrubber.rules.scopes import OVER_LIMIT, SAME_CODE, Day, Line

PER_DATE, PER_DATE_APPEALABLE = 2, 3


def _over_limit(day: Day, indicator: int) -> list[tuple[list[Line], int, int]]:
    """Procedures over their limit on this date: their lines, units a day, limit."""
    by_code: dict[str, list[Line]] = {}
    for line in day.lines:
        if line.code.mai == indicator and line.service.units is not None:
            by_code.setdefault(line.code.code, []).append(line)
    over = []
    for lines in by_code.values():
        limit = lines[0].code.mue
        units = sum(ceil((line.service.units or 0) / line.service.days) for line in lines)
        if limit is not None and units > limit:
            over.append((lines, units, limit))
    return over


def _hit(day: Day, lines: list[Line], units: int, limit: int, advice: str) -> Hit:
    code = lines[0].code.code
    return Hit(
        lines[0].at("units"),
        f"{code} allows {limit} on one date; the claim bills {units}. {advice}",
        lines,
        _reduce(lines, limit),
        detail=code,
        source=f"{day.release.label('mue')}: {code} = {limit}, MAI {lines[0].code.mai}",
    )


def _reduce(lines: list[Line], limit: int) -> tuple[Remedy, ...]:
    """Bill the limit, where one line alone is over it and its charge divides evenly over its units."""
    line, units = lines[0], lines[0].service.units
    if len(lines) > 1 or limit == 0 or line.service.days > 1 or not isinstance(units, int) or line.cents % units:
        return ()
    edits = (SetUnits(line.index, limit), SetCharge(line.index, line.cents // units * limit))
    return (Remedy(f"Bill {line.code.code} x{limit}, the limit, if no more was done", edits, "confirmation"),)


@rule(
    "mue-day",
    title="More units on a date than the absolute limit",
    scope="day",
    family="ncci-mue",
    predicts=("CO", "151", "N362"),
    source="NCCI MUE, indicator 2",
    likelihood=0.97,
    needs=(HAS_MUE, OVER_LIMIT | SAME_CODE),
    fires=(example("20983x2", dx="C79.51"), example("20983", "20983-76", dx="C79.51")),
    passes=(example("20983", dx="C79.51"), example("20983", "20983-76/2026-09-14", dx="C79.51")),
)
def mue_day(day: Day) -> Hits:
    """Units of one procedure on one date, all lines and modifiers together, over a limit with indicator 2."""
    advice = "The limit is absolute: a modifier does not lift it."
    return [_hit(day, *over, advice) for over in _over_limit(day, PER_DATE)]


@rule(
    "mue-day-appealable",
    title="More units on a date than the limit, open to appeal",
    scope="day",
    family="ncci-mue",
    predicts=("CO", "151", "N362"),
    source="NCCI MUE, indicator 3",
    likelihood=0.85,
    needs=(HAS_MUE, OVER_LIMIT | SAME_CODE),
    fires=(example("57520x2", dx="N87.1"),),
    passes=(example("57520", dx="N87.1"),),
)
def mue_day_appealable(day: Day) -> Hits:
    """Units of one procedure on one date over a limit with indicator 3."""
    advice = "More is paid only on appeal, with documentation."
    return [_hit(day, *over, advice) for over in _over_limit(day, PER_DATE_APPEALABLE)]
