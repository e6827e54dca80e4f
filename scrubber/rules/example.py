"""Invented claims in one line: the examples beside the rules, the tests and the demo all speak this notation.

A line is ``CODE[-MODIFIER...][xUNITS][@CHARGE][#POINTERS][/DATE]``: ``99213-25``, ``17000x3``, ``3753F@0.00``,
``17003x2@90.00#1,2``. A unit costs 75.00 unless a charge is given; a line points at the first four diagnoses unless it
says otherwise.
"""

import datetime as dt
import re
from typing import Any

import msgspec

from scrubber.contract import CENTS, UNITS, Claim, money

DAY = dt.date(2026, 9, 15)
"""Date of service of every example that names none."""

NPI = "1234567893"
"""The NPI that CMS uses in its own description of the check digit."""

_LINE = re.compile(
    r"(?P<code>[A-Z0-9]+)(?P<modifiers>(-[A-Z0-9]{2})*)(x(?P<units>[0-9.]+))?(@(?P<charge>-?[0-9.]+))?"
    r"(#(?P<pointers>[0-9,]+))?(/(?P<date>[0-9-]+))?"
)
_UNIT_CENTS = 7500


class Example(msgspec.Struct, frozen=True):
    """An invented claim: its lines in the notation above, its diagnoses, and what differs from the usual one.

    The usual claim: professional, Medicare, place of service 11, a woman born 1960-02-11, received three days later.
    `policy` replaces fields of the payer's policy, `changes` top-level fields of the claim event.
    """

    lines: tuple[str, ...]
    dx: tuple[str, ...] = ("L57.0",)
    date: dt.date = DAY
    sex: str = "F"
    payer: str = "medicare"
    policy: dict[str, Any] = {}
    changes: dict[str, Any] = {}

    def event(self, claim_id: str = "EXAMPLE-1") -> dict[str, Any]:
        """The claim event as JSON-like data."""
        lines = [self._line(number, text) for number, text in enumerate(self.lines, 1)]
        person = {"birth_date": "1960-02-11", "sex": self.sex}
        provider = {"npi": NPI, "taxonomy_code": "207N00000X"}
        return {
            "claim_id": claim_id,
            "claim_type": "professional",
            "claim_frequency_code": "1",
            "received_at": f"{self.date + dt.timedelta(days=3)}T14:00:00Z",
            "payer": {"id": f"TEST-{self.payer.upper()}", "policy": self.payer},
            "subscriber": {"member_id": "TEST0000001", **person},
            "patient": {"relationship_code": "18", "account_number": "ACCT-1", **person},
            "billing_provider": provider | {"tax_id": "000000000"},
            "rendering_provider": provider,
            "place_of_service": "11",
            "total_charge": money(sum(CENTS[line["charge"]] for line in lines)),
            "diagnoses": list(self.dx),
            "service_lines": lines,
            "documentation": None,
        } | self.changes

    def claim(self, claim_id: str = "EXAMPLE-1") -> Claim:
        """The claim event, decoded."""
        return msgspec.convert(self.event(claim_id), Claim)

    def _line(self, number: int, text: str) -> dict[str, Any]:
        found = _LINE.fullmatch(text)
        if found is None:
            message = f"not a line: {text!r}; write CODE[-MODIFIER...][xUNITS][@CHARGE][#POINTERS][/DATE]"
            raise ValueError(message)
        units = UNITS[found["units"] or "1"]
        pointers = found["pointers"].split(",") if found["pointers"] else range(1, min(len(self.dx), 4) + 1)
        day = found["date"] or str(self.date)
        return {
            "line_number": number,
            "procedure_code": found["code"],
            "modifiers": found["modifiers"].split("-")[1:],
            "units": units if isinstance(units, int) else str(units),
            "charge": found["charge"] or money(int(units * _UNIT_CENTS)),
            "service_date_from": day,
            "service_date_to": day,
            "diagnosis_pointers": [int(p) for p in pointers],
        }


def example(
    *lines: str,
    dx: str = "L57.0",
    date: str = str(DAY),
    sex: str = "F",
    payer: str = "medicare",
    policy: dict[str, Any] | None = None,
    **changes: Any,  # noqa: ANN401  whatever a claim event may hold
) -> Example:
    """An Example; `dx` holds the diagnoses separated by blanks."""
    return Example(lines, tuple(dx.split()), dt.date.fromisoformat(date), sex, payer, policy or {}, changes)
