"""Place of service against the fee schedule's NA flags: procedures without a rate in facilities, or outside them."""

from scrubber.reference.masks import INDICATED, NO_RATE
from scrubber.rules.example import example
from scrubber.rules.form import HERE, Hit, Hits, Remedy, rule
from scrubber.rules.remedies import AddModifier
from scrubber.rules.scopes import Service

ELSEWHERE = frozenset({"02", "10"})
"""Telehealth: where the patient was says nothing of where the procedure can be done."""

TECHNICAL = ("1", "3", "4", "5")
"""PC/TC indicators of what a facility's own payment covers there: tests with a technical part, and work of staff."""


def _is_facility(service: Service) -> bool | None:
    """Whether the place is paid at the facility rate; None where that is not known, or says nothing."""
    place = service.release.places[service.place] if service.place and service.place not in ELSEWHERE else None
    return None if place is None else place.facility


@rule(
    "no-rate-in-facility",
    title="Procedure that is not paid to a physician in a facility",
    scope="line",
    family="fee-schedule-indicators",
    predicts=("CO", "5", "M77"),
    source="Fee schedule NA indicator, facility; Medicare Claims Processing Manual, chapter 13, section 20",
    likelihood=0.88,
    needs=(INDICATED, NO_RATE),
    professional_only=True,
    fires=(
        example("77012", dx="C79.51", place_of_service="22"),
        example("77012-TC", dx="C79.51", place_of_service="21"),
    ),
    passes=(
        example("77012", dx="C79.51"),
        example("77012-26", dx="C79.51", place_of_service="22"),
        example("17000", place_of_service="22"),
    ),
)
def no_rate_in_facility(service: Service) -> Hits:
    """NA in the facility column: the technical part is paid to the facility, and the physician bills 26 alone.

    A warning where the code has no technical part: the schedule then only says that it is hardly ever done there.
    """
    code, fees = service.code, service.code.fees
    if fees is None or not fees.na_facility or "26" in service.modifiers or not _is_facility(service):
        return None
    remedies: tuple[Remedy, ...] = ()
    if "26" in code.components and "TC" not in service.modifiers:
        title = f"Add 26 to {code.code} if the physician did the professional part only"
        remedies = (Remedy(title, (AddModifier(HERE, "26"),), "confirmation"),)
    return [
        Hit(
            "/place_of_service",
            f"{code.code} has no rate in a facility such as place of service {service.place}.",
            (),
            remedies,
            source=f"{service.release.label('fee-schedule')}: {code.code} facility NA, PC/TC indicator {fees.pctc}",
            severity=None if fees.pctc in TECHNICAL else "warn",
        )
    ]


@rule(
    "no-rate-outside-facility",
    title="Procedure that is hardly ever done outside a facility",
    scope="line",
    family="fee-schedule-indicators",
    predicts=("CO", "5", "M77"),
    source="Fee schedule NA indicator, non-facility",
    severity="warn",
    likelihood=0.3,
    needs=(INDICATED, NO_RATE),
    professional_only=True,
    fires=(example("G0412", dx="S32.301A"),),
    passes=(example("G0412", dx="S32.301A", place_of_service="21"), example("17000")),
)
def no_rate_outside_facility(service: Service) -> Hits:
    """NA in the non-facility column, and a place such as an office: the place is probably wrong."""
    code, fees = service.code, service.code.fees
    if fees is None or not fees.na_nonfacility or _is_facility(service) is not False:
        return None
    text = f"{code.code} is hardly ever done outside a facility; place of service {service.place} is probably wrong."
    return [
        Hit("/place_of_service", text, source=f"{service.release.label('fee-schedule')}: {code.code} non-facility NA")
    ]
