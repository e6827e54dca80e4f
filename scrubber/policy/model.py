"""What a payer policy may say. A field that is None was not said: the edits that need it are then not checked."""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta, Struct

from scrubber.contract import Claim, Severity


class Predicts(Struct, frozen=True, forbid_unknown_fields=True):
    """The denial this payer would send for a rule: group, CARC, RARC."""

    group: Literal["CO", "OA", "PI", "PR"]
    carc: str
    rarc: str | None = None


class Frequency(Struct, frozen=True, forbid_unknown_fields=True):
    """At most `units` of a procedure per day or per claim, in this payer's words at `source`."""

    code: str
    units: Annotated[int, Meta(ge=1)]
    per: Literal["day", "claim"]
    source: str


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """One payer's policy, as a TOML file in `reference_data/payers/` says it.

    `extends` names the policy it starts from; tables are merged key by key, other fields replaced.
    """

    id: str
    title: str
    version: str
    extends: str | None = None
    lines_of_business: tuple[str, ...] = ()
    """Lines of business whose claims get this policy when they name none."""
    severity: dict[str, Severity | Literal["off"]] = {}
    """Rule id -> severity for this payer; 'off' leaves the rule out."""
    predicts: dict[str, Predicts] = {}
    """Rule id -> the denial this payer sends."""
    filing_limit_months: Annotated[int, Meta(ge=1)] | None = None
    filing_limit_source: str | None = None
    tracking_code_charges: tuple[str, ...] | None = None
    """Charges this payer wants on a category II code; the first one is suggested."""
    tracking_code_source: str | None = None
    prior_authorization: tuple[str, ...] | None = None
    """Procedures that need a prior authorization number."""
    prior_authorization_source: str | None = None
    frequency: tuple[Frequency, ...] | None = None
    digest: str = ""
    """Filled in when loaded: of this file and those it extends."""

    def is_silent_on(self, field: str) -> bool:
        """Whether the policy leaves a field unsaid."""
        return getattr(self, field) is None

    @property
    def label(self) -> str:
        """Id and digest, as a verdict shows them."""
        return f"{self.id}@{self.digest}"


class Policies:
    """The loaded policies, and which one a claim gets."""

    def __init__(self, policies: dict[str, Policy]) -> None:
        self._by_id = policies
        self._by_line = {line.casefold(): policy for policy in policies.values() for line in policy.lines_of_business}
        self.default = policies["default"]

    def __iter__(self) -> Iterator[Policy]:
        return iter(self._by_id.values())

    def of(self, claim: Claim) -> Policy:
        """The policy a claim names, else its line of business's, else the default one."""
        payer = claim.payer
        if payer.policy is not None:
            return self._by_id.get(payer.policy, self.default)
        return self._by_line.get((payer.line_of_business or "").casefold(), self.default)

    def knows(self, claim: Claim) -> bool:
        """Whether the policy a claim names (if it names one) is loaded."""
        return claim.payer.policy is None or claim.payer.policy in self._by_id
