"""Fee schedule status: whether Medicare pays for a code at all.

A is paid, C priced by the contractor, R paid under special instructions, J anesthesia, and X and E are paid by other
schedules, such as those of laboratories, ambulances and drugs: none of these is a denial. The meaning of each status
stands in the documentation of CMS's relative value file (PPRRVU). Other payers follow it or not, so the rules that say
what Medicare pays block by Medicare's policy, and advise elsewhere.
"""

from scrubber.contract import money
from scrubber.reference.masks import AT_ODDS, INDICATED, TRACKING
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, Remedy, rule
from scrubber.rules.remedies import DropLine
from scrubber.rules.scopes import EXCLUDED_BY_LAW, SEVERAL, Day, Service

REPORTED = frozenset({"99024"})
"""Status B, and yet reported alone: the visit after surgery, of which Medicare asks to be told."""

FREE = 1
"""Cents that a measurement code may be charged at most, where a system takes no zero."""


def _says(service: Service, status: str, text: str) -> Hits:
    """One hit if the code has the status. Category II codes have rules of their own."""
    code = service.code
    if code.status != status or code.mask & TRACKING:
        return None
    source = f"{service.release.label('fee-schedule')}: {code.code} status {status}"
    return [Hit("/procedure_code", f"{code.code} {text}", source=source)]


@rule(
    "status-bundled",
    title="Code that is always part of another service",
    scope="line",
    family="fee-schedule-indicators",
    predicts=("CO", "97", "M15"),
    source="Fee schedule status B",
    severity="warn",
    likelihood=0.5,
    needs=(AT_ODDS,),
    supersedes=("mue-zero",),
    professional_only=True,
    fires=(example("99213", "A4550"), example("A4550", payer="aetna")),
    passes=(example("99213"),),
)
def status_bundled(service: Service) -> Hits:
    """Status B: paid for with the services it belongs to, never on a line of its own.

    Not said of 99024, which tells Medicare of a visit after surgery and asks for nothing.
    """
    if service.code.code in REPORTED:
        return None
    return _says(service, "B", "is bundled: its payment is part of the service it belongs to.")


@rule(
    "status-bundled-supply",
    title="Supply that is part of a service, or paid outside the fee schedule",
    scope="line",
    family="fee-schedule-indicators",
    predicts=("CO", "97", "M15"),
    source="Fee schedule status P",
    severity="warn",
    likelihood=0.4,
    needs=(AT_ODDS,),
    professional_only=True,
    fires=(example("99213", "A4253", dx="E11.9"),),
    passes=(example("99213", dx="E11.9"),),
)
def status_bundled_supply(service: Service) -> Hits:
    """Status P: part of a physician's service of the same day; paid, if at all, under another benefit.

    Not said of a supplier's line, which is that other benefit.
    """
    if service.supplied:
        return None
    return _says(
        service, "P", "is part of a service of the same day, or belongs on a claim to another benefit, not on this one."
    )


@rule(
    "status-not-covered",
    title="Code that Medicare does not cover",
    scope="line",
    family="fee-schedule-indicators",
    predicts=("CO", "96", "N425"),
    source="Fee schedule status N",
    severity="info",
    likelihood=0.1,
    needs=(AT_ODDS,),
    supersedes=("mue-zero",),
    professional_only=True,
    fires=(example("99397", dx="Z00.00"), example("99397", dx="Z00.00", payer="cigna")),
    passes=(example("99397-GY", dx="Z00.00"), example("99213")),
)
def status_not_covered(service: Service) -> Hits:
    """Status N: not covered by Medicare. Not said of a line with GY or GX, whose biller knows."""
    if not EXCLUDED_BY_LAW.isdisjoint(service.modifiers):
        return None
    return _says(service, "N", "is not covered by Medicare.")


@rule(
    "status-not-valid",
    title="Code that Medicare does not take",
    scope="line",
    family="fee-schedule-indicators",
    predicts=("CO", "16", "M51"),
    source="Fee schedule status I",
    severity="info",
    likelihood=0.1,
    needs=(AT_ODDS,),
    supersedes=("mue-zero",),
    professional_only=True,
    fires=(example("99242"), example("99242", payer="cigna")),
    passes=(example("99213"), example("99213", "3753F@0.00")),
)
def status_not_valid(service: Service) -> Hits:
    """Status I: Medicare wants another code for the service. Category II codes have rules of their own."""
    return _says(service, "I", "is not valid for Medicare, which wants another code for what was done.")


@rule(
    "status-reporting-only",
    title="Measurement code with a charge",
    scope="day",
    family="fee-schedule-indicators",
    predicts=("CO", "246", "N620"),
    source="Fee schedule status M",
    severity="warn",
    likelihood=0.3,
    needs=(AT_ODDS,),
    professional_only=True,
    fires=(example("99213", "G8427@20.00"),),
    passes=(example("99213", "G8427@0.00"), example("99213", "G8427@0.01")),
)
def status_reporting_only(day: Day) -> Hits:
    """Status M: reports a measure, and is not paid for. More than a cent on it will not come back."""
    return [
        Hit(
            line.at("charge"),
            f"{line.code.code} reports a measure and is never paid; it is billed at {money(line.cents)}.",
            (line,),
            source=f"{day.release.label('fee-schedule')}: {line.code.code} status M",
        )
        for line in day.lines
        if line.code.status == "M" and line.cents > FREE and not line.code.mask & TRACKING
    ]


@rule(
    "status-beside-others",
    title="Code that is paid only where nothing else is",
    scope="day",
    family="fee-schedule-indicators",
    predicts=("CO", "97", "N20"),
    source="Fee schedule status T",
    severity="warn",
    likelihood=0.5,
    needs=(AT_ODDS, INDICATED, SEVERAL),
    professional_only=True,
    fires=(example("99213", "G0117", dx="H40.001"),),
    passes=(example("G0117", dx="H40.001"), example("99213/2026-09-14", "G0117", dx="H40.001")),
)
def status_beside_others(day: Day) -> Hits:
    """Status T: bundled into any other service that the fee schedule pays to the same provider on that date."""
    paid = [line for line in day.lines if line.code.status in ("A", "C", "R")]
    if not paid:
        return None
    return [
        Hit(
            line.at("procedure_code"),
            f"{line.code.code} is paid only alone: {paid[0].code.code} of the same date includes it.",
            (line,),
            (Remedy(f"Remove {line.code.code} (line {line.number})", (DropLine(line.index),), "confirmation"),),
            source=f"{day.release.label('fee-schedule')}: {line.code.code} status T",
        )
        for line in day.lines
        if line.code.status == "T"
    ]
