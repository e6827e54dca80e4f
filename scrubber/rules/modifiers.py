"""Modifiers: known and in force, not twice, not against each other, and on the right kind of code."""

from scrubber.reference.masks import TRACKING
from scrubber.rules.example import example
from scrubber.rules.form import HERE, Hit, Hits, Remedy, rule
from scrubber.rules.remedies import DropModifier, Edit, SwapModifier
from scrubber.rules.repeats import may_be_distinct, repeat_modifier, site
from scrubber.rules.scopes import (
    DISTINCT,
    EM_ONLY,
    MOD_DISTINCT,
    MOD_EM,
    MOD_REPEAT,
    MOD_SIDE,
    MODIFIED,
    SAME_CODE,
    Day,
    Line,
    Service,
)
from scrubber.rules.visits import takes_visit_modifiers

_SITES = frozenset("DEGHIJNPRSX")
"""Origins and destinations of ambulance trips: Medicare Claims Processing Manual, chapter 15, section 30."""


@rule(
    "modifier-unknown",
    title="Modifier that is not in force",
    scope="line",
    family="modifiers",
    predicts=("CO", "182", "N822"),
    source="HCPCS Level II modifiers; CPT modifier numbers",
    needs=(MODIFIED,),
    fires=(example("17000-9Z"), example("17000-7Z")),
    passes=(example("99213-25", "17000"), example("A0429-RH", dx="R55")),
)
def modifier_unknown(service: Service) -> Hits:
    """A modifier that no list knows, or whose list says that it was not in force on the date of service."""
    known = service.release.modifiers
    return [
        Hit(
            f"/modifiers/{position}",
            f"Modifier {position + 1} on {service.code.code} is not a modifier in force on the date of service.",
            detail=str(position),
        )
        for position, modifier in enumerate(service.modifiers)
        if modifier and ((row := known[modifier]) is None or not row.valid) and not _is_trip(service, modifier)
    ]


def _is_trip(service: Service, modifier: str) -> bool:
    """Ambulance services name origin and destination, a letter each, in place of a modifier from the list."""
    return "A0380" <= service.code.code <= "A0999" and len(modifier) == 2 and _SITES.issuperset(modifier)  # noqa: PLR2004


@rule(
    "modifier-twice",
    title="The same modifier twice on a line",
    scope="line",
    family="modifiers",
    predicts=("CO", "4", "N519"),
    source="CMS-1500 instructions, item 24D",
    likelihood=0.8,
    needs=(MODIFIED,),
    fires=(example("99213-25-25", "17000"),),
    passes=(example("99213-25", "17000"),),
)
def modifier_twice(service: Service) -> Hits:
    """A modifier that stands twice among a line's modifiers."""
    modifiers = service.modifiers
    if len(set(modifiers)) == len(modifiers):
        return None
    twice = sorted({m for m in modifiers if modifiers.count(m) > 1})
    return [
        Hit(
            "/modifiers",
            f"{service.code.code} carries modifier {modifier} {modifiers.count(modifier)} times.",
            (),
            (Remedy(f"Keep one {modifier} on {service.code.code}", _keep_one(modifiers, modifier), "none"),),
            detail=modifier,
        )
        for modifier in twice
        if service.release.modifiers[modifier] is not None
    ]


def _keep_one(modifiers: tuple[str, ...], modifier: str) -> tuple[Edit, ...]:
    return tuple(DropModifier(HERE, modifier, last=True) for _ in range(modifiers.count(modifier) - 1))


@rule(
    "modifier-59-with-x",
    title="59 together with XE, XP, XS or XU",
    scope="line",
    family="modifiers",
    predicts=("CO", "4", "N519"),
    source="CMS article on modifiers 59 and X{EPSU}",
    likelihood=0.8,
    needs=(MOD_DISTINCT,),
    fires=(example("20983", "77013-59-XS", dx="C79.51"),),
    passes=(example("20983", "77013-XS", dx="C79.51"),),
)
def modifier_59_with_x(service: Service) -> Hits:
    """59 beside one of the modifiers that say more exactly what 59 says, on one line."""
    exact = DISTINCT - {"59"}
    if "59" not in service.modifiers or exact.isdisjoint(service.modifiers):
        return None
    kept = next(m for m in service.modifiers if m in exact)
    return [
        Hit(
            "/modifiers",
            f"{service.code.code} carries 59 and {kept}: {kept} says it more exactly, and only one may stand.",
            (),
            (Remedy(f"Keep {kept}, drop 59", (DropModifier(HERE, "59"),), "confirmation"),),
        )
    ]


@rule(
    "visit-modifier-misplaced",
    title="24, 25 or 57 on a code that is no visit",
    scope="line",
    family="modifiers",
    predicts=("CO", "4"),
    source="Medicare Claims Processing Manual, chapter 12, sections 30.6 and 40",
    likelihood=0.9,
    needs=(MOD_EM,),
    fires=(example("17000-25"), example("99213", "3753F-25@0.00")),
    passes=(example("99213-25", "17000"),),
)
def visit_modifier_misplaced(service: Service) -> Hits:
    """24, 25 or 57 on a code known to be no evaluation and management (E/M) service."""
    code = service.code
    if takes_visit_modifiers(code) or not (code.mask & TRACKING or code.known or code.global_days):
        return None
    description = " (a category II code, description not available)" if code.mask & TRACKING else ""
    return [
        Hit(
            f"/modifiers/{position}",
            f"{modifier} belongs on an evaluation and management code, not on {code.code}{description}.",
            (),
            (Remedy(f"Drop {modifier} from {code.code}", (DropModifier(HERE, modifier),), "confirmation"),),
            detail=modifier,
        )
        for position, modifier in enumerate(service.modifiers)
        if modifier in EM_ONLY
    ]


@rule(
    "modifier-sides",
    title="Modifiers for side that contradict each other",
    scope="line",
    family="modifiers",
    predicts=("CO", "4", "N519"),
    source="Fee schedule bilateral surgery rules",
    likelihood=0.8,
    needs=(MOD_SIDE,),
    fires=(example("20983-LT-RT", dx="C79.51"), example("20983-50-LT", dx="C79.51")),
    passes=(example("20983-LT", dx="C79.51"),),
)
def modifier_sides(service: Service) -> Hits:
    """LT and RT on one line, or 50 beside either: a line is one side, the other, or both by 50."""
    sides = [m for m in service.modifiers if m in ("LT", "RT", "50")]
    if len(set(sides)) < 2:  # noqa: PLR2004  one kind of side contradicts nothing
        return None
    return [Hit("/modifiers", f"{service.code.code} carries {' and '.join(sides)}: bill one side a line, or 50 alone.")]


@rule(
    "repeat-without-first",
    title="Repeat modifier with nothing it repeats",
    scope="day",
    family="modifiers",
    predicts=("CO", "4"),
    source="Medicare Claims Processing Manual, chapter 12, section 30",
    severity="warn",
    likelihood=0.3,
    needs=(MOD_REPEAT,),
    fires=(example("20983-76", dx="C79.51", documentation=["repeat-reason"]),),
    passes=(example("99213", "99213-76"),),
)
def repeat_without_first(day: Day) -> Hits:
    """76 or 77 on every line of a procedure on a date: the service it repeats is not on the claim."""
    firsts = {line.code.code for line in day.lines if {"76", "77"}.isdisjoint(line.service.modifiers)}
    return [
        Hit(
            line.at("modifiers"),
            f"{line.code.code} is billed as a repeat, but the first one of that date is not on this claim.",
            (line,),
        )
        for line in day.lines
        if line.code.code not in firsts and not {"76", "77"}.isdisjoint(line.service.modifiers)
    ]


@rule(
    "distinct-for-repeat",
    title="59 or X for the same procedure done again",
    scope="day",
    family="modifiers",
    predicts=("CO", "4", "N519"),
    source="CMS article on modifiers 59 and X{EPSU}",
    severity="warn",
    likelihood=0.4,
    needs=(MOD_DISTINCT, SAME_CODE),
    fires=(example("76940", "76940-59", dx="C79.51"),),
    passes=(
        example("76940", "76940-76", dx="C79.51"),
        example("20550-F6", "20550-F7-59", dx="M65.331 M65.341"),
        example("87804-QW", "87804-QW-59", dx="J10.1"),
    ),
)
def distinct_for_repeat(day: Day) -> Hits:
    """59 or X on a procedure that stands on another line of the date: a repetition is 76, 77 or 91.

    Not said where the lines name different sites, such as two fingers, nor of microbiology, where one code finds
    different species.
    """
    lines_of: dict[str, list[Line]] = {}
    for line in day.lines:
        lines_of.setdefault(line.code.code, []).append(line)
    hits = []
    for line in day.lines:
        used = next((m for m in line.service.modifiers if m in DISTINCT), None)
        if used is None or may_be_distinct(line.code) or not _repeats(line, lines_of[line.code.code]):
            continue
        again, remedies = repeat_modifier(line.code), []
        text = f"{used} tells different services apart; {line.code.code} is a visit and takes 25 instead."
        if again:
            title = (
                f"Put {again} in place of {used} on {line.code.code} (line {line.number}) if the same was done again"
            )
            remedies.append(Remedy(title, (SwapModifier(line.index, used, again),), "documentation"))
        hits.append(Hit(line.at("modifiers"), text, (line,), remedies))
    return hits


def _repeats(line: Line, same: list[Line]) -> bool:
    """Whether another line of the code names the same site, or none."""
    here = site(line.service.modifiers)
    return any(other is not line and site(other.service.modifiers) == here for other in same)
