"""Diagnoses that belong to an age: of newborns, children, adults, pregnancy and childbirth."""

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from scrubber.reference import Diagnosis, Release
from scrubber.reference.masks import DX_ADULT, DX_MATERNITY, DX_NEWBORN, DX_PEDIATRIC
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import Case, Line
from scrubber.rules.sequence import is_inpatient

if TYPE_CHECKING:
    from scrubber.contract import Severity


class Ages(NamedTuple):
    """An age group of the Medicare Code Editor: years of age, and days of service, from first to last."""

    bit: int
    who: str
    youngest: int
    oldest: int
    start: dt.date
    end: dt.date = dt.date.max


AGES = (
    Ages(DX_NEWBORN, "newborns", 0, 0, dt.date.min),
    Ages(DX_PEDIATRIC, "children", 0, 17, dt.date.min),
    Ages(DX_MATERNITY, "pregnancy and childbirth", 12, 55, dt.date.min, dt.date(2019, 9, 30)),
    Ages(DX_MATERNITY, "pregnancy and childbirth", 9, 64, dt.date(2019, 10, 1)),
    Ages(DX_ADULT, "adults", 15, 124, dt.date.min),
)
"""Definitions of Medicare Code Edits, age conflict; the ranges of v43.1, where maternity says since when."""


def _child(born: str) -> dict[str, str]:
    return {"birth_date": born, "sex": "F"}


@rule(
    "diagnosis-age",
    title="Diagnosis against the patient's age",
    scope="claim",
    family="diagnosis-age",
    predicts=("CO", "9"),
    source="Medicare Code Editor, age conflict",
    likelihood=0.7,
    needs=(DX_NEWBORN | DX_PEDIATRIC | DX_MATERNITY | DX_ADULT,),
    fires=(
        example("99213", dx="O09.521"),
        example("99213", dx="F01.50", patient=_child("2015-02-11")),
    ),
    passes=(
        example("99213", dx="O09.521", patient=_child("1990-02-11")),
        example("99213", dx="F01.50"),
        example("99213", dx="Z00.110", patient=_child("2026-09-10")),
    ),
)
def diagnosis_age(case: Case) -> Hits:
    """A diagnosis of newborns, children, adults or pregnancy, and a patient of another age on the date of service.

    Age is in years completed. A newborn's diagnosis may be coded later in life if the condition lasts, so outside of
    inpatient stays, where the Medicare Code Editor decides, it is a warning.
    """
    if case.birth_date is None:
        return None
    hits = []
    for index in range(len(case.claim.diagnoses)):
        conflict = _conflict(case, index, case.birth_date)
        if conflict is None:
            continue
        diagnosis, release, ages, lines = conflict
        years = "under one year" if ages.oldest == 0 else f"from {ages.youngest} to {ages.oldest} years"
        lasting: Severity | None = "warn" if ages.bit == DX_NEWBORN and not is_inpatient(case) else None
        hits.append(
            Hit(
                f"/diagnoses/{index}",
                f"{diagnosis.dotted} is a diagnosis of {ages.who}, {years}; the patient's age is another.",
                lines,
                detail=diagnosis.code,
                source=f"{release.label('icd10cm')}: {diagnosis.dotted} {', '.join(sorted(diagnosis.flags))}",
                severity=lasting,
            )
        )
    return hits


def _conflict(case: Case, index: int, born: dt.date) -> tuple[Diagnosis, Release, Ages, tuple[Line, ...]] | None:
    """The first day on which the diagnosis does not fit the age, with its lines; those of any line if none points."""
    code = case.claim.diagnoses[index]
    anywhere = not any(index + 1 in line.on_claim.diagnosis_pointers for line in case.lines)
    for date in sorted(case.days):
        day = case.days[date]
        lines = tuple(line for line in day.lines if index + 1 in line.on_claim.diagnosis_pointers)
        diagnosis, years = day.release.diagnoses[code], years_between(born, date)
        if not (lines or anywhere) or years < 0:
            continue
        for ages in AGES:
            meant = diagnosis.mask & ages.bit and ages.start <= date <= ages.end
            if meant and not ages.youngest <= years <= ages.oldest:
                return diagnosis, day.release, ages, lines
    return None


def years_between(born: dt.date, day: dt.date) -> int:
    """Years completed on `day`; below zero before birth, which is another rule's business."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
