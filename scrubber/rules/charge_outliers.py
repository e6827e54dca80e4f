"""Charges far from what is usual: mostly a slip of the decimal point, or units left out."""

from scrubber.contract import CENTS
from scrubber.policy import Policy
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import Case, Line

_PARTIAL = frozenset({"26", "TC", "50", "52", "53", "54", "55", "56", "62", "66", "73", "74", "80", "81", "82", "AS"})
"""With these a procedure is paid in part, or twice: the usual charge of the code alone says nothing."""
_PER_CENT = 10_000
"""Hundredths of a relative value unit times ten-thousandths of a dollar, in a cent."""

_POLICY = {
    "charge_outliers": {"below": 0.5, "above": 5.0, "source": "invented policy", "amounts": {"17000": "60.00"}},
}


@rule(
    "charge-outlier",
    title="Charge far from what is usual",
    scope="claim",
    family="charge-outlier",
    predicts=("CO", "16", "M79"),
    source="Payer policy; fee schedule: RVU total x conversion factor",
    severity="warn",
    likelihood=0.1,
    fires=(example("17000@7.50", policy=_POLICY), example("17000@750.00", policy=_POLICY)),
    passes=(example("17000@75.00", policy=_POLICY), example("17000-52@7.50", policy=_POLICY)),
)
def charge_outlier(case: Case) -> Hits:
    """A charge below or above so many times the usual one as the payer's policy names."""
    limits = case.policy.charge_outliers
    if limits is None:
        return None
    hits = []
    for line in case.lines:
        usual = usual_cents(case.policy, line)
        if usual is None or line.cents <= 0:  # nothing, or less: another rule's business
            continue
        if limits.below is not None and line.cents < limits.below * usual:
            words = f"less than {limits.below:g}"
        elif limits.above is not None and line.cents > limits.above * usual:
            words = f"more than {limits.above:g}"
        else:
            continue
        text = f"The charge for {line.code.code} is {words} times the usual one. Confirm charge and units."
        where = "" if line.code.code in limits.amounts else f"; {line.service.release.label('fee-schedule')}"
        hits.append(Hit(line.at("charge"), text, (line,), source=case.policy.cites(f"{limits.source}{where}")))
    return hits


def usual_cents(policy: Policy, line: Line) -> int | None:
    """The usual charge of a line in cents, from the policy's amounts, else the fee schedule; None if neither says."""
    limits, service = policy.charge_outliers, line.service
    if limits is None or not service.units or service.units < 0 or not _PARTIAL.isdisjoint(service.modifiers):
        return None
    if (amount := limits.amounts.get(line.code.code)) is not None:
        return round(CENTS[amount] * service.units)
    fees = line.code.fees
    place = service.release.places[service.place] if service.place else None
    if fees is None or place is None:
        return None
    total = fees.total_facility if place.facility else fees.total_nonfacility
    return round(total * fees.conversion_factor * service.units / _PER_CENT) or None
