"""Medical necessity: the diagnosis has to support the procedure."""

from scrubber.policy.parts import Necessity
from scrubber.reference.masks import NEEDS_DIAGNOSIS
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, Remedy, rule
from scrubber.rules.remedies import SetPointers
from scrubber.rules.scopes import Case, Line

_POLICY = {
    "necessity": [
        {"procedures": ["76940"], "diagnoses": ["C79.5"], "source": "invented determination", "ended": "2026-09-15"},
        {"procedures": ["17000"], "diagnoses": ["L57.0", "L82"], "source": "invented determination"},
    ]
}


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
    passes=(
        example("57520", dx="N87.1"),
        example("17000#2", dx="L82.1 L57.0"),
        example("17000", dx="L82.1", policy=_POLICY),
    ),
)
def diagnosis_support(case: Case) -> Hits:
    """None of the diagnoses a line points at is among those that support its procedure.

    Where the payer's policy has coverage determinations for the procedure, they decide instead.
    """
    hits = []
    for line in case.lines:
        wanted = line.code.needs_diagnosis
        if wanted and not _supported(case, line, wanted) and not determinations(case, line):
            hits.append(_hit(case, line, wanted, line.code.diagnosis_source))
    return hits


@rule(
    "coverage-determination",
    title="Diagnosis that the payer's coverage determination does not name",
    scope="claim",
    family="lcd",
    predicts=("CO", "50"),
    source="Local and national coverage determinations, as the payer's policy states them",
    likelihood=0.9,
    fires=(
        example("76940", dx="L57.0", policy=_POLICY),
        example("17000#2", dx="L57.0 N87.1", policy=_POLICY),
    ),
    passes=(
        example("76940", dx="C79.51", policy=_POLICY),
        example("76940", dx="L57.0", date="2026-09-16", policy=_POLICY),
        example("17000", dx="L82.1", policy=_POLICY),
    ),
)
def coverage_determination(case: Case) -> Hits:
    """None of the diagnoses a line points at is named by a determination of the payer in force on its date."""
    hits = []
    for line in case.lines:
        rows = determinations(case, line)
        wanted = tuple(prefix for row in rows for prefix in row.prefixes)
        if rows and not _supported(case, line, wanted):
            sources = "; ".join(dict.fromkeys(row.source for row in rows))
            hits.append(_hit(case, line, wanted, case.policy.cites(sources)))
    return hits


def determinations(case: Case, line: Line) -> list[Necessity]:
    """The policy's determinations on a line's procedure that are in force on its date of service."""
    date = line.on_claim.service_date_from or case.as_of
    return [row for row in case.policy.determinations.get(line.code.code, ()) if row.in_force(date)]


def _supported(case: Case, line: Line, wanted: tuple[str, ...]) -> bool:
    return any(diagnosis.code.startswith(wanted) for diagnosis in case.pointed(line))


def _hit(case: Case, line: Line, wanted: tuple[str, ...], source: str | None) -> Hit:
    names = ", ".join(_written(case, prefix) for prefix in wanted)
    text = f"No diagnosis on {line.code.code} supports it: the supporting ones are {names}."
    return Hit(line.at("diagnosis_pointers"), text, (line,), _relink(case, line, wanted), source=source)


def _relink(case: Case, line: Line, wanted: tuple[str, ...]) -> tuple[Remedy, ...]:
    """Point the line at a supporting diagnosis that the claim has already."""
    number = next((n for n, each in enumerate(case.diagnoses, 1) if each.code.startswith(wanted)), None)
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
