"""Visits and the global days of a procedure: 25, 57 and 24 on the evaluation and management (E/M) code.

A procedure with 000 or 010 global days includes the visit of its day, one with 090 the visits of its day and the day
before, and each includes the visits of its global days afterwards.
"""

from collections.abc import Iterator

from scrubber.reference.masks import EM, MAJOR, MINOR
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, Remedy, rule
from scrubber.rules.remedies import AddModifier, Edit, SwapModifier
from scrubber.rules.scopes import SEVERAL_DAYS, Case, Day, Line

SOURCE = "Fee schedule global days; Medicare Claims Processing Manual, chapter 12, section 40"
DECISION, SEPARATE, UNRELATED = "57", "25", "24"
UNRELATED_CRITICAL = "FT"
"""Critical care that has nothing to do with the surgery, on its day or after it: chapter 12, section 30.6.12."""
_CRITICAL = frozenset({"99291", "99292"})


@rule(
    "visit-needs-25",
    title="Visit on the day of a minor procedure without 25",
    scope="day",
    family="global-days",
    predicts=("CO", "97", "N525"),
    source=SOURCE,
    likelihood=0.92,
    needs=(EM, MINOR),
    supersedes=("ptp-unless-separate",),
    professional_only=True,
    fires=(example("99213", "17000"), example("99213-57", "17000")),
    passes=(example("99213-25", "17000"), example("99213", "17000/2026-09-14")),
)
def visit_needs_25(day: Day) -> Hits:
    """An E/M on the day of a 000 or 010 procedure, without 25 (or 57 where a 090 procedure stands beside them)."""
    accepted = {SEPARATE, DECISION} if day.mask & MAJOR else {SEPARATE}
    minor = [line for line in day.lines if line.code.mask & MINOR]
    return [
        Hit(
            visit.at("modifiers"),
            f"{visit.code.code} on the day of {minor[0].code.code} is paid only with 25, "
            "for a visit that was significant and separate.",
            (visit,),
            (_mark(visit, SEPARATE, DECISION, "the visit was significant and separate"),),
            source=_source(day, minor[0]),
        )
        for visit in day.lines
        if visit.code.em and accepted.isdisjoint(visit.service.modifiers)
    ]


def _visits_before_surgery(case: Case) -> Iterator[tuple[Day, Line, Line]]:
    """Each visit on the day of a 090 procedure or the day before, with that procedure."""
    for day in case.days.values():
        for surgery in day.lines:
            if surgery.code.mask & MAJOR:
                for earlier in case.days.values():
                    if 0 <= (day.date - earlier.date).days <= 1:
                        yield from ((day, visit, surgery) for visit in earlier.lines if visit.code.em)


@rule(
    "visit-needs-57",
    title="Visit on the day of a major procedure, or the day before, without 57",
    scope="claim",
    family="global-days",
    predicts=("CO", "97", "N525"),
    source=SOURCE,
    likelihood=0.92,
    needs=(EM, MAJOR),
    supersedes=("ptp-unless-separate",),
    professional_only=True,
    fires=(example("99213-25", "57520", dx="N87.1"), example("99213/2026-09-14", "57520", dx="N87.1")),
    passes=(example("99213-57", "57520", dx="N87.1"), example("99213/2026-09-13", "57520", dx="N87.1")),
)
def visit_needs_57(case: Case) -> Hits:
    """An E/M on the day of a procedure with 090 global days or the day before, without 57.

    Critical care may have FT instead.
    """
    # One surgery is enough to say so of a visit, whatever else is done.
    before = {visit.index: (day, visit, surgery) for day, visit, surgery in _visits_before_surgery(case)}
    return [
        Hit(
            visit.at("modifiers"),
            f"{visit.code.code} on the day of {surgery.code.code} or the day before is paid only with 57, "
            "for the visit that decided on the surgery.",
            (visit,),
            (_mark(visit, DECISION, _replaced(case, visit), "the visit decided on the surgery"),),
            source=_source(day, surgery),
        )
        for day, visit, surgery in before.values()
        if DECISION not in visit.service.modifiers and not _is_unrelated_critical(visit)
    ]


def _replaced(case: Case, visit: Line) -> str:
    """25, unless a minor procedure of the visit's own day needs it too."""
    own = next((day for day in case.days.values() if visit in day.lines), None)
    both = own is not None and own.mask & MINOR and not own.mask & MAJOR
    return "" if both else SEPARATE


@rule(
    "visit-in-global-days",
    title="Visit within the global days of a procedure on the same claim without 24",
    scope="claim",
    family="global-days",
    predicts=("CO", "97", "N525"),
    source=SOURCE,
    likelihood=0.9,
    needs=(EM, MINOR | MAJOR, SEVERAL_DAYS),
    professional_only=True,
    fires=(example("17000", "99213/2026-09-20", received_at="2026-09-25T14:00:00Z"),),
    passes=(
        example("17000", "99213-24/2026-09-20", received_at="2026-09-25T14:00:00Z"),
        example("17000", "99213/2026-09-26", received_at="2026-09-28T14:00:00Z"),
    ),
)
def visit_in_global_days(case: Case) -> Hits:
    """An E/M one to ten days after a 010 procedure, or one to ninety after a 090 one, without 24.

    Critical care may have FT instead.
    """
    hits = []
    for day in case.days.values():
        for procedure in day.lines:
            if procedure.code.global_days not in ("010", "090"):
                continue
            last = int(procedure.code.global_days)
            for later in case.days.values():
                if not 0 < (later.date - day.date).days <= last:
                    continue
                hits += [
                    Hit(
                        visit.at("modifiers"),
                        f"{visit.code.code} falls into the {last} global days of "
                        f"{procedure.code.code} and is included unless it was unrelated (24).",
                        (visit,),
                        (_mark(visit, UNRELATED, "", "the visit was unrelated"),),
                        detail=procedure.code.code,
                        source=_source(day, procedure),
                    )
                    for visit in later.lines
                    if visit.code.em and UNRELATED not in visit.service.modifiers and not _is_unrelated_critical(visit)
                ]
    return hits


def _is_unrelated_critical(visit: Line) -> bool:
    return visit.code.code in _CRITICAL and UNRELATED_CRITICAL in visit.service.modifiers


def _mark(visit: Line, modifier: str, instead_of: str, condition: str) -> Remedy:
    """Put `modifier` on the visit, in place of `instead_of` where that stands there."""
    edit: Edit = AddModifier(visit.index, modifier)
    verb = f"Add {modifier} to"
    if instead_of in visit.service.modifiers:
        edit = SwapModifier(visit.index, instead_of, modifier)
        verb = f"Put {modifier} in place of {instead_of} on"
    return Remedy(f"{verb} {visit.code.code} (line {visit.number}) if {condition}", (edit,), "documentation")


def _source(day: Day, procedure: Line) -> str:
    return f"{day.release.label('fee-schedule')}: {procedure.code.code} global {procedure.code.global_days}; {SOURCE}"
