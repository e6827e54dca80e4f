"""Claims to start from, and other claims made of them: what a mutation of bytes would take ages to find."""

import copy
import datetime as dt
import os
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

from scrubber.engine import Engine, load_engine
from scrubber.engine.examples import with_fields
from scrubber.policy import Policies, Policy
from scrubber.reference.bundle.imported import ImportedTables
from scrubber.reference.importing import Job, run
from scrubber.rules import RULES
from tests.bench.tables import FILES, VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable

AS_OF: Final = dt.date(2026, 9, 18)
MARK: Final = "JOHN Q PATIENT"
"""Free text that no finding may repeat."""
_BUNDLE: Final = Path(__file__).parents[2] / "build" / "fuzz" / "reference.bundle"


def full_tables() -> Path | None:
    """CMS's files at full size as a bundle, made once; None where no variable names them."""
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    if not _BUNDLE.exists():
        for name in FILES:
            kind = "ptp-practitioner" if name.startswith("ptp/") else None
            run(Job([Path(named) / name], kind=kind), _BUNDLE)
    return _BUNDLE


def engine_and_events(bundle: Path | None = None) -> tuple[Engine, list[dict[str, Any]]]:
    """An engine over what ships and `bundle`, and the examples of all rules.

    The policies that examples ask for are payers of the engine's.
    """
    plain = load_engine(reference_bundle=bundle)
    policies: dict[str, Policy] = {policy.id: policy for policy in plain.policies}
    events = []
    for rule in RULES.values():
        for sample in (*rule.fires, *rule.passes):
            event = sample.event()
            if sample.policy:
                name = f"fuzz-{len(policies)}"
                base = plain.policies.of(sample.claim())
                policies[name] = with_fields(base, {"id": name, **sample.policy})
                event["payer"]["policy"] = name
            events.append(event)
    return Engine(plain.reference, Policies(policies)), events


def codes(bundle: Path | None) -> list[str]:
    """Procedures of the imported edits, where there are any."""
    if bundle is None:
        return []
    tables = ImportedTables(bundle)
    return [code for table in tables.tables_of("ptp") for code in tables.pairs(table).codes()]


_HOSTILE: Final[list[Any]] = [
    None, True, False, 0, 1, -1, 9999, 10**4, 2**31, 2**63, -(2**63), 10**30, 0.1, 1e308, -0.0, 1e-300, 99999999.99,
    "", " ", "0", "-1", "0.00", "0.001", "1.5", "1e5", "NaN", "Infinity", "9999999999.99", "10000000000",
    "0001-01-01", "9999-12-31", "2026-02-30", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
    "9999-12-31T23:59:60Z", "2026-09-15T00:00:00.123456789", "\u0661\u0662\u0663", "\ufeff17000", "17000\u0000",
    "\ud800", "00000000000",
    "\U0001f600", "i\u0307", "\u00df", MARK, "A" * 300, "~1~0/x", "7" * 40, [], {}, [[]], [None], {"": {}},
]  # fmt: skip
_DAYS: Final = ["2015-09-30", "2015-10-01", "2019-06-30", "2024-12-31", "2025-10-01", "2026-01-01", "2026-09-19"]


class Mutator:
    """Other claims out of those given: takes and gives JSON-like data, and changes it in place.

    `grow`: claims may get longer, so that rules meet; else they stay as they are but for odd values.
    """

    def __init__(self, events: list[dict[str, Any]], more_codes: list[str], *, grow: bool = True) -> None:
        self._events = events
        self._pool: dict[str, list[Any]] = {}
        for event in events:
            self._collect(event)
        self._pool["procedure_code"] += more_codes
        for name in ("service_date_from", "service_date_to"):
            self._pool[name] += _DAYS
        self._steps: tuple[Callable[[Any, Random], None], ...] = (
            *(self._set_known,) * 4, self._set_hostile, self._drop, self._add_field, self._move_line,
        )  # fmt: skip
        if grow:
            self._steps += (*(self._add_line,) * 3, self._repeat_line, self._many_lines, self._longer)

    def __call__(self, event: Any, random: Random) -> Any:
        """The claim with one to five changes."""
        if not isinstance(event, dict) or random.random() < 0.02:
            event = copy.deepcopy(random.choice(self._events))
        for _ in range(random.choice((1, 1, 2, 3, 5))):
            random.choice(self._steps)(event, random)
        return event

    def _collect(self, value: Any, name: str = "") -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                self._collect(item, key)
        elif isinstance(value, list):
            self._pool.setdefault(f"{name}[]", []).append(value)
            for item in value:
                self._collect(item, name)
        elif name:
            self._pool.setdefault(name, []).append(value)

    def _set_known(self, event: Any, random: Random) -> None:
        spots = [spot for spot in _spots(event) if spot[2] in self._pool]
        if spots:
            box, key, name = random.choice(spots)
            box[key] = copy.deepcopy(random.choice(self._pool[name]))

    def _set_hostile(self, event: Any, random: Random) -> None:
        box, key, _ = random.choice(_spots(event) or [(event, "claim_id", "")])
        box[key] = copy.deepcopy(random.choice(_HOSTILE))

    def _drop(self, event: Any, random: Random) -> None:
        if spots := _spots(event):
            box, key, _ = random.choice(spots)
            del box[key]

    def _add_field(self, event: Any, random: Random) -> None:
        other = random.choice(self._events)
        key = random.choice(list(other))
        event[key] = copy.deepcopy(other[key])

    def _add_line(self, event: Any, random: Random) -> None:
        lines = _lines(event)
        other = copy.deepcopy(random.choice(random.choice(self._events)["service_lines"] or [{}]))
        if random.random() < 0.5:
            other["procedure_code"] = random.choice(self._pool["procedure_code"])
        if lines and random.random() < 0.7:
            other["service_date_from"] = other["service_date_to"] = lines[0].get("service_date_from")
        other["line_number"] = len(lines) + 1
        lines.insert(random.randint(0, len(lines)), other)

    def _repeat_line(self, event: Any, random: Random) -> None:
        if lines := _lines(event):
            lines.append(random.choice(lines) | {"line_number": len(lines) + 1})

    def _many_lines(self, event: Any, random: Random) -> None:
        if random.random() < 0.1 and (lines := _lines(event)):
            few = list(lines)
            while len(lines) < 50:
                lines.append(random.choice(few) | {"line_number": len(lines) + 1})

    def _move_line(self, event: Any, random: Random) -> None:
        if lines := _lines(event):
            lines.insert(random.randint(0, len(lines)), lines.pop(random.randrange(len(lines))))

    def _longer(self, event: Any, random: Random) -> None:
        lists = [box[key] for box, key, _ in _spots(event) if isinstance(box[key], list) and box[key]]
        if lists:
            longer = random.choice(lists)
            longer.extend(random.choices(longer, k=random.choice((1, 3, 12, 50))))


def _lines(event: Any) -> list[Any]:
    lines = event.get("service_lines")
    return lines if isinstance(lines, list) and all(isinstance(line, dict) for line in lines) else []


def _spots(value: Any, name: str = "") -> list[tuple[Any, Any, str]]:
    """Every place in the data: what holds it, under which key or index, and the name of the pool it takes from."""
    found: list[tuple[Any, Any, str]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        own = key if isinstance(key, str) else name
        found.append((value, key, f"{own}[]" if isinstance(item, list) else own))
        found += _spots(item, own)
    return found
