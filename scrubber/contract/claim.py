"""The claim event: what a claims pipeline publishes, in the words of the 837 and the CMS-1500.

Only `claim_id`, `claim_type`, `payer` and `service_lines` must be there for a claim to be read at all. Everything else
that a payer requires may be absent: the rules then say so in a verdict, which helps a biller more than a dead letter.
Fields that this version does not know are ignored, so a producer may add some without asking.
"""

import datetime as dt
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from scrubber.contract.amounts import Amount

ClaimType = Literal["professional", "institutional"]
Sex = Literal["F", "M", "U"]
MAX_LINES = 50
MAX_DIAGNOSES = 12
MAX_POINTERS = 4
MAX_MODIFIERS = 4
MAX_LINE_NUMBER = 9999
MAX_TEXT = 200
"""Characters. The longest element of an 837 has 80; what is remembered between claims must not grow with a claim."""
MAX_NARRATIVE = 1000

_Short = Annotated[str, Meta(max_length=MAX_TEXT)]
_Narrative = Annotated[str, Meta(max_length=MAX_NARRATIVE)]
Text = _Short | None
Added = _Short | UnsetType | None
"""A text that is left out of the encoded claim when it was never given."""

_Number = Annotated[int, Meta(ge=0, le=MAX_LINE_NUMBER)]
_Codes = Annotated[tuple[_Short, ...], Meta(max_length=50)]
"""More than a claim may carry, so that too many become a finding and not a dead letter; bounded all the same."""


class Payer(Struct, frozen=True, gc=False):
    """Who is asked to pay. `policy` names the payer policy to scrub with; absent, the line of business decides."""

    id: _Short
    name: Text = None
    line_of_business: Text = None
    policy: Text = None


class Subscriber(Struct, frozen=True, gc=False):
    """The insured person (loop 2010BA)."""

    member_id: Text = None
    birth_date: dt.date | None = None
    sex: Sex | None = None
    first_name: Added = UNSET
    last_name: Added = UNSET


class Patient(Struct, frozen=True, gc=False):
    """The person treated (loop 2010CA, or the subscriber when `relationship_code` is 18)."""

    relationship_code: Text = None
    birth_date: dt.date | None = None
    sex: Sex | None = None
    account_number: Text = None
    first_name: Added = UNSET
    last_name: Added = UNSET
    death_date: dt.date | UnsetType | None = UNSET


class Provider(Struct, frozen=True, gc=False):
    """A billing, rendering or referring provider, or a service facility."""

    npi: Text = None
    taxonomy_code: Added = UNSET
    tax_id: Added = UNSET
    name: Added = UNSET


class ServiceLine(Struct, frozen=True, gc=False):
    """One service line (loop 2400). `charge` is the line's total: it is not multiplied by `units`."""

    procedure_code: Text = None
    line_number: _Number = 0
    modifiers: Annotated[tuple[_Short, ...], Meta(max_length=MAX_MODIFIERS)] = ()
    units: Amount | None = None
    charge: Amount | None = None
    service_date_from: dt.date | None = None
    service_date_to: dt.date | None = None
    diagnosis_pointers: Annotated[tuple[_Number, ...], Meta(max_length=50)] = ()
    place_of_service: Text = None
    ndc: Text = None
    revenue_code: Added = UNSET
    description: Added = UNSET
    """What was done, where the procedure code does not say it (SV101-7)."""


class Claim(Struct, frozen=True, gc=False):
    """One professional or institutional claim as it would go to the payer."""

    claim_id: Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
    claim_type: ClaimType
    payer: Payer
    service_lines: Annotated[tuple[ServiceLine, ...], Meta(max_length=MAX_LINES)]
    claim_frequency_code: _Short = "1"
    received_at: dt.datetime | None = None
    subscriber: Subscriber | None = None
    patient: Patient | None = None
    billing_provider: Provider | None = None
    rendering_provider: Provider | None = None
    referring_provider: Provider | None = None
    service_facility: Provider | None = None
    place_of_service: Text = None
    prior_authorization_number: Text = None
    clia_number: Text = None
    total_charge: Amount | None = None
    diagnoses: _Codes = ()
    documentation: Annotated[tuple[_Narrative, ...], Meta(max_length=200)] | None = None
    """Documentation elements on file: None when nobody said, a list when this is all there is."""
    original_reference_number: Added = UNSET
    """The payer's claim control number of the claim that a frequency 7 or 8 replaces or voids."""
    type_of_bill: Added = UNSET
    condition_codes: _Codes | UnsetType = UNSET
