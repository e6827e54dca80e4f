"""The tables within a payer policy, each with what its fields mean; their forms are in `scrubber.policy.forms`."""

import datetime as dt
from functools import cached_property
from typing import Annotated, Literal

from msgspec import Meta, Struct

from scrubber.contract import Severity
from scrubber.policy.forms import (
    Carc,
    Count,
    DiagnosisPrefix,
    Factor,
    ModifierCode,
    Money,
    PlaceCode,
    ProcedureCode,
    Rarc,
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
