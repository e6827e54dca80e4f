"""Charges: the claim's is the sum of its lines', and a line's is more than nothing."""

from scrubber.contract import CENTS, money
from scrubber.reference import Procedure
from scrubber.reference.masks import TRACKING
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import ODD_CHARGE, UNBALANCED, Case

_WORDS = {True: "nothing", False: "less than nothing"}


@rule(
    "charge-balance",
    title="Claim charge differs from the sum of the line charges",
    scope="claim",
    family="claim-structure",
    predicts=("CO", "16", "M54"),
    source="837 CLM02 and SV102",
    likelihood=0.97,
    needs=(UNBALANCED,),
    fires=(example("17000@75.00", total_charge="80.00"),),
    passes=(example("17000@75.00", total_charge="75.00"), example("17000@75.00", "3753F@0.01")),
)
def charge_balance(case: Case) -> Hits:
    """The claim's charge is not the sum of its lines'. A line's charge is the line's total, whatever its units.

    No fix is offered: which of the amounts is wrong, only the practice's books can say.
    """
    charge = case.claim.total_charge
    difference = 0 if charge is None else CENTS[charge] - case.total
    more = "more" if difference > 0 else "less"
    text = f"The claim charge is {money(abs(difference))} {more} than its lines add up to."
    return [Hit("/total_charge", text)]


@rule(
    "charge-not-positive",
    title="Line with a charge of zero or less",
    scope="claim",
    family="claim-structure",
    predicts=("CO", "16", "M79"),
    source="837 SV102",
    severity="warn",
    likelihood=0.4,
    needs=(ODD_CHARGE,),
    fires=(example("99213@0.00"), example("99213@-1.00")),
    passes=(example("99213", "3753F@0.00"), example("99213", "G8427@0.00")),
)
def charge_not_positive(case: Case) -> Hits:
    """A line charged at zero or less; category II and measurement codes are meant to be."""
    return [
        Hit(
            line.at("charge"),
            f"{line.code.code} is charged at {_WORDS[line.cents == 0]}. Confirm the charge.",
            (line,),
            severity="info" if line.cents == 0 else None,
        )
        for line in case.lines
        if line.cents <= 0 and line.on_claim.charge is not None and not _reports_only(line.code)
    ]


def _reports_only(code: Procedure) -> bool:
    """Whether nobody pays for it: a category II code, or one whose fee schedule status says that it measures."""
    return bool(code.mask & TRACKING) or code.status == "M"
