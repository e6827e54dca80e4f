"""Add-on codes: procedures that are paid only beside the one they add to."""

from scrubber.reference.masks import ADD_ON
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import Day

LISTED = 1
"""Type 1: CMS lists the acceptable primaries. Types 2 and 3 leave them, or further ones, to the payer."""


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
            f"{line.code.code} is an add-on code: it is paid only beside "
            f"{_one_of(sorted(line.code.primaries))} on the same date.",
            (line,),
            source=f"{day.release.label('add-on')}: {line.code.code} type {line.code.add_on_type}",
        )
        for line in day.lines
        if line.code.add_on_type == LISTED and line.code.primaries.isdisjoint(day.codes)
    ]


def _one_of(codes: list[str]) -> str:
    shown = ", ".join(codes[:6])
    return shown if len(codes) <= 6 else f"{shown} or {len(codes) - 6} others"  # noqa: PLR2004  as many as fit a line
