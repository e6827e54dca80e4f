"""Destruction of premalignant lesions: 17000, 17003 and 17004 follow from the number of lesions.

One lesion is 17000 once. Two to fourteen are 17000 once and 17003 for each further one. Fifteen and more are 17004
once, alone. Units of a date are added up over all lines: modifiers do not lift a unit limit with indicator 2.
"""

from scrubber.reference.masks import LESION
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, Remedy, rule
from scrubber.rules.remedies import DropLine, Edit, InsertLine, SetCharge, SetCode, SetUnits
from scrubber.rules.scopes import Day, Line

FIRST, FURTHER, MANY = "17000", "17003", "17004"
MOST_FURTHER = 13


@rule(
    "lesion-count",
    title="Premalignant lesions billed with the wrong codes for their number",
    scope="day",
    family="lesion-count",
    predicts=("CO", "151", "N362"),
    source="NCCI MUE of 17000, 17003, 17004; CMS recovery audit topic 0121",
    likelihood=0.97,
    needs=(LESION,),
    supersedes=("mue-day", "duplicate-line"),
    fires=(example("17000x3"), example("17000x1", "17003x20"), example("17000", "17000"), example("17004x2")),
    passes=(example("17000x1"), example("17000", "17003x13"), example("17004"), example("17003x2")),
)
def lesion_count(day: Day) -> Hits:
    """17000 more than once, 17003 more than thirteen times, or 17004 more than once on one date."""
    lines = [line for line in day.lines if line.code.code in (FIRST, FURTHER, MANY)]
    units = {FIRST: 0, FURTHER: 0, MANY: 0}
    for line in lines:
        count = line.service.units
        if not isinstance(count, int) or count < 1 or line.service.days > 1:
            return None
        units[line.code.code] += count
    if units[MANY] > 1:
        once = [line for line in lines if line.code.code == MANY]
        return [_too_many(day, once, MANY, units[MANY], _bill_once(once))]
    if units[MANY] or not units[FIRST]:
        # With 17004 the pair edit decides; 17003 without 17000 leaves the number of lesions open.
        return None
    total = units[FIRST] + units[FURTHER]
    if units[FIRST] <= 1 and units[FURTHER] <= MOST_FURTHER:
        return None
    wrong = FIRST if units[FIRST] > 1 else FURTHER
    return [_too_many(day, lines, wrong, units[wrong], _recode(lines, total))]


def _too_many(day: Day, lines: list[Line], code: str, units: int, remedies: tuple[Remedy, ...]) -> Hit:
    first = next(line for line in lines if line.code.code == code)
    pays = {
        FIRST: "pays for the first lesion only",
        FURTHER: f"pays for the second to the fourteenth lesion, {MOST_FURTHER} units at most",
        MANY: "pays once for fifteen lesions or more",
    }[code]
    number = f"{units} unit" if units == 1 else f"{units} units"
    source = None
    if first.code.mue is not None:
        source = f"{day.release.label('mue')}: {code} = {first.code.mue}, MAI {first.code.mai}"
    return Hit(first.at("units"), f"{code} {pays}: {number} on one date.", lines, remedies, source=source)


def _bill_once(lines: list[Line]) -> tuple[Remedy, ...]:
    """17004 on one line, once, that has it once already if one does: other lines go, and units with their share."""
    keep = min(lines, key=lambda line: (line.service.units != 1, line.number))
    units = keep.service.units
    edits: list[Edit] = [DropLine(line.index) for line in lines if line is not keep]
    if isinstance(units, int) and units > 1:
        if keep.cents <= 0 or keep.cents % units:
            return ()
        edits += [SetUnits(keep.index, 1), SetCharge(keep.index, keep.cents // units)]
    return (Remedy(f"Bill {MANY} x1 once", tuple(edits), "confirmation"),)


def _recode(lines: list[Line], total: int) -> tuple[Remedy, ...]:
    """The lines that `total` lesions call for, at the charge billed for them all.

    Only where the lines differ in nothing but code, units and charge: a side or a repetition would be lost.
    """
    plain = all(not line.service.modifiers and not line.on_claim.revenue_code for line in lines)
    if not plain or any(line.cents < total for line in lines):
        return ()
    keep = next(line for line in lines if line.code.code == FIRST)
    edits: list[Edit] = [DropLine(line.index) for line in reversed(lines) if line is not keep]
    cents = sum(line.cents for line in lines)
    if keep.service.units != 1:
        edits.append(SetUnits(keep.index, 1))
    if total > MOST_FURTHER + 1:
        edits += [SetCode(keep.index, MANY), SetCharge(keep.index, cents)]
        return (Remedy(f"Bill {MANY} x1 alone for {total} lesions", tuple(edits), "confirmation"),)
    first = cents // total
    edits += [SetCharge(keep.index, first), InsertLine(keep.index, FURTHER, total - 1, cents - first)]
    return (Remedy(f"Bill {FIRST} x1 and {FURTHER} x{total - 1}", tuple(edits), "confirmation"),)
