"""ICD-10-CM codes: valid on the date of service, and as specific as billing asks."""

from typing import TYPE_CHECKING

from scrubber.reference import Diagnosis
from scrubber.reference.masks import DX_UNUSABLE
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, Remedy, rule
from scrubber.rules.remedies import SetDiagnosis
from scrubber.rules.scopes import Case, Line

if TYPE_CHECKING:
    from scrubber.contract import Needs

MOST_CHILDREN = 12
"""Beyond so many codes a list no longer helps to choose."""


def _pointing_at(case: Case, index: int) -> tuple[Line, ...]:
    return tuple(line for line in case.lines if index + 1 in line.on_claim.diagnosis_pointers)


@rule(
    "diagnosis-not-billable",
    title="Diagnosis that needs more characters",
    scope="claim",
    family="diagnosis-validity",
    predicts=("CO", "16", "M76"),
    source="ICD-10-CM tabular list",
    likelihood=0.97,
    needs=(DX_UNUSABLE,),
    fires=(example("17000", dx="L57"), example("57520", dx="N87")),
    passes=(example("17000", dx="L57.0"),),
)
def diagnosis_not_billable(case: Case) -> Hits:
    """A category or subcategory where a complete code is asked for. Its billable codes are listed; a person chooses."""
    hits = []
    for index, diagnosis in enumerate(case.diagnoses):
        if diagnosis.status != "heading" or not case.release.reaches("icd10cm"):
            continue
        children = case.release.children(diagnosis.code)
        hits.append(
            Hit(
                f"/diagnoses/{index}",
                f"{diagnosis.dotted} is not billable, it needs more characters: {_listed(children)}.",
                _pointing_at(case, index),
                _choices(index, children),
                detail=diagnosis.code,
                source=f"{case.release.label('icd10cm')}: {diagnosis.dotted} is a heading",
            )
        )
    return hits


def _listed(children: tuple[Diagnosis, ...]) -> str:
    if not children:
        return "it has no billable code on this date"
    shown = ", ".join(child.dotted for child in children[:MOST_CHILDREN])
    more = len(children) - MOST_CHILDREN
    return f"{shown} and {more} more" if more > 0 else shown


def _choices(index: int, children: tuple[Diagnosis, ...]) -> tuple[Remedy, ...]:
    if len(children) > MOST_CHILDREN:
        return ()
    needs: Needs = "clinical-review" if len(children) > 1 else "confirmation"
    return tuple(
        Remedy(f"Use {child.dotted}{_words(child)}", (SetDiagnosis(index, child.dotted),), needs) for child in children
    )


def _words(diagnosis: Diagnosis) -> str:
    return f" ({diagnosis.description})" if diagnosis.description else ""


@rule(
    "diagnosis-not-valid",
    title="Diagnosis that is no ICD-10-CM code on the date of service",
    scope="claim",
    family="diagnosis-validity",
    predicts=("CO", "146", "M76"),
    source="ICD-10-CM, Medicare Code Editor",
    likelihood=0.97,
    needs=(DX_UNUSABLE,),
    fires=(example("17000", dx="L57.0 L57.99"),),
    passes=(
        example("17000", dx="L57.0"),
        example("17000", dx="L570"),
        example("17000", dx="L57.0", date="2015-09-30"),
    ),
)
def diagnosis_not_valid(case: Case) -> Hits:
    """A diagnosis that is unknown, or not yet or no longer in force on the first date of service."""
    because = {
        "unknown": "is no ICD-10-CM code",
        "ended": "is no longer in force on the date of service",
        "not-yet": "is not yet in force on the date of service",
    }
    return [
        Hit(
            f"/diagnoses/{index}",
            f"{_named(diagnosis, index)} {because[diagnosis.status]}.",
            _pointing_at(case, index),
            detail=diagnosis.code,
            source=case.release.label("icd10cm"),
        )
        for index, diagnosis in enumerate(case.diagnoses)
        if diagnosis.status in because and case.release.reaches("icd10cm")
    ]


def _named(diagnosis: Diagnosis, index: int) -> str:
    """The code if a table knows it; what is no code at all may be anything, so only its place is named."""
    return f"Diagnosis {index + 1}" if diagnosis.status == "unknown" else diagnosis.dotted
