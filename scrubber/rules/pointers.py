"""Diagnosis pointers: what links a line to the diagnoses that explain it."""

from scrubber.contract.claim import MAX_DIAGNOSES, MAX_POINTERS
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import ODD_POINTER, Case, Line


@rule(
    "diagnosis-pointer",
    title="Line not properly linked to a diagnosis",
    scope="claim",
    family="claim-structure",
    predicts=("CO", "16", "M76"),
    source="837P SV107; CMS-1500 item 24E",
    likelihood=0.95,
    needs=(ODD_POINTER,),
    professional_only=True,
    fires=(example("17000#2"), example("17000#1,1"), example("99213#1,2,3,4,5", dx="I10 E11.9 L57.0 R05.9 Z23")),
    passes=(example("17000#1"),),
)
def diagnosis_pointer(case: Case) -> Hits:
    """A line that points at no diagnosis, at one that is not there, at one twice, or at more than four."""
    return [
        Hit(line.at("diagnosis_pointers"), f"Line {line.number} {problem}.", (line,))
        for line in case.lines
        if (problem := _problem(case, line))
    ]


def _problem(case: Case, line: Line) -> str | None:
    pointers = line.on_claim.diagnosis_pointers
    if not pointers:
        return "points at no diagnosis"
    if len(pointers) > MAX_POINTERS:
        return f"points at {len(pointers)} diagnoses; {MAX_POINTERS} are allowed"
    if not all(0 < pointer <= len(case.diagnoses) for pointer in pointers):
        return "points at a diagnosis that is not on the claim"
    if len(set(pointers)) < len(pointers):
        return "points at one diagnosis twice"
    return None


@rule(
    "too-many-diagnoses",
    title="More diagnoses than a claim can carry",
    scope="claim",
    family="claim-structure",
    predicts=("CO", "16", "M76"),
    source="837P HI segment; CMS-1500 item 21",
    likelihood=0.95,
    needs=(ODD_POINTER,),
    professional_only=True,
    fires=(example("99213#1", dx="I10 E11.9 L57.0 R05.9 Z23 M54.50 R51.9 J06.9 K21.9 F41.1 E78.5 N39.0 R53.83"),),
    passes=(example("99213#1", dx="I10 E11.9 L57.0 R05.9 Z23 M54.50 R51.9 J06.9 K21.9 F41.1 E78.5 N39.0"),),
)
def too_many_diagnoses(case: Case) -> Hits:
    """More than twelve diagnoses on a professional claim."""
    if len(case.diagnoses) <= MAX_DIAGNOSES:
        return None
    text = f"The claim carries {len(case.diagnoses)} diagnoses; {MAX_DIAGNOSES} are allowed."
    return [Hit("/diagnoses", text)]
