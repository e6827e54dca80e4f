"""The first diagnosis: what the claim is about, never a manifestation of something else, nor how it came about."""

from typing import TYPE_CHECKING, Any

from scrubber.reference import Diagnosis
from scrubber.reference.masks import DX_EXTERNAL_CAUSE, DX_MANIFESTATION, DX_UNACCEPTABLE, DX_UNUSABLE
from scrubber.rules.diagnoses import claim_release
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, Remedy, rule
from scrubber.rules.remedies import PutDiagnosisFirst
from scrubber.rules.scopes import Case

if TYPE_CHECKING:
    from scrubber.contract import Needs

GUIDELINES = "ICD-10-CM Official Guidelines for Coding and Reporting, section "
NEVER_FIRST = DX_MANIFESTATION | DX_EXTERNAL_CAUSE
UNLESS_SECOND = "reqsdx"
"""The Medicare Code Editor's word for a diagnosis that is acceptable as principal beside a secondary one."""

MOST_CHOICES = 3
INPATIENT = "11"
"""First digits of the type of bill of an inpatient stay, without the leading zero."""


def is_inpatient(case: Case) -> bool:
    """Whether the claim is for an inpatient stay: these are what the Medicare Code Editor is run on."""
    return case.claim.claim_type == "institutional" and (case.claim.type_of_bill or "").lstrip("0")[:2] == INPATIENT


def _listed(case: Case) -> tuple[Diagnosis, ...]:
    """The diagnoses as of the day that counts for the claim."""
    release = claim_release(case)
    if release is case.release:
        return case.diagnoses
    return tuple(release.diagnoses[code] for code in case.claim.diagnoses)


def _first(case: Case, bit: int, why: str, rejected: int) -> Hits:
    """One hit if the first diagnosis has the bit; to put first: each one that has none of `rejected`."""
    listed = _listed(case)
    if not listed or not listed[0].mask & bit:
        return None
    first = listed[0]
    others = [n for n, each in enumerate(listed) if n and not each.mask & (rejected | DX_UNUSABLE)]
    needs: Needs = "clinical-review" if len(others) > 1 else "confirmation"
    release = claim_release(case)
    return [
        Hit(
            "/diagnoses/0",
            f"{first.dotted} is the first diagnosis, and {why}.",
            (),
            [
                Remedy(f"Put {listed[n].dotted} first, in place of {first.dotted}", (PutDiagnosisFirst(n),), needs)
                for n in others[:MOST_CHOICES]
            ],
            detail=first.code,
            source=f"{release.label('icd10cm')}: {first.dotted} {', '.join(sorted(first.flags))}",
        )
    ]


@rule(
    "manifestation-first",
    title="Manifestation as the first diagnosis",
    scope="claim",
    family="diagnosis-sequence",
    predicts=("CO", "16", "MA63"),
    source=GUIDELINES + "I.A.13; Medicare Code Editor, manifestation code as principal diagnosis",
    likelihood=0.85,
    needs=(DX_MANIFESTATION,),
    fires=(example("99213", dx="F02.80 G30.9"), example("99213", dx="F02.80 G30.9 I10"), example("99213", dx="F02.80")),
    passes=(example("99213", dx="G30.9 F02.80"),),
)
def manifestation_first(case: Case) -> Hits:
    """A manifestation stands first; the disease behind it goes before it."""
    return _first(case, DX_MANIFESTATION, "a manifestation: the disease behind it goes first", NEVER_FIRST)


@rule(
    "external-cause-first",
    title="External cause as the first diagnosis",
    scope="claim",
    family="diagnosis-sequence",
    predicts=("CO", "16", "MA63"),
    source=GUIDELINES + "I.C.20.a; Medicare Code Editor, external cause of morbidity as principal diagnosis",
    likelihood=0.85,
    needs=(DX_EXTERNAL_CAUSE,),
    fires=(example("99213", dx="W19.XXXA S00.03XA"), example("99213", dx="W19.XXXA")),
    passes=(example("99213", dx="S00.03XA W19.XXXA"),),
)
def external_cause_first(case: Case) -> Hits:
    """An external cause (V00 to Y99) stands first; the injury or condition it led to goes before it."""
    return _first(case, DX_EXTERNAL_CAUSE, "an external cause: what it led to goes first", NEVER_FIRST)


_STAY: dict[str, Any] = {"claim_type": "institutional", "type_of_bill": "111"}


@rule(
    "principal-unacceptable",
    title="Principal diagnosis that is not acceptable for an inpatient stay",
    scope="claim",
    family="principal-diagnosis",
    predicts=("CO", "16", "MA63"),
    source="Medicare Code Editor, unacceptable principal diagnosis; Medicare Claims Processing Manual, chapter 3, "
    "section 20.2.1",
    likelihood=0.9,
    needs=(DX_UNACCEPTABLE,),
    fires=(example("99213", dx="B95.0 J20.2", **_STAY), example("99213", dx="Z51.89", **_STAY)),
    passes=(
        example("99213", dx="J20.2 B95.0", **_STAY),
        example("99213", dx="Z51.89 I10", **_STAY),
        example("99213", dx="Z76.0", claim_type="institutional", type_of_bill="131"),
        example("99213", dx="Z76.0"),
    ),
)
def principal_unacceptable(case: Case) -> Hits:
    """A circumstance, not an illness, as the principal diagnosis of an inpatient stay (type of bill 11x).

    Outside of inpatient stays such a code may well stand first, as for a visit to renew a prescription.
    """
    if not is_inpatient(case):
        return None
    listed = _listed(case)
    if listed and UNLESS_SECOND in listed[0].flags and len(listed) > 1:
        return None
    why = "not acceptable as the principal diagnosis of an inpatient stay"
    return _first(case, DX_UNACCEPTABLE, why, NEVER_FIRST | DX_UNACCEPTABLE)
