"""What rules look at: a service, a line, a day, a claim. Built by the engine, read by the rules.

Each has a `mask`: bits that say what it holds (see `scrubber.reference.masks` for those of codes), by which rules are
chosen. The bits below are those that only a claim can tell.
"""

import datetime as dt
from typing import TYPE_CHECKING

from msgspec import Struct

from scrubber.contract import Claim, ServiceLine
from scrubber.contract.amounts import Units
from scrubber.contract.claim import Sex
from scrubber.policy import Policy
from scrubber.reference import Diagnosis, Pair, Procedure, Release

if TYPE_CHECKING:
    from scrubber.rules.form import Hit, Rule

MODIFIED = 1 << 40
"""A line carries at least one modifier."""
MOD_EM = 1 << 41
"""24, 25 or 57 on a line."""
MOD_REPEAT = 1 << 42
"""76, 77 or 91 on a line."""
MOD_DISTINCT = 1 << 43
"""59, XE, XP, XS or XU on a line."""
MOD_SIDE = 1 << 44
"""LT, RT or 50 on a line."""
SEVERAL = 1 << 45
"""A day has more than one line, or a claim more than one diagnosis."""
SAME_CODE = 1 << 46
"""A procedure stands on more than one line of a day."""
UNBALANCED = 1 << 47
"""The claim's charge is not the sum of its lines' charges."""
INCOMPLETE = 1 << 48
"""An element is absent that every claim or line must have."""
ODD_POINTER = 1 << 49
"""A line points at no diagnosis, at too many, or at one that is not there."""
ODD_DATE = 1 << 50
"""A date lies in the future, or a range runs backwards."""
LATE = 1 << 51
"""The claim may be past the payer's filing limit."""
ODD_CHARGE = 1 << 52
"""A line's charge is zero or less."""
SEVERAL_DAYS = 1 << 54
"""The lines of the claim have several dates of service."""
ON_FILE = 1 << 55
"""The claim says which documentation is on file."""
ODD_PLACE = 1 << 56
"""A place of service that is in no table."""
PAIRED = 1 << 57
"""Two procedures of the day stand in a live procedure-to-procedure edit."""
OVER_LIMIT = 1 << 59
"""A line alone has more units than its procedure's limit."""
EXCLUDED = 1 << 58
"""An Excludes1 note names the category of another diagnosis of the claim."""
ODD_NPI = 1 << 53
"""An NPI is missing or fails its check digit."""
MOD_FEE = 1 << 60
"""26, TC, 51, 62, 66, 80, 81, 82 or AS on a line: the fee schedule has an indicator for each."""

DISTINCT = frozenset({"59", "XE", "XP", "XS", "XU"})
REPEAT = frozenset({"76", "77", "91"})
EM_ONLY = frozenset({"24", "25", "57"})
ASSISTANT = frozenset({"80", "81", "82", "AS"})
EXCLUDED_BY_LAW = frozenset({"GY", "GX"})
"""On a line whose biller expects the denial."""
_INDICATED = ASSISTANT | {"26", "TC", "51", "62", "66"}
_FOR_USE = frozenset({"NU", "RR", "UE"})
"""Equipment that is sold new, rented, or sold used: only suppliers bill so."""
_AT_HOME = frozenset({"01", "04", "12", "13", "14", "33", "54", "55", "56", "65"})
"""Places where a patient uses what a supplier delivered."""
_SUPPLIES = frozenset("ABEJKLQV")
"""First letters of equipment, supplies, orthotics and drugs; ambulance services, A0, are none."""


class Service:
    """One line as a payer's edits see it alone: code, modifiers, units, place, days, at one release of the tables.

    Lines of different claims share one Service, and so do the results of the line rules (`hits`). `gap` numbers what
    the tables do not say of its code; see `scrubber.engine.coverage`. `supplied`: a supplier of equipment, orthotics or
    drugs bills it, and the tables for practitioners do not speak of it.
    """

    __slots__ = ("code", "days", "gap", "hits", "mask", "modifiers", "place", "release", "supplied", "units")

    def __init__(
        self,
        code: Procedure,
        modifiers: tuple[str, ...],
        units: Units | None,
        place: str | None,
        days: int,
        release: Release,
    ) -> None:
        self.code = code
        self.modifiers = modifiers
        self.units = units
        self.place = place
        self.days = days
        self.release = release
        complete = code.code and units is not None and units > 0 and place
        self.mask = code.mask | _modifier_mask(modifiers) | (0 if complete else INCOMPLETE)
        if place and release.places[place] is None:
            self.mask |= ODD_PLACE
        self.supplied = _is_supplied(code, modifiers, place)
        if code.mue is not None and units is not None and units > code.mue * days and not self.supplied:
            self.mask |= OVER_LIMIT
        self.hits: tuple[tuple[Rule, Hit], ...] = ()
        self.gap = 0


def _is_supplied(code: Procedure, modifiers: tuple[str, ...], place: str | None) -> bool:
    if code.kind != "hcpcs" or code.code[0] not in _SUPPLIES or code.code.startswith("A0"):
        return False
    return place in _AT_HOME or not _FOR_USE.isdisjoint(modifiers)


def _modifier_mask(modifiers: tuple[str, ...]) -> int:
    mask = MODIFIED if modifiers else 0
    for modifier in modifiers:
        if modifier in EM_ONLY:
            mask |= MOD_EM
        elif modifier in REPEAT:
            mask |= MOD_REPEAT
        elif modifier in DISTINCT:
            mask |= MOD_DISTINCT
        elif modifier in ("LT", "RT", "50"):
            mask |= MOD_SIDE
        elif modifier in _INDICATED:
            mask |= MOD_FEE
    return mask


class Line(Struct, eq=False, gc=False):
    """A service at its place on a claim: `index` from 0, charge in cents."""

    index: int
    on_claim: ServiceLine
    service: Service
    code: Procedure
    cents: int

    @property
    def number(self) -> int:
        """The line's number as the claim has it, else its place from 1."""
        return self.on_claim.line_number or self.index + 1

    def at(self, field: str = "") -> str:
        """JSON Pointer to this line, or to one of its fields."""
        return f"/service_lines/{self.index}/{field}" if field else f"/service_lines/{self.index}"


class Day(Struct, eq=False, gc=False):
    """The lines of one date of service, the `ordinal`-th of the claim from 0.

    `pairs` is filled by the first rule that asks for it.
    """

    date: dt.date
    release: Release
    ordinal: int
    lines: list[Line]
    codes: set[str]
    mask: int = 0
    pairs: list[tuple[Line, Line, Pair]] | None = None


class Case(Struct, eq=False, gc=False):
    """A claim with everything resolved: lines, days, diagnoses as of the first date of service.

    `sex` (F or M) and `birth_date` are the patient's; None when nobody said. `trace` holds, line by line, all that the
    claim's coverage depends on: day and release where they change, gap and line number.
    """

    claim: Claim
    policy: Policy
    as_of: dt.date
    lines: list[Line]
    days: dict[dt.date, Day]
    release: Release
    trace: list[int | None]
    mask: int = 0
    total: int = 0
    sex: Sex | None = None
    birth_date: dt.date | None = None
    diagnoses: tuple[Diagnosis, ...] = ()

    @property
    def tomorrow(self) -> dt.date:
        """The last date that can be today somewhere: `as_of` is a date in UTC."""
        return self.as_of + dt.timedelta(days=1) if self.as_of < dt.date.max else self.as_of

    def pointed(self, line: Line) -> list[Diagnosis]:
        """The diagnoses a line points at, in its order; on an institutional claim, which has no pointers, all."""
        known = self.diagnoses
        if self.claim.claim_type == "institutional":
            return list(known)
        return [known[p - 1] for p in line.on_claim.diagnosis_pointers if 0 < p <= len(known)]
