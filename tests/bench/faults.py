"""Faults as billers make them, put into a claim on purpose; the engine says afterwards whether one came of it."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

Event = dict[str, Any]
Line = dict[str, Any]


def service(code: str, *modifiers: str, units: int = 1, charge: str | None = None, points: Sequence[int] = ()) -> Line:
    """A service line whose dates are still to be filled in."""
    return {
        "line_number": 0,
        "procedure_code": code,
        "modifiers": list(modifiers),
        "units": units,
        "charge": charge,
        "service_date_from": "",
        "service_date_to": "",
        "diagnosis_pointers": list(points),
    }


def cents(amount: str) -> int:
    """An amount such as `12.50` in cents."""
    return int(amount.replace(".", ""))


def money(cents: int) -> str:
    """Cents as an amount."""
    return f"{cents // 100}.{cents % 100:02}"


def _replace_lines(event: Event, *lines: Line) -> None:
    """Put `lines` in place of the first ones, with their dates, and the charges in balance again."""
    old = event["service_lines"]
    for index, line in enumerate(lines):
        kept = {name: old[index][name] for name in ("line_number", "service_date_from", "service_date_to", "charge")}
        old[index] = line | kept | {"diagnosis_pointers": [1]}
    event["total_charge"] = money(sum(cents(line["charge"]) for line in old))


def _many_on_one_line(event: Event, random: Random) -> None:
    event["diagnoses"][0] = "L57.0"
    _replace_lines(event, service("17000", units=random.randint(2, 14)))


def _family_mixed(event: Event, random: Random) -> None:
    event["diagnoses"][0] = "L57.0"
    _replace_lines(event, service("17004"), service("17003", units=random.randint(1, 9)))


def _add_on_alone(event: Event, random: Random) -> None:
    event["diagnoses"][0] = "L57.0"
    _replace_lines(event, service("17003", units=random.randint(1, 9)))


def _visit_without_25(event: Event, random: Random) -> None:
    event["diagnoses"][0] = "L57.0"
    _replace_lines(event, service("99213"), service("17000"))


def _guidance_bundled(event: Event, random: Random) -> None:
    event["diagnoses"][0] = "C79.51"
    _replace_lines(event, service("20983"), service("77013"))


def _not_supported(event: Event, random: Random) -> None:
    event["diagnoses"][0] = "L57.0"
    _replace_lines(event, service("57520"))


def _out_of_balance(event: Event, random: Random) -> None:
    event["total_charge"] = money(cents(event["total_charge"]) + random.randint(1, 9_999))


def _wrong_check_digit(event: Event, random: Random) -> None:
    npi = event["rendering_provider"]["npi"]
    event["rendering_provider"]["npi"] = npi[:-1] + str((int(npi[-1]) + random.randint(1, 9)) % 10)


def _heading_as_diagnosis(event: Event, random: Random) -> None:
    event["diagnoses"][-1] = random.choice(("L57", "N87", "E11", "I10.0", "M54", "J44.8X"))


def _same_line_twice(event: Event, random: Random) -> None:
    lines = event["service_lines"]
    lines[-1] = lines[-2] | {"line_number": lines[-1]["line_number"]}
    event["total_charge"] = money(sum(cents(line["charge"]) for line in lines))


def _unknown_modifier(event: Event, random: Random) -> None:
    event["service_lines"][-1]["modifiers"] = [random.choice(("9Z", "7Z", "X9"))]


FAULTS: tuple[Callable[[Event, Random], None], ...] = (
    _many_on_one_line,
    _family_mixed,
    _add_on_alone,
    _visit_without_25,
    _guidance_bundled,
    _not_supported,
    _out_of_balance,
    _wrong_check_digit,
    _heading_as_diagnosis,
    _same_line_twice,
    _unknown_modifier,
)
