"""Procedures done on one sex only. A warning by default: records of sex are often incomplete, and payers differ."""

from scrubber.reference.masks import SEXED
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import Case

_WORD = {"F": "female", "M": "male"}
OVERRIDE = "KX"
OVERRIDE_CONDITION = "45"


@rule(
    "procedure-sex",
    title="Procedure against the patient's sex",
    scope="claim",
    family="sex",
    predicts=("CO", "7"),
    source="Anatomy; KX and condition code 45: Medicare Claims Processing Manual, chapter 32, section 240",
    severity="warn",
    likelihood=0.2,
    needs=(SEXED,),
    fires=(example("57520", dx="N87.1", sex="M"),),
    passes=(example("57520", dx="N87.1"), example("57520-KX", dx="N87.1", sex="M")),
)
def procedure_sex(case: Case) -> Hits:
    """A procedure of one sex on a patient recorded as the other, without KX (or condition code 45) that confirms it."""
    sex = case.sex
    conditions = case.claim.condition_codes or ()
    if sex not in _WORD or OVERRIDE_CONDITION in conditions:
        return None
    return [
        Hit(
            line.at("procedure_code"),
            f"{line.code.code} is a procedure on {_WORD[line.code.sex]} anatomy; the patient is recorded otherwise. "
            "Confirm, and bill KX (condition code 45 on an institutional claim) if it is right.",
            (line,),
        )
        for line in case.lines
        if line.code.sex is not None and line.code.sex != sex and OVERRIDE not in line.service.modifiers
    ]
