"""ICD-10-CM codes: valid on the date of service, and as specific as billing asks."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scrubber.reference import Diagnosis, Release
from scrubber.reference.masks import DX_UNUSABLE
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, Remedy, rule
from scrubber.rules.remedies import SetDiagnosis
from scrubber.rules.scopes import Case, Line

if TYPE_CHECKING:
    from scrubber.contract import Needs


MOST_CHILDREN = 12
"""Beyond so many codes a list no longer helps to choose."""
FEW = 4
"""As many seventh characters are shown with their meaning."""
SIX = 6
"""Characters in front of the seventh."""


def _pointing_at(case: Case, index: int) -> list[Line]:
    """The lines that point at a diagnosis, by date: in whatever order they come, the same is said of them."""
    pointing = [line for line in case.lines if index + 1 in line.on_claim.diagnosis_pointers]
    return sorted(pointing, key=lambda line: line.on_claim.service_date_from or case.as_of)


def claim_release(case: Case) -> Release:
    """The tables that count for what a claim says of all its lines.

    Those of the last service on an institutional claim, whose stay may begin before a code did; else of the first.
    """
    if case.claim.claim_type == "institutional" and case.days:
        return case.days[max(case.days)].release
    return case.release


def _unusable(case: Case) -> Iterator[tuple[int, Diagnosis, Release, tuple[Line, ...]]]:
    """Each diagnosis that cannot be used on a date that it is used for: position, as of that date, lines.

    That is the date of the lines that point at it, and of the claim where none does or lines have no pointers.
    """
    institutional = case.claim.claim_type == "institutional"
    default = claim_release(case)
    for index, code in enumerate(case.claim.diagnoses):
        pointing = _pointing_at(case, index)
        releases = (
            {line.service.release: None for line in pointing} if pointing and not institutional else {default: None}
        )
        for release in releases:
            diagnosis = release.diagnoses[code]
            if diagnosis.mask & DX_UNUSABLE and release.reaches("icd10cm"):
                lines = tuple(line for line in pointing if institutional or line.service.release is release)
                yield index, diagnosis, release, lines
                break


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
    for index, diagnosis, release, lines in _unusable(case):
        if diagnosis.status != "heading":
            continue
        children = release.children(diagnosis.code)
        if _lacks_seventh(diagnosis, children):
            continue
        hits.append(
            Hit(
                f"/diagnoses/{index}",
                f"{diagnosis.dotted} is not billable, it needs more characters: {_listed(children)}.",
                lines,
                _choices(index, children),
                detail=diagnosis.code,
                source=f"{release.label('icd10cm')}: {diagnosis.dotted} is a heading",
            )
        )
    return hits


@rule(
    "diagnosis-seventh-character",
    title="Diagnosis without its seventh character",
    scope="claim",
    family="diagnosis-validity",
    predicts=("CO", "16", "M76"),
    source="ICD-10-CM Official Guidelines for Coding and Reporting, sections I.A.4 and I.A.5",
    likelihood=0.97,
    needs=(DX_UNUSABLE,),
    fires=(example("99213", dx="S06.0X0"), example("99213", dx="T14.8"), example("99213", dx="S82.101")),
    passes=(example("99213", dx="S06.0X0A"), example("17000", dx="L57"), example("99213", dx="S06.0")),
)
def diagnosis_seventh_character(case: Case) -> Hits:
    """A code that is complete but for its seventh character, with placeholders X where it is short of six."""
    hits = []
    for index, diagnosis, release, lines in _unusable(case):
        children = release.children(diagnosis.code) if diagnosis.status == "heading" else ()
        if not _lacks_seventh(diagnosis, children):
            continue
        filled = "" if len(diagnosis.code) == SIX else f" behind the placeholder, as {children[0].dotted[:-1]}_"
        hits.append(
            Hit(
                f"/diagnoses/{index}",
                f"{diagnosis.dotted} lacks its seventh character{filled}: {_characters(diagnosis, children)}.",
                lines,
                _choices(index, children),
                detail=diagnosis.code,
                source=f"{release.label('icd10cm')}: {diagnosis.dotted} is a heading",
            )
        )
    return hits


def _lacks_seventh(diagnosis: Diagnosis, children: tuple[Diagnosis, ...]) -> bool:
    """Whether all that stands under a heading is itself, filled up with X, and one more character."""
    filled = diagnosis.code.ljust(SIX, "X")
    return bool(children) and all(len(each.code) == SIX + 1 and each.code[:SIX] == filled for each in children)


def _characters(diagnosis: Diagnosis, children: tuple[Diagnosis, ...]) -> str:
    """The characters that may stand there; with what they mean, where a few are all there are."""
    base = diagnosis.description
    said = []
    for child in children:
        text = child.description
        meaning = text[len(base) :].strip(", ") if base and text and text.startswith(base) else ""
        said.append(f"{child.code[-1]} ({meaning})" if meaning and len(children) <= FEW else child.code[-1])
    return ", ".join(said)


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
    """A diagnosis that is unknown, or not yet or no longer in force on the date of a line that points at it."""
    because = {
        "unknown": "is no ICD-10-CM code",
        "ended": "is no longer in force on the date of service",
        "not-yet": "is not yet in force on the date of service",
    }
    return [
        Hit(
            f"/diagnoses/{index}",
            f"{_named(diagnosis, index)} {because[diagnosis.status]}.",
            lines,
            detail=diagnosis.code,
            source=release.label("icd10cm"),
        )
        for index, diagnosis, release, lines in _unusable(case)
        if diagnosis.status in because
    ]


def _named(diagnosis: Diagnosis, index: int) -> str:
    """The code if a table knows it; what is no code at all may be anything, so only its place is named."""
    return f"Diagnosis {index + 1}" if diagnosis.status == "unknown" else diagnosis.dotted
