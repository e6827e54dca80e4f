"""Diagnoses of one sex, as far as the Medicare Code Editor still says so."""

from scrubber.reference.masks import DX_FEMALE, DX_MALE
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import Case
from scrubber.rules.sex import OVERRIDE, OVERRIDE_CONDITION

_AGAINST = {"F": DX_MALE, "M": DX_FEMALE}
_BEFORE = "2024-09-15"


@rule(
    "diagnosis-sex",
    title="Diagnosis against the patient's sex",
    scope="claim",
    family="diagnosis-sex",
    predicts=("CO", "10"),
    source="Medicare Code Editor, sex conflict, for services before 2024-10-01; KX and condition code 45: Medicare "
    "Claims Processing Manual, chapter 32, section 240",
    severity="warn",
    likelihood=0.2,
    needs=(DX_FEMALE | DX_MALE,),
    fires=(example("99213", dx="N87.1", sex="M", date=_BEFORE), example("99213", dx="N40.0", date=_BEFORE)),
    passes=(
        example("99213", dx="N87.1", sex="M"),
        example("99213", dx="N87.1", date=_BEFORE),
        example("99213-KX", dx="N87.1", sex="M", date=_BEFORE),
    ),
)
def diagnosis_sex(case: Case) -> Hits:
    """A diagnosis that the table gives to one sex on that date, and a patient recorded as the other.

    The Medicare Code Editor lifted these flags on 2024-10-01; from then on nothing is said.
    """
    against = _AGAINST.get(case.sex or "")
    if against is None or OVERRIDE_CONDITION in (case.claim.condition_codes or ()):
        return None
    hits = []
    for index, diagnosis in enumerate(case.diagnoses):
        if not diagnosis.mask & against:
            continue
        lines = tuple(line for line in case.lines if index + 1 in line.on_claim.diagnosis_pointers)
        if lines and all(OVERRIDE in line.service.modifiers for line in lines):
            continue
        text = (
            f"{diagnosis.dotted} is a diagnosis of the other sex than the one recorded. Confirm, and bill KX "
            "(condition code 45 on an institutional claim) if it is right."
        )
        source = f"{case.release.label('icd10cm')}: {diagnosis.dotted} {', '.join(sorted(diagnosis.flags))}"
        hits.append(Hit(f"/diagnoses/{index}", text, lines, detail=diagnosis.code, source=source))
    return hits
