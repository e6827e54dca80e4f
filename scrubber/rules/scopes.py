"""What rules look at: a service, a line, a day, a claim. Built by the engine, read by the rules.

Each has a `mask`: bits that say what it holds (see `scrubber.reference.masks` for those of codes), by which rules are
chosen. The bits below are those that only a claim can tell.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scrubber.contract import Claim, ServiceLine
    from scrubber.contract.amounts import Units
    from scrubber.policy import Policy
    from scrubber.reference import Diagnosis, Pair, Procedure, Release
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
ODD_NPI = 1 << 53
"""An NPI is missing or fails its check digit."""

DISTINCT = frozenset({"59", "XE", "XP", "XS", "XU"})
REPEAT = frozenset({"76", "77", "91"})
EM_ONLY = frozenset({"24", "25", "57"})


Gap = tuple[tuple[str, str], ...]
"""(Family, reason) for each family whose table says nothing of a code."""


class Service:
    """One line as a payer's edits see it alone: code, modifiers, units, place, days, at one release of the tables.

    Lines of different claims share one Service, and so do the results of the line rules (`hits`).
    """

    __slots__ = ("code", "days", "gap", "hits", "mask", "modifiers", "place", "release", "units")

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
        self.hits: tuple[tuple[Rule, Hit], ...] = ()
        self.gap: Gap = ()


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
    return mask


class Line:
    """A service at its place on a claim: `index` from 0, `number` as the claim numbers it, charge in cents."""

    __slots__ = ("cents", "code", "index", "number", "on_claim", "service")

    def __init__(self, index: int, on_claim: ServiceLine, service: Service, cents: int) -> None:
        self.index = index
        self.number = on_claim.line_number or index + 1
        self.on_claim = on_claim
        self.service = service
        self.code = service.code
        self.cents = cents

    def at(self, field: str = "") -> str:
        """JSON Pointer to this line, or to one of its fields."""
        return f"/service_lines/{self.index}/{field}" if field else f"/service_lines/{self.index}"


class Day:
    """The lines of one date of service."""

    __slots__ = ("codes", "date", "lines", "mask", "pairs", "release")

    def __init__(self, date: dt.date, release: Release) -> None:
        self.date = date
        self.release = release
        self.lines: list[Line] = []
        self.codes: set[str] = set()
        self.mask = 0
        self.pairs: list[tuple[Line, Line, Pair]] | None = None


class Case:
    """A claim with everything resolved: lines, days, diagnoses as of the first date of service."""

    __slots__ = ("as_of", "claim", "days", "diagnoses", "lines", "mask", "policy", "release", "total")

    def __init__(self, claim: Claim, policy: Policy, as_of: dt.date) -> None:
        self.claim = claim
        self.policy = policy
        self.as_of = as_of
        self.lines: list[Line] = []
        self.days: dict[dt.date, Day] = {}
        self.diagnoses: tuple[Diagnosis, ...] = ()
        self.mask = 0
        self.total = 0
        self.release: Release

    @property
    def tomorrow(self) -> dt.date:
        """The last date that can be today somewhere: `as_of` is a date in UTC."""
        return self.as_of + dt.timedelta(days=1) if self.as_of < dt.date.max else self.as_of

    @property
    def sex(self) -> str | None:
        """The patient's sex, F or M; None when nobody said which."""
        sex = self._of_patient("sex")
        return None if sex == "U" else sex

    @property
    def birth_date(self) -> dt.date | None:
        """The patient's date of birth."""
        born: dt.date | None = self._of_patient("birth_date")
        return born

    def _of_patient(self, field: str) -> Any:  # noqa: ANN401  whatever the field holds
        """A fact of the patient: the subscriber's only where both are one person."""
        patient, subscriber = self.claim.patient, self.claim.subscriber
        own = getattr(patient, field) if patient is not None else None
        if own is not None or subscriber is None:
            return own
        return getattr(subscriber, field) if patient is None or patient.relationship_code in (None, "18") else None

    def pointed(self, line: Line) -> list[Diagnosis]:
        """The diagnoses a line points at, in its order; on an institutional claim, which has no pointers, all."""
        known = self.diagnoses
        if self.claim.claim_type == "institutional":
            return list(known)
        return [known[p - 1] for p in line.on_claim.diagnosis_pointers if 0 < p <= len(known)]
