"""Medical necessity: the diagnosis has to support the procedure."""

from scrubber.reference import Diagnosis, Procedure
from scrubber.reference.masks import NEEDS_DIAGNOSIS
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, Remedy, rule
from scrubber.rules.remedies import SetPointers
from scrubber.rules.scopes import Case, Line


@rule(
    "diagnosis-support",
    title="Diagnosis that does not support the procedure",
    scope="claim",
    family="medical-necessity",
    predicts=("CO", "11"),
    source="National and local coverage determinations, payer policy",
    likelihood=0.9,
    needs=(NEEDS_DIAGNOSIS,),
    fires=(example("57520", dx="L57.0"), example("17000", dx="L82.1"), example("17000#1", dx="L82.1 L57.0")),
    passes=(example("57520", dx="N87.1"), example("17000#2", dx="L82.1 L57.0")),
)
def diagnosis_support(case: Case) -> Hits:
    """None of the diagnoses a line points at is among those that support its procedure."""
    hits = []
    for line in case.lines:
        code = line.code
        if not code.needs_diagnosis or any(_supports(diagnosis, code) for diagnosis in case.pointed(line)):
            continue
        wanted = ", ".join(_written(case, prefix) for prefix in code.needs_diagnosis)
        text = f"No diagnosis on {code.code} supports it: the supporting ones are {wanted}."
        hits.append(
            Hit(line.at("diagnosis_pointers"), text, (line,), _relink(case, line), source=code.diagnosis_source)
        )
    return hits


def _supports(diagnosis: Diagnosis, code: Procedure) -> bool:
    return diagnosis.code.startswith(code.needs_diagnosis)


def _relink(case: Case, line: Line) -> tuple[Remedy, ...]:
    """Point the line at a supporting diagnosis that the claim has already."""
    number = next((n for n, each in enumerate(case.diagnoses, 1) if _supports(each, line.code)), None)
    if number is None:
        return ()
    pointers = (number, *line.on_claim.diagnosis_pointers)[:4]
    title = f"Point line {line.number} ({line.code.code}) at {case.diagnoses[number - 1].dotted}"
    return (Remedy(title, (SetPointers(line.index, pointers),), "confirmation"),)


def _written(case: Case, prefix: str) -> str:
    """A supporting code as a biller writes it: L57.0, and N87.- for everything under N87."""
    known = case.release.diagnoses[prefix]
    if known.status == "billable":
        return known.dotted
    return f"{prefix[:3]}.{prefix[3:]}-"
