"""Telehealth: what a payer pays by it, and how place of service and modifiers must say so."""

from scrubber.contract import Prediction
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, Remedy, rule
from scrubber.rules.remedies import AddModifier, DropModifier
from scrubber.rules.scopes import MODIFIED, Case, Line

PLACES = frozenset({"02", "10"})
"""Telehealth elsewhere than in the patient's home, and in it."""
MODIFIERS = frozenset({"93", "95", "GT"})
_IF = {"93": "it was by sound alone", "95": "it was by live video", "GT": "it was by live video"}

_POLICY = {
    "telehealth": {
        "procedures": ["99213"],
        "source": "invented policy",
        "modifiers": ["93", "95"],
        "places": ["02", "10"],
    }
}


@rule(
    "telehealth-procedure",
    title="Procedure the payer does not pay by telehealth",
    scope="claim",
    family="telehealth",
    predicts=("CO", "5", "M77"),
    source="Payer policy",
    professional_only=True,
    fires=(
        example("17000", place_of_service="02", policy=_POLICY),
        example("99213", "17000-95/2026-09-14", policy=_POLICY),
    ),
    passes=(example("99213-95", place_of_service="02", policy=_POLICY), example("17000", policy=_POLICY)),
)
def telehealth_procedure(case: Case) -> Hits:
    """A line at place of service 02 or 10, or with 93, 95 or GT, whose procedure is not on the payer's list."""
    telehealth = case.policy.telehealth
    if telehealth is None:
        return None
    return [
        Hit(
            line.at("procedure_code"),
            f"{line.code.code} is not among the procedures this payer pays by telehealth.",
            (line,),
            () if line.service.place in PLACES else _drop(line),
            source=case.policy.cites(telehealth.source),
            predicts=None if line.service.place in PLACES else Prediction("CO", "4"),
        )
        for line in case.lines
        if (line.service.place in PLACES or _said(line)) and line.code.code not in telehealth.procedures
    ]


@rule(
    "telehealth-modifier",
    title="Telehealth place of service without the modifier the payer wants",
    scope="claim",
    family="telehealth",
    predicts=("CO", "4"),
    source="Payer policy",
    professional_only=True,
    fires=(example("99213", place_of_service="02", policy=_POLICY),),
    passes=(example("99213-95", place_of_service="02", policy=_POLICY), example("99213", policy=_POLICY)),
)
def telehealth_modifier(case: Case) -> Hits:
    """A line at place of service 02 or 10 without any of the modifiers the payer wants there."""
    telehealth = case.policy.telehealth
    if telehealth is None or telehealth.modifiers is None:
        return None
    wanted = sorted(telehealth.modifiers)
    return [
        Hit(
            line.at("modifiers"),
            f"{line.code.code} at place of service {line.service.place} wants {' or '.join(wanted)} from this payer.",
            (line,),
            tuple(_mark(line, modifier) for modifier in wanted if modifier in _IF),
            source=case.policy.cites(telehealth.source),
        )
        for line in case.lines
        if line.service.place in PLACES and telehealth.modifiers.isdisjoint(line.service.modifiers)
    ]


@rule(
    "telehealth-place",
    title="Telehealth modifier at another place of service",
    scope="claim",
    family="telehealth",
    predicts=("CO", "5", "M77"),
    source="Payer policy",
    needs=(MODIFIED,),
    professional_only=True,
    fires=(example("99213-95", policy=_POLICY),),
    passes=(example("99213-95", place_of_service="10", policy=_POLICY), example("99213", policy=_POLICY)),
)
def telehealth_place(case: Case) -> Hits:
    """A line with 93, 95 or GT whose place of service is none of those the payer wants with them."""
    telehealth = case.policy.telehealth
    if telehealth is None or telehealth.places is None:
        return None
    return [
        Hit(
            line.at("place_of_service"),
            f"{line.code.code} with {said[0]} wants place of service {' or '.join(sorted(telehealth.places))}.",
            (line,),
            _drop(line),
            source=case.policy.cites(telehealth.source),
        )
        for line in case.lines
        if line.service.place not in telehealth.places and (said := _said(line))
    ]


def _mark(line: Line, modifier: str) -> Remedy:
    title = f"Add {modifier} to {line.code.code} (line {line.number}) if {_IF[modifier]}"
    return Remedy(title, (AddModifier(line.index, modifier),), "documentation")


def _drop(line: Line) -> tuple[Remedy, ...]:
    said = _said(line)
    title = f"Drop {' and '.join(said)} from {line.code.code} (line {line.number}) if the patient was there in person"
    return (Remedy(title, tuple(DropModifier(line.index, modifier) for modifier in said), "confirmation"),)


def _said(line: Line) -> list[str]:
    return [modifier for modifier in dict.fromkeys(line.service.modifiers) if modifier in MODIFIERS]
