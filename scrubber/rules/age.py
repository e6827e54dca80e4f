"""Procedures that a payer pays at some ages only."""

from scrubber.policy.parts import Age
from scrubber.rules.diagnosis_age import years_between
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import Case

_POLICY = {"age": [{"procedures": ["57520"], "from_age": 18, "to_age": 64, "source": "invented policy"}]}


@rule(
    "procedure-age",
    title="Procedure against the patient's age",
    scope="claim",
    family="procedure-age",
    predicts=("CO", "6"),
    source="Payer policy",
    fires=(
        example("57520", dx="N87.1", policy=_POLICY),
        example("57520", dx="N87.1", policy=_POLICY, patient={"birth_date": "2008-09-16", "sex": "F"}),
    ),
    passes=(
        example("57520", dx="N87.1", policy=_POLICY, patient={"birth_date": "2008-09-15", "sex": "F"}),
        example("57520", dx="N87.1", policy=_POLICY, patient={"birth_date": "1961-09-16", "sex": "F"}),
    ),
)
def procedure_age(case: Case) -> Hits:
    """A patient whose age, in years completed on the date of service, fits none of the payer's limits for a code."""
    if case.birth_date is None:
        return None
    hits = []
    for line in case.lines:
        limits = case.policy.ages.get(line.code.code)
        if limits is None:
            continue
        years = years_between(case.birth_date, line.on_claim.service_date_from or case.as_of)
        if years >= 0 and not any(limit.fits(years) for limit in limits):
            text = f"This payer pays {line.code.code} {' or '.join(map(_words, limits))}; the patient's age is another."
            source = case.policy.cites(limits[0].source)
            hits.append(Hit(line.at("procedure_code"), text, (line,), source=source))
    return hits


def _words(limit: Age) -> str:
    if limit.to_age is None:
        return f"from {limit.from_age} years on"
    return f"from {limit.from_age or 0} to {limit.to_age} years"
