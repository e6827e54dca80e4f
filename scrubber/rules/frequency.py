"""How often a procedure is paid within one claim, where a payer's policy says so."""

from scrubber.policy.parts import Frequency
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import Case, Line

ONCE = {"frequency": [{"code": "20983", "units": 1, "per": "claim", "source": "invented policy"}]}


@rule(
    "frequency",
    title="More of a procedure than the payer's policy allows",
    scope="claim",
    family="frequency",
    predicts=("CO", "119"),
    source="Payer policy",
    fires=(example("20983", "20983/2026-09-14", dx="C79.51", policy=ONCE),),
    passes=(example("20983", dx="C79.51", policy=ONCE),),
)
def frequency(case: Case) -> Hits:
    """More units of a procedure on one date, or on the whole claim, than the payer's policy allows."""
    hits = []
    for limit in case.policy.frequency or ():
        groups = [case.lines] if limit.per == "claim" else [day.lines for day in case.days.values()]
        for group in groups:
            lines = [line for line in group if line.code.code == limit.code]
            if sum(line.service.units or 0 for line in lines) > limit.units:
                hits.append(_hit(lines, limit, case))
    return hits


def _hit(lines: list[Line], limit: Frequency, case: Case) -> Hit:
    text = f"{limit.code} is paid {limit.units} times a {limit.per} by this payer's policy; the claim bills more."
    return Hit(lines[-1].at("units"), text, lines, detail=limit.code, source=case.policy.cites(limit.source))
