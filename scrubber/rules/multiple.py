"""51: several procedures in one session, by the fee schedule's multiple-procedure indicator."""

from scrubber.reference.masks import INDICATED
from scrubber.rules.example import example
from scrubber.rules.form import HERE, Hit, Hits, Remedy, rule
from scrubber.rules.remedies import DropModifier
from scrubber.rules.scopes import MOD_FEE, Service

SEVERAL_PROCEDURES = "51"
EXEMPT = ("0", "9")
"""No reduction, so nothing for 51 to say. From 1 to 7 there is one, and 51 does no harm."""


@rule(
    "multiple-modifier",
    title="51 on an add-on code, or on one exempt from the multiple-procedure reduction",
    scope="line",
    family="fee-schedule-indicators",
    predicts=("CO", "4", "N519"),
    source="Fee schedule multiple-procedure indicator; Medicare Claims Processing Manual, chapter 12, section 40.6",
    likelihood=0.6,
    needs=(INDICATED, MOD_FEE),
    professional_only=True,
    fires=(example("17000", "17003-51x2"), example("99213-51")),
    passes=(example("17110", "11102-51-59", dx="B07.9"),),
)
def multiple_modifier(service: Service) -> Hits:
    """51 on a code with global days ZZZ (an add-on), or with the multiple-procedure indicator 0 or 9."""
    code, fees = service.code, service.code.fees
    if SEVERAL_PROCEDURES not in service.modifiers or fees is None:
        return None
    if fees.global_days == "ZZZ":
        why = "it is an add-on code"
    elif fees.multiple in EXEMPT:
        why = "no reduction for several procedures applies to it"
    else:
        return None
    label = service.release.label("fee-schedule")
    return [
        Hit(
            f"/modifiers/{service.modifiers.index(SEVERAL_PROCEDURES)}",
            f"51 does not go with {code.code}: {why}.",
            (),
            (Remedy(f"Drop 51 from {code.code}", (DropModifier(HERE, SEVERAL_PROCEDURES),), "none"),),
            source=f"{label}: {code.code} multiple-procedure indicator {fees.multiple}, global {fees.global_days}",
        )
    ]
