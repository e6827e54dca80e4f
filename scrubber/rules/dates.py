"""Dates that cannot be."""

from scrubber.contract import Prediction
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import ODD_DATE, Case, Line

_AFTER_DEATH = Prediction("CO", "13")


@rule(
    "date-order",
    title="Date of service that cannot be",
    scope="claim",
    family="claim-structure",
    predicts=("CO", "16", "M52"),
    source="837 service date (DTP*472)",
    likelihood=0.95,
    needs=(ODD_DATE,),
    fires=(
        example("17000/2026-12-24"),
        example("17000", patient={"birth_date": "2026-09-16", "sex": "F"}),
        example("17000", patient={"birth_date": "1960-02-11", "sex": "F", "death_date": "2026-09-14"}),
    ),
    passes=(
        example("17000"),
        example("17000", patient={"birth_date": "1960-02-11", "sex": "F", "death_date": "2026-09-15"}),
    ),
)
def date_order(case: Case) -> Hits:
    """A service in the future, before the patient's birth, after the patient's death, or ending before it begins."""
    return [hit for line in case.lines if (hit := _problem(case, line)) is not None]


def _problem(case: Case, line: Line) -> Hit | None:
    start, end = line.on_claim.service_date_from, line.on_claim.service_date_to
    if start is None:
        return None
    if end is not None and end < start:
        return Hit(line.at("service_date_to"), "The service ends before it begins.", (line,))
    if max(start, end or start) > case.tomorrow:
        return Hit(line.at("service_date_from"), "The date of service lies in the future.", (line,))
    if case.birth_date is not None and start < case.birth_date:
        return Hit(line.at("service_date_from"), "The date of service lies before the patient's birth.", (line,))
    death = case.claim.patient.death_date if case.claim.patient else None
    if death and start > death:
        text = "The date of service lies after the patient's death."
        return Hit(line.at("service_date_from"), text, (line,), predicts=_AFTER_DEATH)
    return None
