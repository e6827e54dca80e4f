"""26 and TC: the professional and the technical part of a procedure, by the fee schedule's PC/TC indicator."""

from scrubber.reference import Procedure
from scrubber.reference.masks import INDICATED
from scrubber.rules.example import example
from scrubber.rules.form import HERE, Hit, Hits, Remedy, rule
from scrubber.rules.remedies import DropModifier
from scrubber.rules.scopes import MOD_FEE, Service

WHY = {
    "0": "is a physician's service, not divided into parts",
    "2": "is the professional part by itself",
    "3": "is the technical part by itself",
    "4": "is the whole of a test whose parts have codes of their own",
    "5": "is work of the physician's staff, not divided into parts",
    "6": "is a physician's reading of a laboratory test and has no technical part",
    "7": "is a therapist's service, not divided into parts",
    "8": "is a physician's reading of a laboratory test and has no technical part",
    "9": "is not divided into parts",
}
"""PC/TC indicator -> why a part cannot be billed. 1, a test of two parts, has both."""

TAKES_26 = frozenset({"1", "6", "8"})
TAKES_TC = frozenset({"1"})

SAYS_NOTHING_MORE = {("0", "26"), ("2", "26"), ("3", "TC")}
"""Indicator and modifier: the code alone means the same as with the modifier."""


def takes(code: Procedure, modifier: str) -> bool:
    """Whether the fee schedule leaves 26 or TC open on a code that has a row there."""
    if code.fees is None or not code.fees.pctc or modifier in code.components:
        return True
    return code.fees.pctc in (TAKES_26 if modifier == "26" else TAKES_TC)


@rule(
    "component-modifier",
    title="26 or TC on a code that has no such part",
    scope="line",
    family="fee-schedule-indicators",
    predicts=("CO", "4", "N519"),
    source="Fee schedule PC/TC indicator",
    likelihood=0.92,
    needs=(INDICATED, MOD_FEE),
    professional_only=True,
    fires=(example("17000-26"), example("99213-TC")),
    passes=(example("77012-26", dx="C79.51"), example("77012-TC", dx="C79.51"), example("76940-26", dx="C79.51")),
)
def component_modifier(service: Service) -> Hits:
    """26 or TC on a code that the fee schedule does not divide, or that is one of the two parts already.

    Where the modifier says nothing that the code does not say, it can go; otherwise another code is wanted, which the
    tables do not name.
    """
    code, fees = service.code, service.code.fees
    if fees is None:
        return None
    return [
        Hit(
            f"/modifiers/{service.modifiers.index(modifier)}",
            f"{modifier} does not go with {code.code}: it {WHY.get(fees.pctc, WHY['9'])}.",
            (),
            (Remedy(f"Drop {modifier} from {code.code}", (DropModifier(HERE, modifier),), "confirmation"),)
            if (fees.pctc, modifier) in SAYS_NOTHING_MORE
            else (),
            detail=modifier,
            source=f"{service.release.label('fee-schedule')}: {code.code} PC/TC indicator {fees.pctc}",
        )
        for modifier in ("26", "TC")
        if modifier in service.modifiers and not takes(code, modifier)
    ]
