from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.contract import CENTS, UNITS, money


@given(st.integers(min_value=-(10**11), max_value=10**11))
def test_money_and_cents_are_each_other_backwards(cents: int) -> None:
    assert CENTS[money(cents)] == cents


@given(st.decimals(min_value=0, max_value=99_999, places=2))
def test_text_and_number_are_the_same_amount(amount: Decimal) -> None:
    assert CENTS[str(amount)] == CENTS[float(amount)] == int(amount * 100)


@pytest.mark.parametrize("amount", ["", "abc", "1.005", "NaN", "Infinity", "1e400", "9" * 30, float("inf"), 0.1 + 0.2])
def test_no_exact_amount_is_refused(amount: str | float) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        CENTS[amount]


def test_units_are_whole_where_they_can_be() -> None:
    assert UNITS["3"] == UNITS[3] == UNITS["3.000"] == 3
    assert isinstance(UNITS["3.0"], int)
    assert UNITS["2.125"] == Decimal("2.125")


def test_the_memory_of_amounts_is_bounded() -> None:
    for cents in range(60_000):
        assert CENTS[money(cents)] == cents
    assert len(CENTS) <= 50_000
