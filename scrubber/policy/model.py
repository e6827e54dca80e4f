"""What a payer policy may say. A field that is None was not said: the edits that need it are then not checked.

The descriptions are the words of `docs/payer-policies.md` and of errors; the forms are in `scrubber.policy.forms`.
"""

import datetime as dt
from collections import defaultdict
from functools import cached_property
from typing import Annotated, Literal, TypeVar

from msgspec import Meta, Struct

from scrubber.contract import Severity
from scrubber.policy.forms import (
    Carc,
    Count,
    DiagnosisPrefix,
    Factor,
    Id,
    ModifierCode,
    Money,
    PlaceCode,
    ProcedureCode,
    Rarc,
    RuleId,
    Version,
    Words,
    Years,
)

AT_LEAST_ONE = Meta(min_length=1)
Codes = frozenset[ProcedureCode]
Source = Annotated[Words, Meta(description="Where the payer says so; findings cite it.")]
SomeCodes = Annotated[Codes, Meta(min_length=1, description="The procedures meant, at least one.")]


class Predicts(Struct, frozen=True, forbid_unknown_fields=True):
    """The denial this payer sends for a rule."""

    group: Annotated[Literal["CO", "OA", "PI", "PR"], Meta(description="Claim adjustment group.")]
    carc: Annotated[Carc, Meta(description="Claim adjustment reason code.")]
    rarc: Annotated[Rarc | None, Meta(description="Remittance advice remark code.")] = None


class Frequency(Struct, frozen=True, forbid_unknown_fields=True):
    """At most so many units of a procedure, within one claim."""

    code: Annotated[ProcedureCode, Meta(description="The procedure.")]
    units: Annotated[Count, Meta(description="Units paid at most.")]
    per: Annotated[Literal["day", "claim"], Meta(description="Units of one date of service, or of the whole claim.")]
    source: Source


class Telehealth(Struct, frozen=True, forbid_unknown_fields=True):
    """What this payer pays by telehealth (place of service 02 or 10; modifier 93, 95 or GT), and how it is billed."""

    procedures: Annotated[Codes, Meta(description="Everything this payer pays by telehealth.")]
    source: Source
    modifiers: Annotated[
        Annotated[frozenset[ModifierCode], AT_LEAST_ONE] | None,
        Meta(description="A line at place 02 or 10 must carry one of these. Unsaid: needs none."),
    ] = None
    places: Annotated[
        Annotated[frozenset[PlaceCode], AT_LEAST_ONE] | None,
        Meta(description="A line with 93, 95 or GT must be at one of these. Unsaid: any place."),
    ] = None


class Unlisted(Struct, frozen=True, forbid_unknown_fields=True):
    """Unlisted procedures and category III codes, which a payer cannot price or approve by their code alone."""

    procedures: Annotated[Codes, Meta(description="Codes that want a description on their line.")]
    source: Source
    category_3: Annotated[
        bool, Meta(description="Whether every category III code (four digits and T) counts as listed.")
    ] = False
    authorization: Annotated[
        bool, Meta(description="Whether such a claim wants a prior authorization number as well.")
    ] = False


class Procedures(Struct, frozen=True, forbid_unknown_fields=True):
    """Procedures to which an edit applies."""

    procedures: Annotated[Codes, Meta(description="All the procedures meant; none if empty.")]
    source: Source


class Clia(Struct, frozen=True, forbid_unknown_fields=True):
    """Laboratory tests under the Clinical Laboratory Improvement Amendments."""

    source: Source
    number: Annotated[Codes, Meta(description="Tests that want a CLIA number on the claim.")] = frozenset()
    waived: Annotated[Codes, Meta(description="Waived tests that want QW on their line.")] = frozenset()


class ChargeOutliers(Struct, frozen=True, forbid_unknown_fields=True):
    """How far a line's charge may lie from what is usual: `amounts`, else the fee schedule, times the units."""

    source: Source
    below: Annotated[Factor | None, Meta(description="A charge below this many times the usual one is told.")] = None
    above: Annotated[Factor | None, Meta(description="A charge above this many times the usual one is told.")] = None
    amounts: Annotated[
        dict[ProcedureCode, Money],
        Meta(description="Usual charge for one unit, by procedure. Others: RVU total x conversion factor."),
    ] = {}

    def __post_init__(self) -> None:
        """ValueError where the two factors leave no room, or neither is said."""
        if self.below is None and self.above is None:
            raise ValueError("must say below, above or both")
        if self.below is not None and self.above is not None and self.below >= self.above:
            raise ValueError("below must be less than above")


class Age(Struct, frozen=True, forbid_unknown_fields=True):
    """Ages at which procedures are paid, in years completed on the date of service; several rows add up."""

    procedures: SomeCodes
    source: Source
    from_age: Annotated[Years | None, Meta(description="Youngest age. Unsaid: from birth.")] = None
    to_age: Annotated[Years | None, Meta(description="Oldest age, included. Unsaid: no limit.")] = None

    def __post_init__(self) -> None:
        """ValueError where no age fits, or none is said."""
        if self.from_age is None and self.to_age is None:
            raise ValueError("must say from_age, to_age or both")
        if self.from_age is not None and self.to_age is not None and self.from_age > self.to_age:
            raise ValueError("from_age must not be above to_age")

    def fits(self, years: int) -> bool:
        """Whether a patient of so many years is within the ages."""
        return (self.from_age or 0) <= years and (self.to_age is None or years <= self.to_age)


class Sex(Struct, frozen=True, forbid_unknown_fields=True):
    """Procedures that this payer pays for one sex only."""

    procedures: SomeCodes
    sex: Annotated[Literal["F", "M"], Meta(description="The only sex.")]
    source: Source
    severity: Annotated[Severity | None, Meta(description="Unsaid: that of the rule procedure-sex.")] = None


class Necessity(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """A coverage determination: diagnoses any of which supports procedures. Rows in force together add up."""

    procedures: SomeCodes
    diagnoses: Annotated[
        tuple[DiagnosisPrefix, ...],
        Meta(min_length=1, description="Codes, or their beginnings, with or without dot; any one is enough."),
    ]
    source: Source
    effective: Annotated[dt.date | None, Meta(description="First date of service. Unsaid: always.")] = None
    ended: Annotated[dt.date | None, Meta(description="Last date of service. Unsaid: still in force.")] = None

    def __post_init__(self) -> None:
        """ValueError where no date is left."""
        if self.effective is not None and self.ended is not None and self.ended < self.effective:
            raise ValueError("ended must not be before effective")

    @cached_property
    def prefixes(self) -> tuple[str, ...]:
        """The diagnoses without dots."""
        return tuple(prefix.replace(".", "") for prefix in self.diagnoses)

    def in_force(self, date: dt.date) -> bool:
        """Whether the row holds for a date of service."""
        return (self.effective is None or self.effective <= date) and (self.ended is None or date <= self.ended)


class Documentation(Struct, frozen=True, forbid_unknown_fields=True):
    """What a record has to show for procedures, for claims that list the documentation on file."""

    procedures: SomeCodes
    elements: Annotated[
        tuple[Words, ...],
        Meta(min_length=1, description="The elements, as claims name them; case and punctuation do not matter."),
    ]
    source: Source


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
