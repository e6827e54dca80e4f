"""What a payer policy may say. A field that is None was not said: the edits that need it are then not checked.

The descriptions are the words of `docs/payer-policies.md`; the forms of values are in `scrubber.policy.forms`.
"""

from collections import defaultdict
from functools import cached_property
from typing import Annotated, Literal, TypeVar

from msgspec import Meta, Struct

from scrubber.contract import Severity
from scrubber.policy.forms import Count, Id, Money, RuleId, Version, Words
from scrubber.policy.parts import (
    AT_LEAST_ONE,
    Age,
    ChargeOutliers,
    Clia,
    Codes,
    Documentation,
    Frequency,
    Necessity,
    Predicts,
    Procedures,
    Sex,
    Telehealth,
    Unlisted,
)

Row = TypeVar("Row", Age, Sex, Necessity, Documentation)


class Policy(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One payer's policy, with what it inherits. See `docs/payer-policies.md`."""

    id: Annotated[Id, Meta(description="The name of the file without `.toml`; claims name it in `payer.policy`.")]
    title: Annotated[Words, Meta(description="The payer's name, as people read it.")]
    version: Annotated[Version, Meta(description="Version of the policy; verdicts show it.")]
    extends: Annotated[Id | None, Meta(description="The policy that this one starts from.")] = None
    lines_of_business: Annotated[
        tuple[Words, ...],
        Meta(description="Lines of business whose claims get this policy when they name none. Never inherited."),
    ] = ()
    severity: Annotated[
        dict[RuleId, Severity | Literal["off"]],
        Meta(description="Rule id -> severity for this payer; `off` leaves the rule out. Inherited key by key."),
    ] = {}
    predicts: Annotated[
        dict[RuleId, Predicts], Meta(description="Rule id -> the denial this payer sends. Inherited key by key.")
    ] = {}
    filing_limit_months: Annotated[
        Count | None, Meta(description="Months from the date of service within which a claim must be filed.")
    ] = None
    filing_limit_source: Annotated[Words | None, Meta(description="Where the payer says so.")] = None
    tracking_code_charges: Annotated[
        Annotated[tuple[Money, ...], AT_LEAST_ONE] | None,
        Meta(description="Charges wanted on a category II code; the first one is suggested."),
    ] = None
    tracking_code_source: Annotated[Words | None, Meta(description="Where the payer says so.")] = None
    prior_authorization: Annotated[
        Codes | None, Meta(description="All procedures that need a prior authorization number.")
    ] = None
    prior_authorization_source: Annotated[Words | None, Meta(description="Where the payer says so.")] = None
    frequency: Annotated[tuple[Frequency, ...] | None, Meta(description="All limits on units within one claim.")] = None
    telehealth: Annotated[Telehealth | None, Meta(description="What is paid by telehealth, and how.")] = None
    unlisted: Annotated[Unlisted | None, Meta(description="Codes that want a description or an authorization.")] = None
    referring_provider: Annotated[
        Procedures | None, Meta(description="All procedures that want a referring provider.")
    ] = None
    clia: Annotated[Clia | None, Meta(description="Tests that want a CLIA number or QW.")] = None
    ndc: Annotated[Procedures | None, Meta(description="All procedures that want a national drug code.")] = None
    charge_outliers: Annotated[ChargeOutliers | None, Meta(description="How far a charge may be from usual.")] = None
    age: Annotated[tuple[Age, ...] | None, Meta(description="All limits of age.")] = None
    sex: Annotated[
        tuple[Sex, ...] | None,
        Meta(description="Procedures of one sex, in place of the sex table's rows for them."),
    ] = None
    necessity: Annotated[
        tuple[Necessity, ...] | None,
        Meta(description="Coverage determinations, in place of the necessity table's rows for their procedures."),
    ] = None
    documentation: Annotated[
        tuple[Documentation, ...] | None,
        Meta(description="Elements of records, beside those of the documentation table."),
    ] = None
    digest: str = ""
    """Filled in when loaded: of this file and those it extends. No file may say it."""

    def is_silent_on(self, field: str) -> bool:
        """Whether the policy leaves a field unsaid."""
        return getattr(self, field) is None

    def cites(self, source: str | None) -> str | None:
        """A source within this policy, as a finding cites it."""
        return f"{self.title} policy {self.version}: {source}" if source else None

    @property
    def label(self) -> str:
        """Id, version and digest, as a verdict shows them: medicare@2026.1+0a1b2c3d4e5f."""
        return f"{self.id}@{self.version}+{self.digest}"

    @cached_property
    def ages(self) -> dict[str, tuple[Age, ...]]:
        """Limits of age by procedure."""
        return _by_procedure(self.age)

    @cached_property
    def sexes(self) -> dict[str, Sex]:
        """The one sex of a procedure; of several rows the last."""
        return {code: rows[-1] for code, rows in _by_procedure(self.sex).items()}

    @cached_property
    def determinations(self) -> dict[str, tuple[Necessity, ...]]:
        """Coverage determinations by procedure, whatever their dates."""
        return _by_procedure(self.necessity)

    @cached_property
    def elements(self) -> dict[str, tuple[Documentation, ...]]:
        """Elements of the record by procedure."""
        return _by_procedure(self.documentation)


def _by_procedure(rows: tuple[Row, ...] | None) -> dict[str, tuple[Row, ...]]:
    found: defaultdict[str, tuple[Row, ...]] = defaultdict(tuple)
    for row in rows or ():
        for code in row.procedures:
            found[code] += (row,)
    return dict(found)
