"""Several surgeons: assistants (80, 81, 82, AS), co-surgeons (62) and teams (66), by the fee schedule's indicators.

No fix is offered: without its modifier such a line would claim to be the surgeon's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from scrubber.contract import Prediction
from scrubber.reference.facts import Fees
from scrubber.reference.masks import INDICATED
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import ASSISTANT, MOD_FEE, Service

NOT_A_SURGERY = "9"
_NOT_APPLICABLE = Prediction("CO", "4", "N519")
SOURCE = "Fee schedule indicators for assistants, co- and team surgery; Medicare Claims Processing Manual, chapter 12, "


@dataclass(frozen=True, slots=True)
class Role:
    """Who helps, by which modifiers, and what the indicator in `field` of the fee schedule means for it."""

    who: str
    field: str
    modifiers: frozenset[str]
    never: str
    documented: str

    def indicator(self, fees: Fees) -> str:
        """What the fee schedule says of this role."""
        value: str = getattr(fees, self.field)
        return value


ROLES = (
    Role("an assistant at surgery", "assistant", ASSISTANT, never="1", documented="0"),
    Role("a second surgeon", "co_surgery", frozenset({"62"}), never="0", documented="1"),
    Role("a team of surgeons", "team", frozenset({"66"}), never="0", documented="1"),
)


def _billed(service: Service) -> Iterator[tuple[Role, str, str]]:
    """Each modifier of a role on the line, with the role and its indicator."""
    fees = service.code.fees
    if fees is not None:
        for role in ROLES:
            for modifier in service.modifiers:
                if modifier in role.modifiers:
                    yield role, modifier, role.indicator(fees)


def _hit(service: Service, role: Role, modifier: str, indicator: str, text: str) -> Hit:
    return Hit(
        f"/modifiers/{service.modifiers.index(modifier)}",
        text,
        detail=modifier,
        source=f"{service.release.label('fee-schedule')}: {service.code.code} "
        f"{role.field.replace('_', '-')} indicator {indicator}",
        predicts=_NOT_APPLICABLE if indicator == NOT_A_SURGERY else None,
    )


@rule(
    "surgeon-not-allowed",
    title="Assistant, co-surgeon or team where none is paid",
    scope="line",
    family="fee-schedule-indicators",
    predicts=("CO", "54"),
    source=SOURCE + "sections 20.4.3 and 40.8",
    likelihood=0.93,
    needs=(INDICATED, MOD_FEE),
    professional_only=True,
    fires=(example("17110-80", dx="B07.9"), example("57520-62", dx="N87.1"), example("57520-66", dx="N87.1")),
    passes=(example("57520", dx="N87.1"), example("G0412-62", dx="S32.301A", place_of_service="21")),
)
def surgeon_not_allowed(service: Service) -> Hits:
    """80, 81, 82 or AS with indicator 1, 62 or 66 with 0, and any of them with 9 (no surgery)."""
    code = service.code.code
    return [
        _hit(service, role, modifier, indicator, f"{modifier} does not go with {code}: {role.who} is not paid for it.")
        for role, modifier, indicator in _billed(service)
        if indicator in (role.never, NOT_A_SURGERY)
    ]


@rule(
    "surgeon-documentation",
    title="Assistant, co-surgeon or team that is paid on documentation only",
    scope="line",
    family="fee-schedule-indicators",
    predicts=("CO", "54", "N706"),
    source=SOURCE + "sections 20.4.3 and 40.8",
    severity="warn",
    likelihood=0.4,
    needs=(INDICATED, MOD_FEE),
    professional_only=True,
    fires=(example("G0341-80", dx="E10.9"), example("G0341-62", dx="E10.9")),
    passes=(example("G0412-80", dx="S32.301A", place_of_service="21"), example("G0341", dx="E10.9")),
)
def surgeon_documentation(service: Service) -> Hits:
    """80, 81, 82 or AS with indicator 0, 62 or 66 with 1: paid when the record shows why it was needed."""
    code = service.code.code
    return [
        _hit(service, role, modifier, indicator, f"{code} with {modifier}: {role.who} is paid if the record shows why.")
        for role, modifier, indicator in _billed(service)
        if indicator == role.documented
    ]
