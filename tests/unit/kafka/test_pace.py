import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.kafka.breaker import Breaker, PoisonedError
from scrubber.kafka.handler import Tally
from scrubber.kafka.pace import Pace

TARGET = 1.0
LONGEST = 0.1


def settle(pace: Pace, broker: float, batches: int, rounds: int = 60) -> float:
    """Time of the last of so many rounds with a broker that takes `broker` seconds and more work than can be done."""
    seconds = 0.0
    for _ in range(rounds):
        scrubbing = pace.budget(batches) * batches
        seconds = broker + scrubbing
        pace.took(seconds, scrubbing)
    return seconds


@given(st.floats(0, 0.75 * TARGET), st.integers(1, 200))
def test_a_round_ends_within_the_time_aimed_at(broker: float, batches: int) -> None:
    assert settle(Pace(TARGET, LONGEST), broker, batches) <= TARGET * 1.01


@given(st.floats(0.75 * TARGET, 100), st.integers(1, 200))
def test_a_broker_slower_than_the_aim_gets_batches_no_smaller_than_a_quarter_of_it(broker: float, batches: int) -> None:
    assert settle(Pace(TARGET, LONGEST), broker, batches) - broker >= min(0.24 * TARGET, LONGEST * batches * 0.99)


@given(st.floats(0, 10), st.integers(1, 200))
def test_no_batch_keeps_the_heartbeats_waiting(broker: float, batches: int) -> None:
    pace = Pace(TARGET, LONGEST)
    settle(pace, broker, batches)
    assert pace.budget(batches) <= LONGEST


def test_batches_grow_again_when_the_broker_is_quick_again() -> None:
    pace = Pace(TARGET, LONGEST)
    settle(pace, 0.9, 20)
    slow = pace.budget(20)
    settle(pace, 0.01, 20)
    assert pace.budget(20) > 1.5 * slow


def tally(verdicts: int, dead_letters: int) -> Tally:
    made = Tally()
    made.verdicts["pass"] += verdicts
    made.dead_letters["not-json"] += dead_letters
    made.verdicts, made.dead_letters = +made.verdicts, +made.dead_letters
    return made


def test_only_dead_letters_in_a_row_break() -> None:
    breaker = Breaker(10)
    breaker.committed(tally(0, 9))
    breaker.committed(tally(1, 100))
    breaker.committed(tally(0, 9))
    with pytest.raises(PoisonedError) as caught:
        breaker.committed(tally(0, 1))
    assert (caught.value.row, caught.value.reasons) == (10, {"not-json": 1})


def test_without_a_limit_nothing_breaks() -> None:
    Breaker(0).committed(tally(0, 1_000_000))
