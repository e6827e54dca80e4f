"""Category II codes (four digits and F): they track performance, they are never what a claim is paid for."""

from scrubber.contract import CENTS, money
from scrubber.reference.masks import TRACKING
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, Remedy, rule
from scrubber.rules.remedies import SetCharge
from scrubber.rules.scopes import Case

NO_DESCRIPTION = "category II code, description not available"


@rule(
    "tracking-code-charge",
    title="Category II code with a charge the payer does not want",
    scope="claim",
    family="tracking-code-charge",
    predicts=("CO", "246", "N620"),
    source="Payer policy; fee schedule status I",
    needs=(TRACKING,),
    fires=(example("99213", "3753F@50.00"),),
    passes=(example("99213", "3753F@0.00"), example("99213", "3753F@0.01")),
)
def tracking_code_charge(case: Case) -> Hits:
    """A category II line whose charge is none of those the payer's policy names."""
    wanted = case.policy.tracking_code_charges
    if wanted is None:
        return None
    source = case.policy.cites(case.policy.tracking_code_source)
    return [
        Hit(
            line.at("charge"),
            f"{line.code.code} ({NO_DESCRIPTION}) is billed with a charge; this payer wants {' or '.join(wanted)}.",
            (line,),
            (
                Remedy(
                    f"Bill {line.code.code} at {wanted[0]}", (SetCharge(line.index, CENTS[wanted[0]]),), "confirmation"
                ),
            ),
            source=source,
        )
        for line in case.lines
        if line.code.mask & TRACKING and money(line.cents) not in wanted
    ]


@rule(
    "tracking-code-alone",
    title="Nothing but category II codes on the claim",
    scope="claim",
    family="tracking-codes",
    predicts=("CO", "246", "N620"),
    source="Fee schedule status I",
    needs=(TRACKING,),
    fires=(example("3753F@0.00"),),
    passes=(example("99213", "3753F@0.00"),),
)
def tracking_code_alone(case: Case) -> Hits:
    """A claim whose every line is a category II code: there is nothing to pay."""
    if not all(line.code.mask & TRACKING for line in case.lines):
        return None
    return [
        Hit(
            "/service_lines",
            f"Only tracking codes are billed: {case.lines[0].code.code} ({NO_DESCRIPTION}) is never payable alone.",
            tuple(case.lines),
        )
    ]
