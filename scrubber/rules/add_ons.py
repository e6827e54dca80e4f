"""Add-on codes: procedures that are paid only beside the one they add to."""

from scrubber.reference import Procedure
from scrubber.reference.masks import ADD_ON
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import Day

LISTED, CONTRACTOR, LISTED_AND_CONTRACTOR = 1, 2, 3
"""Type 1: CMS lists the acceptable primaries. 2: the contractor decides. 3: CMS lists some, contractors may add."""


@rule(
    "add-on-alone",
    title="Add-on code without its primary procedure",
    scope="day",
    family="ncci-add-on",
    predicts=("CO", "107", "N122"),
    source="NCCI add-on code edits, type 1",
    likelihood=0.96,
    needs=(ADD_ON,),
    professional_only=True,
    fires=(example("17003x2"), example("17003", "17000/2026-09-14")),
    passes=(example("17000", "17003x2"),),
)
def add_on_alone(day: Day) -> Hits:
    """An add-on of type 1 on a date on which none of its primaries is billed."""
    return [
        Hit(
            line.at("procedure_code"),
            f"{line.code.code} is an add-on code: it is paid only beside {_listed(line.code)} on the same date.",
            (line,),
            source=f"{day.release.label('add-on')}: {line.code.code} type {line.code.add_on_type}",
        )
        for line in day.lines
        if line.code.add_on_type == LISTED and line.code.primaries.isdisjoint(day.codes)
    ]


@rule(
    "add-on-without-listed",
    title="Add-on code without one of its listed primary procedures",
    scope="day",
    family="ncci-add-on",
    predicts=("CO", "107", "N122"),
    source="NCCI add-on code edits, type 3",
    severity="warn",
    likelihood=0.6,
    needs=(ADD_ON,),
    professional_only=True,
    fires=(example("G0506"),),
    passes=(example("99213", "G0506"),),
)
def add_on_without_listed(day: Day) -> Hits:
    """An add-on of type 3 on a date on which no listed primary is billed. The contractor may accept others."""
    return [
        Hit(
            line.at("procedure_code"),
            f"{line.code.code} is an add-on code; none of {_listed(line.code)} is billed on the same date. "
            "The contractor may accept another primary.",
            (line,),
            source=f"{day.release.label('add-on')}: {line.code.code} type {line.code.add_on_type}",
        )
        for line in day.lines
        if line.code.add_on_type == LISTED_AND_CONTRACTOR and line.code.primaries.isdisjoint(day.codes)
    ]


@rule(
    "add-on-nothing-else",
    title="Add-on code with no procedure it could add to",
    scope="day",
    family="ncci-add-on",
    predicts=("CO", "107", "N122"),
    source="NCCI add-on code edits, type 2",
    severity="warn",
    likelihood=0.6,
    needs=(ADD_ON,),
    professional_only=True,
    fires=(example("G0501"),),
    passes=(example("99213", "G0501"),),
)
def add_on_nothing_else(day: Day) -> Hits:
    """An add-on of type 2, whose primaries the contractor decides on, beside add-ons only.

    Whether the procedure beside it is an accepted primary is not known here.
    """
    if not all(line.code.mask & ADD_ON for line in day.lines):
        return None
    return [
        Hit(
            line.at("procedure_code"),
            f"{line.code.code} is an add-on code, and nothing it could add to is billed on the same date.",
            (line,),
            source=f"{day.release.label('add-on')}: {line.code.code} type {line.code.add_on_type}",
        )
        for line in day.lines
        if line.code.add_on_type == CONTRACTOR
    ]


def _listed(code: Procedure) -> str:
    codes = sorted(code.primaries)
    shown = ", ".join(codes[:6])
    more = len(codes) - 6  # as many as fit a line
    return shown if more <= 0 else f"{shown} or {more} {'other' if more == 1 else 'others'}"
