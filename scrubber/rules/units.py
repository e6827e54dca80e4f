"""NCCI medically unlikely edits: more units of a procedure than one person plausibly gets on one date.

The adjudication indicator decides how units count: 1 on each line, 2 per date without exception, 3 per date with
appeal. A limit of zero, whatever its indicator, says that the procedure is not paid at all. Suppliers of equipment and
drugs have limits of their own, which are not asked: nothing is said of their lines.
"""

from math import ceil

from msgspec.structs import replace

from scrubber.contract.claim import MAX_MODIFIERS
from scrubber.reference.masks import HAS_MUE
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, Remedy, rule
from scrubber.rules.remedies import InsertLine, SetCharge, SetUnits
from scrubber.rules.repeats import repeat_modifier
from scrubber.rules.scopes import EXCLUDED_BY_LAW, OVER_LIMIT, REPEAT, SAME_CODE, Day, Line, Service

PER_LINE, PER_DATE, PER_DATE_APPEALABLE = 1, 2, 3


def _over_limit(day: Day, indicator: int) -> list[tuple[list[Line], int, int]]:
    """Procedures over their limit on this date: their lines, units a day, limit."""
    by_code: dict[str, list[Line]] = {}
    for line in day.lines:
        if line.code.mai == indicator and line.service.units is not None and not line.service.supplied:
            by_code.setdefault(line.code.code, []).append(line)
    over = []
    for lines in by_code.values():
        limit = lines[0].code.mue
        units = sum(ceil((line.service.units or 0) / line.service.days) for line in lines)
        if limit and units > limit:
            over.append((lines, units, limit))
    return over


def _hit(day: Day, lines: list[Line], units: int, limit: int, advice: str) -> Hit:
    code, mai = lines[0].code.code, lines[0].code.mai
    where, bills = ("line", "this one") if mai == PER_LINE else ("date", "the claim")
    return Hit(
        lines[0].at("units"),
        f"{code} allows {limit} on one {where}; {bills} bills {units}. {advice}",
        lines,
        _reduce(lines, limit),
        detail=code,
        source=f"{day.release.label('mue')}: {code} = {limit}, MAI {mai}",
    )


def _reduce(lines: list[Line], limit: int) -> tuple[Remedy, ...]:
    """Bill the limit, where one line alone is over it and its charge divides evenly over its units."""
    line, units = lines[0], lines[0].service.units
    if len(lines) > 1 or line.service.days > 1 or not isinstance(units, int) or line.cents % units:
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


@rule(
    "mue-line",
    title="More units on a line than the limit of a line",
    scope="day",
    family="ncci-mue",
    predicts=("CO", "151", "N362"),
    source="NCCI MUE, indicator 1",
    likelihood=0.9,
    needs=(HAS_MUE, OVER_LIMIT),
    fires=(example("A0425-RHx300", dx="R55"), example("A0425-RHx600", dx="R55")),
    passes=(example("A0425-RHx250", dx="R55"), example("A0425-RHx250", "A0425-RH-76x50", dx="R55")),
)
def mue_line(day: Day) -> Hits:
    """A line with more units than a limit with indicator 1 allows; further units belong on a line of their own."""
    advice = "What was done beyond that goes on a line of its own, with a modifier."
    hits = []
    for line in day.lines:
        code, units = line.code, line.service.units
        if code.mai != PER_LINE or not code.mue or units is None or units <= code.mue * line.service.days:
            continue
        if line.service.supplied:
            continue
        hit = _hit(day, [line], ceil(units / line.service.days), code.mue, advice)
        hits.append(replace(hit, remedies=(*hit.remedies, *_split(line, code.mue))))
    return hits


def _split(line: Line, limit: int) -> tuple[Remedy, ...]:
    """The rest on a second line with the modifier of a repetition.

    Only where that is the whole story: the charge divides evenly, and no modifier says already that something was done
    again. That the rest fits on one line, the proof of the fix shows.
    """
    units, modifiers, again = line.service.units, line.service.modifiers, repeat_modifier(line.code)
    if again is None or not isinstance(units, int) or line.service.days > 1 or line.cents % units:
        return ()
    if len(modifiers) >= MAX_MODIFIERS or not REPEAT.isdisjoint(modifiers) or line.on_claim.revenue_code:
        return ()
    each, rest = line.cents // units, units - limit
    edits = (
        SetUnits(line.index, limit),
        SetCharge(line.index, each * limit),
        InsertLine(line.index, line.code.code, rest, each * rest, (again, *modifiers)),
    )
    title = f"Bill {line.code.code} x{limit}, and x{rest} with {again} on a line of its own, if the record shows it"
    return (Remedy(title, edits, "documentation"),)


@rule(
    "mue-zero",
    title="Procedure whose limit is no unit at all",
    scope="line",
    family="ncci-mue",
    predicts=("CO", "151", "N362"),
    source="NCCI MUE of 0",
    severity="warn",
    likelihood=0.5,
    needs=(HAS_MUE, OVER_LIMIT),
    fires=(example("A4206", dx="E10.9"),),
    passes=(example("17000"), example("A4206-GY", dx="E10.9")),
)
def mue_zero(service: Service) -> Hits:
    """A limit of zero: Medicare does not pay the procedure on a practitioner's claim. Other payers may.

    Where the fee schedule's status says why, that is said instead; where GY or GX says so, nothing.
    """
    code = service.code
    if code.mue != 0 or not EXCLUDED_BY_LAW.isdisjoint(service.modifiers):
        return None
    source = f"{service.release.label('mue')}: {code.code} = 0, MAI {code.mai}"
    text = f"{code.code} is not paid on such a claim: its limit is 0 units."
    if code.kind == "hcpcs":
        text += " A supplier's claim names the place where it is used."
    return [Hit("/units", text, source=source)]
