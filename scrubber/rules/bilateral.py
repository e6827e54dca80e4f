"""50, LT and RT: a procedure on both sides, by the fee schedule's bilateral indicator.

0: one payment, whatever sides are named; 50 is wrong. 1: 50, one unit, is paid one and a half times. 2: the code is for
both sides already. 3: each side is paid in full. 9: there are no sides.
"""

from scrubber.reference.masks import INDICATED
from scrubber.rules.example import example
from scrubber.rules.form import HERE, Hit, Hits, Remedy, rule
from scrubber.rules.remedies import DropModifier, SetUnits
from scrubber.rules.scopes import MOD_SIDE, SAME_CODE, Day, Service

BOTH = "50"
BOTH_ALREADY = "2"
SOURCE = "Fee schedule bilateral indicator; Medicare Claims Processing Manual, chapter 12, section 40.7"

WHY = {
    "0": "is paid once, on whatever side it is done",
    "2": "is for both sides already",
    "9": "has no sides",
}
"""Bilateral indicators that 50 does not go with, and why."""

TWO_SIDES = 2


def _other_for_26(service: Service) -> bool:
    """Whether the professional part may be for one side (3), though the whole is for both (2): 76519 and 92136 are so.

    The facts of a code are those of its row without modifier, so nothing is said then.
    """
    fees = service.code.fees
    return fees is not None and fees.bilateral == "2" and "26" in service.modifiers and "26" in service.code.components


def _source(service: Service) -> str:
    fees = service.code.fees
    indicator = fees.bilateral if fees else ""
    return f"{service.release.label('fee-schedule')}: {service.code.code} bilateral indicator {indicator}"


@rule(
    "bilateral-modifier",
    title="50 on a procedure that is not billed for both sides",
    scope="line",
    family="fee-schedule-indicators",
    predicts=("CO", "4", "N644"),
    source=SOURCE,
    likelihood=0.85,
    needs=(INDICATED, MOD_SIDE),
    professional_only=True,
    fires=(example("17110-50", dx="B07.9"),),
    passes=(example("20983-50", dx="C79.51"), example("17110-LT", dx="B07.9")),
)
def bilateral_modifier(service: Service) -> Hits:
    """50 where the bilateral indicator is 0, 2 or 9. LT and RT alone only say where, and stay.

    With 2 it is Medicare that calls both sides one service; payers that go by CPT may want 50, as on 69210.
    """
    fees = service.code.fees
    if BOTH not in service.modifiers or fees is None or fees.bilateral not in WHY or _other_for_26(service):
        return None
    code = service.code.code
    return [
        Hit(
            f"/modifiers/{service.modifiers.index(BOTH)}",
            f"50 does not go with {code}: it {WHY[fees.bilateral]}.",
            (),
            (Remedy(f"Drop 50 from {code}", (DropModifier(HERE, BOTH),), "confirmation"),),
            source=_source(service),
            severity="warn" if fees.bilateral == BOTH_ALREADY else None,
        )
    ]


@rule(
    "bilateral-units",
    title="50 with two units",
    scope="line",
    family="fee-schedule-indicators",
    predicts=("CO", "16", "M53"),
    source=SOURCE,
    likelihood=0.7,
    needs=(INDICATED, MOD_SIDE),
    professional_only=True,
    fires=(example("20983-50x2", dx="C79.51"),),
    passes=(example("20983-50", dx="C79.51"), example("20983-LT", dx="C79.51")),
)
def bilateral_units(service: Service) -> Hits:
    """50 and two units where the indicator is 1 or 3: 50 counts both sides, so the units count procedures, once."""
    fees = service.code.fees
    if BOTH not in service.modifiers or fees is None or fees.bilateral not in ("1", "3"):
        return None
    if service.units != TWO_SIDES or service.days > 1:
        return None
    code = service.code.code
    once = Remedy(f"Bill {code}-50 x1, for both sides together", (SetUnits(HERE, 1),), "confirmation")
    text = f"{code} with 50 is for both sides, so two sides are one unit."
    return [Hit("/units", text, (), (once,), source=_source(service))]


@rule(
    "bilateral-two-lines",
    title="Left and right of a code that is for both sides",
    scope="day",
    family="fee-schedule-indicators",
    predicts=("CO", "97", "N644"),
    source=SOURCE,
    severity="warn",
    likelihood=0.5,
    needs=(INDICATED, MOD_SIDE, SAME_CODE),
    professional_only=True,
    fires=(example("G0268-LT", "G0268-RT", dx="H61.23"),),
    passes=(example("20983-LT", "20983-RT", dx="C79.51"), example("G0268-LT", dx="H61.23")),
)
def bilateral_two_lines(day: Day) -> Hits:
    """A code with indicator 2 on one line with LT and on another with RT: both sides together are paid once."""
    hits = []
    for line in day.lines:
        fees = line.code.fees
        if fees is None or fees.bilateral != "2" or "RT" not in line.service.modifiers or _other_for_26(line.service):
            continue
        left = [other for other in day.lines if other.code is line.code and "LT" in other.service.modifiers]
        if left:
            text = f"{line.code.code} is for both sides already, and billed for the left and for the right."
            hits.append(Hit(line.at("modifiers"), text, (line, *left), source=_source(line.service)))
    return hits
