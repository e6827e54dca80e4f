"""Timely filing."""

import datetime as dt

from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import LATE, Case, Line


@rule(
    "timely-filing",
    title="Claim after the filing limit",
    scope="claim",
    family="timely-filing",
    predicts=("CO", "29", "N211"),
    source="Payer policy; for Medicare 42 CFR 424.44 and Claims Processing Manual, chapter 1, section 70.3",
    likelihood=0.98,
    needs=(LATE,),
    fires=(example("17000", received_at="2027-09-16T14:00:00Z"),),
    passes=(example("17000", received_at="2027-09-15T14:00:00Z"), example("17000", payer="aetna")),
)
def timely_filing(case: Case) -> Hits:
    """The claim was received later after a date of service than the payer's policy allows.

    Of a span of dates the first counts on a professional claim and the last on an institutional one, as Medicare says.
    """
    months = case.policy.filing_limit_months
    if months is None:
        return None
    stay = case.claim.claim_type == "institutional"
    late = [line for line in case.lines if _last_day(_service_date(line, stay=stay), months) < case.as_of]
    if not late:
        return None
    text = f"The claim was filed later than {months} months after the date of service."
    source = case.policy.filing_limit_source
    return [Hit("/received_at", text, late, source=source)]


def _service_date(line: Line, *, stay: bool) -> dt.date:
    first, last = line.on_claim.service_date_from, line.on_claim.service_date_to
    return (last if stay and last else first) or dt.date.max


def _last_day(served: dt.date, months: int) -> dt.date:
    """The same day of the month `months` later, or the last day of that month."""
    if served == dt.date.max:
        return served
    year, month = divmod(served.month - 1 + months, 12)
    year += served.year
    for day in (served.day, 30, 29, 28):
        try:
            return dt.date(year, month + 1, day)
        except ValueError:
            continue
    return dt.date.max
