"""Exact amounts: money as integer cents, units as integers where they are whole.

Amounts arrive as text or as a JSON number. Parsing a Decimal for every line of every claim would cost more than all the
rules of a line together, so both tables below remember what they have parsed: charges and units repeat endlessly.
"""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Annotated, Generic, TypeVar

from msgspec import Meta

_DECIMAL_TEXT = r"^-?[0-9]{1,10}(\.[0-9]+)?$"
_REMEMBERED = 50_000
_LONGEST = 24
_PLAIN = 13
_PARTS = tuple(f".{part:02d}" for part in range(100))

AMOUNT_LIMIT = 10**10
"""What no amount of a claim reaches, be it dollars or units."""

_Text = Annotated[str, Meta(description="Exact decimal as text.", extra_json_schema={"pattern": _DECIMAL_TEXT})]
Amount = _Text | int | float
"""An exact decimal, as text or as a JSON number."""
Units = int | Decimal

K = TypeVar("K")
T = TypeVar("T")


class _Parsed(dict[K, T], Generic[K, T]):
    """A table that fills itself with `parse` and starts over when it is full."""

    def __init__(self, parse: Callable[[K], T]) -> None:
        super().__init__()
        self._parse = parse

    def __missing__(self, amount: K) -> T:
        value = self._parse(amount)
        if len(self) >= _REMEMBERED:
            self.clear()
        self[amount] = value
        return value


def _decimal(amount: Amount, places: int) -> Decimal:
    """`amount` as an exact decimal of at most `places` places; ValueError when it is none."""
    text = amount if isinstance(amount, str) else repr(amount)
    if len(text) > _LONGEST:
        raise ValueError
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError from None
    if not value.is_finite() or abs(value) >= AMOUNT_LIMIT or value != round(value, places):
        raise ValueError
    return value


def _cents(amount: Amount | None) -> int:
    if amount is None:
        return 0
    if isinstance(amount, str) and amount[-3:-2] == "." and len(amount) <= _PLAIN:
        # The usual form, 1234.56, at a tenth of the cost.
        digits = amount[:-3] + amount[-2:]
        if digits.isdecimal():
            return int(digits)
    return int(_decimal(amount, 2) * 100)


def _units(amount: Amount) -> Units:
    value = _decimal(amount, 3)
    return int(value) if value == int(value) else value


CENTS = _Parsed(_cents)
"""Amount of money -> integer cents, 0 for None. ValueError when it is no amount with at most two decimal places."""

UNITS = _Parsed(_units)
"""Service units -> int, or Decimal when they are not whole. ValueError beyond three decimal places."""


def money(cents: int) -> str:
    """Cents as the text a claim carries: 22500 -> '225.00'."""
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}{_PARTS[part]}"
