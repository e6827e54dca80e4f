"""Diagnoses that leave open what a more specific code of the same condition says."""

from typing import TYPE_CHECKING

from scrubber.reference.masks import DX_UNSPECIFIED
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import Case
from scrubber.rules.sequence import is_inpatient

if TYPE_CHECKING:
    from scrubber.contract import Severity


@rule(
    "diagnosis-unspecified",
    title="Diagnosis that says less than it could",
    scope="claim",
    family="diagnosis-specificity",
    predicts=("CO", "16", "M76"),
    source="Medicare Code Editor, unspecified code edit; ICD-10-CM Official Guidelines, section I.B.18",
    severity="info",
    likelihood=0.05,
    needs=(DX_UNSPECIFIED,),
    fires=(
        example("99213", dx="H05.019"),
        example("99213", dx="H05.019", claim_type="institutional", type_of_bill="111"),
    ),
    passes=(example("99213", dx="H05.011"),),
)
def diagnosis_unspecified(case: Case) -> Hits:
    """A code that leaves open the side or the like, where codes that name it exist. Right if the record does not tell.

    A warning for inpatient stays, which Medicare returns unless the record is said not to tell.
    """
    severity: Severity | None = "warn" if is_inpatient(case) else None
    return [
        Hit(
            f"/diagnoses/{index}",
            f"{diagnosis.dotted} leaves open what a more specific code says, mostly the side.",
            tuple(line for line in case.lines if index + 1 in line.on_claim.diagnosis_pointers),
            detail=diagnosis.code,
            source=f"{case.release.label('icd10cm')}: {diagnosis.dotted} unspecified",
            severity=severity,
        )
        for index, diagnosis in enumerate(case.diagnoses)
        if diagnosis.mask & DX_UNSPECIFIED
    ]
