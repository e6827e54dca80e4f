"""Families of edits: the unit in which a verdict says what was checked and what was not.

`table` names the reference table a family reads (`also`: further ones, for other codes), `policy` the field of the
payer policy without which it is silent, and `absent` the claim facts without which it cannot judge. Rows of the policy
may name procedures: those in the field `widened` beside the table's, those in `yields` in place of the table's; with
`per_code` a policy speaks of nothing but the procedures it names. A family with `unbuilt` set has no rules yet; it
stands here so that every verdict says so instead of keeping quiet.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """One family. Its fields are what `scrubber.engine.coverage` asks before it says 'checked'."""

    title: str
    table: str | None = None
    also: tuple[str, ...] = ()
    policy: str | None = None
    absent: str | None = None
    widened: str | None = None
    yields: str | None = None
    per_code: bool = False
    unbuilt: str | None = None
    professional_only: bool = False


FAMILIES: dict[str, Family] = {
    "claim-structure": Family("Required elements, dates, diagnosis pointers, charges in balance"),
    "identifiers": Family("National Provider Identifiers"),
    "taxonomy": Family("Provider taxonomy codes", table="taxonomy"),
    "place-of-service": Family("Place of service", table="pos", professional_only=True),
    "procedure-validity": Family("Procedure codes valid on the date of service", table="procedures", also=("hcpcs",)),
    "modifiers": Family("Modifiers: known, in force, consistent, on the right kind of code", table="modifiers"),
    "ncci-ptp": Family("NCCI procedure-to-procedure edits", table="ptp"),
    "ncci-mue": Family("NCCI medically unlikely edits", table="mue"),
    "ncci-add-on": Family("Add-on codes and their primaries", table="add-on", professional_only=True),
    "lesion-count": Family("Destruction of premalignant lesions counted by 17000, 17003, 17004"),
    "global-days": Family(
        "Visits within the global days of a procedure on the same claim", table="fee-schedule", professional_only=True
    ),
    "fee-schedule-indicators": Family(
        "Fee schedule: status, 26 and TC, 50, 51, assistants, co- and team surgery, setting",
        table="fee-schedule",
        professional_only=True,
    ),
    "tracking-codes": Family("Category II codes: never alone"),
    "tracking-code-charge": Family("Category II codes: the charge this payer wants", policy="tracking_code_charges"),
    "diagnosis-validity": Family("ICD-10-CM codes valid and billable on the date of service", table="icd10cm"),
    "diagnosis-sequence": Family("Manifestation or external cause as the first diagnosis", table="icd10cm"),
    "principal-diagnosis": Family(
        "Principal diagnosis acceptable, if the claim is for an inpatient stay", table="icd10cm", absent="type_of_bill"
    ),
    "diagnosis-age": Family("Diagnosis against the patient's age", table="icd10cm", absent="birth_date"),
    "diagnosis-sex": Family("Diagnosis against the patient's sex", table="icd10cm", absent="sex"),
    "diagnosis-specificity": Family("Diagnoses that leave the side open", table="icd10cm"),
    "excludes1": Family("ICD-10-CM Excludes1 notes", table="icd10cm-excludes1"),
    "laterality": Family("Side in the diagnosis against LT and RT", table="icd10cm"),
    "medical-necessity": Family("Diagnosis supports the procedure", table="necessity", yields="necessity"),
    "documentation": Family(
        "Documentation elements on file", table="documentation", absent="documentation", widened="documentation"
    ),
    "sex": Family("Procedure against the patient's sex", table="sex", absent="sex", widened="sex"),
    "duplicates": Family("The same line twice"),
    "timely-filing": Family("Filing limit", policy="filing_limit_months"),
    "prior-authorization": Family("Prior authorization", policy="prior_authorization"),
    "frequency": Family("Frequency within the claim", policy="frequency"),
    "lcd": Family("Coverage determinations that the payer's policy states", policy="necessity", per_code=True),
    "telehealth": Family(
        "Telehealth: procedures, place of service, modifiers", policy="telehealth", professional_only=True
    ),
    "referring-provider": Family("Referring provider", policy="referring_provider"),
    "unlisted": Family("Unlisted procedures and category III codes", policy="unlisted"),
    "clia": Family("CLIA number and QW", policy="clia"),
    "ndc": Family("National drug codes", policy="ndc"),
    "procedure-age": Family("Procedure against the patient's age", policy="age", absent="birth_date"),
    "charge-outlier": Family("Charges far from what is usual", policy="charge_outliers", per_code=True),
    "duplicate-claim": Family("The same claim submitted before", unbuilt="no-history"),
    "global-days-history": Family("Global days of procedures on earlier claims", unbuilt="no-history"),
    "frequency-history": Family("Frequency over earlier claims", unbuilt="no-history"),
}
