"""What is published: claim `C-<partition>-<sequence>`, of a shape and with a timestamp that these two numbers decide.

So nobody has to remember a million claims: who knows the numbers can make the record again, byte for byte.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple

from scrubber.contract.cloudevents import Headers
from tests.claims import claim

Role = str
"""Where the answer has to go: a disposition or `dead-letter`."""

MAX_CLAIM_BYTES: Final = 8192
"""What the workers of these tests are told (`max_claim_bytes`), so that a claim too large for them is quickly sent."""
_NAME: Final = "@NAME@"
# In the past of every machine's clock: a broker refuses what lies more than an hour ahead.
_FIRST_DAY: Final = dt.datetime(2025, 7, 1, 12, tzinfo=dt.UTC)
_DAY_MS: Final = 86_400_000


class Published(NamedTuple):
    """One record. `timestamp`: milliseconds since 1970; None: the time of sending."""

    value: bytes | None
    headers: Headers
    timestamp: int | None


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of record. `role`: where its answer goes, told by hand; `reason`: of a dead letter."""

    name: str
    role: Role
    head: bytes | None
    tail: bytes = b""
    reason: str = ""
    headers: tuple[tuple[str, bytes], ...] = ()
    days: range | None = None
    """Days after `_FIRST_DAY` on which claims of this shape are sent; None: the time of sending."""
    stamp: int | None = None
    """Timestamp in place of a day's, such as -1 for none."""

    def record(self, name: bytes, sequence: int) -> Published:
        """The record of this shape for the claim id `name`."""
        value = None if self.head is None else self.head + name + self.tail
        when = self.stamp if self.days is None or self.stamp else _noon(self.days[sequence % len(self.days)])
        return Published(value, list(self.headers), when)


def claim_id(partition: int, sequence: int) -> str:
    """The claim's id, and its key."""
    return f"C-{partition}-{sequence}"


def claim_values_in(text: str) -> set[str]:
    """Which values of these claims, their ids among them, stand in a text that may hold none."""
    return set(_VALUES.findall(text))


def _noon(days: int) -> int:
    return int(_FIRST_DAY.timestamp() * 1000) + days * _DAY_MS


def _undated(made: dict[str, Any]) -> None:
    """A service of 17 June 2025 and no day of receipt: the day of the record decides whether it is filed in time."""
    del made["received_at"]
    for line in made["service_lines"]:
        line["service_date_from"] = line["service_date_to"] = "2025-06-17"


def _shape(
    name: str,
    role: Role,
    change: Callable[[dict[str, Any]], object] = bool,
    *,
    units: int = 1,
    reason: str = "",
    days: range | None = None,
    headers: tuple[tuple[str, bytes], ...] = (),
) -> Shape:
    made = claim(_NAME, units=units)
    change(made)
    head, tail = json.dumps(made).encode().split(_NAME.encode())
    return Shape(name, role, head, tail, reason, headers, days)


PASSES: Final = _shape("passes", "pass")
FIX: Final = _shape("fix", "fix-suggestion", units=3)
DENIAL: Final = _shape("denial", "denial-risk", lambda made: made.update(total_charge="1.00"))
# Medicare takes a claim for a year.
IN_TIME: Final = _shape("in-time", "pass", _undated, days=range(200))
LATE: Final = _shape("late", "denial-risk", _undated, days=range(355, 385))
POISON: Final = (
    Shape("text", "dead-letter", b"this is no claim: ", reason="not-json"),
    Shape("null", "dead-letter", None, reason="empty"),
    _shape("incomplete", "dead-letter", lambda made: made.pop("payer"), reason="missing-field"),
    _shape("foreign", "dead-letter", reason="unknown-content-type", headers=(("content-type", b"application/xml"),)),
    _shape(
        "too-large", "dead-letter", lambda made: made.update(documentation="x" * MAX_CLAIM_BYTES), reason="too-large"
    ),
)


@cache
def ill(account: str, reason: str) -> Shape:
    """A claim of the patient account that a sick rule falls ill of; see sick_rules.py."""
    return _shape(account.lower(), "dead-letter", lambda made: made["patient"].update(account_number=account),
                  reason=reason)  # fmt: skip


_CLAIM: Final = claim()
_VALUES: Final = re.compile("|".join([
    r"\bC-\d+-\d+\b", _CLAIM["subscriber"]["member_id"], _CLAIM["patient"]["account_number"],
    _CLAIM["patient"]["birth_date"], _CLAIM["billing_provider"]["npi"], "this is no claim",
]))  # fmt: skip

# Of a hundred claims 70 pass, 10 get a fix suggested, 8 are at risk, 7 do not say when they came, 5 are poison.
_MIX: Final[tuple[Shape, ...]] = (*[PASSES] * 70, *[FIX] * 10, *[DENIAL] * 8, *[IN_TIME] * 4, *[LATE] * 3, *POISON)
_STEP: Final = 37
"""Has no divisor in common with a hundred, so that the kinds come mixed."""


def mixed(partition: int, sequence: int) -> Shape:
    """The usual mixture."""
    return _MIX[(sequence * _STEP + partition * 11) % len(_MIX)]


Choose = Callable[[int, int], Shape]
"""Partition and sequence to shape: what a test publishes."""


def counted(choose: Choose, published: Mapping[int, int]) -> dict[str, int]:
    """How many records of each shape there are in what was published. For the report."""
    found: dict[str, int] = {}
    for partition, count in published.items():
        for sequence in range(min(count, len(_MIX))):
            name = choose(partition, sequence).name
            found[name] = found.get(name, 0) + 1
    return found
