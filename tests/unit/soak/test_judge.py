"""The soak's judge: it finds a leak, and takes neither noise nor what recurs nor a single step for one."""

import math
from random import Random

import pytest

from tests.soak.judge import Bound, trend

MEMORY = Bound("memory", "MiB", per_hour=20, floor=12)
HOUR, STRETCH = 3600, 120


def series(seconds: int = HOUR, per_hour: float = 0.0, noise: float = 0.0, seed: int = 1) -> list[tuple[float, float]]:
    random = Random(seed)
    return [(at, 150 + per_hour * at / 3600 + random.gauss(0, noise)) for at in range(seconds)]


def test_a_level_series_is_level() -> None:
    found = trend(series(), STRETCH, MEMORY)
    assert (found.verdict, found.slope, found.error) == ("level", 0, 0)
    assert found.allowed == pytest.approx(20)


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_no_leak(seed: int) -> None:
    assert trend(series(noise=15, seed=seed), STRETCH, MEMORY).verdict == "level"


@pytest.mark.parametrize("seed", range(20))
def test_a_leak_is_found_under_noise(seed: int) -> None:
    found = trend(series(per_hour=40, noise=15, seed=seed), STRETCH, MEMORY)
    assert found.verdict == "grows"
    assert abs(found.slope - 40) < 4 * found.error
    assert found.last - found.first == pytest.approx(40, abs=10)


def test_less_than_the_bound_is_no_leak() -> None:
    assert trend(series(per_hour=15, noise=5), STRETCH, MEMORY).verdict == "level"


def test_what_recurs_in_each_round_is_no_leak() -> None:
    sawtooth = [(at, value + at % STRETCH / 2) for at, value in series(noise=5)]
    assert trend(sawtooth, STRETCH, MEMORY).verdict == "level"
    rebalances = [(at, value + 300 * (at % STRETCH < 40)) for at, value in series(noise=5)]
    assert trend(rebalances, STRETCH, MEMORY).verdict == "level"


def test_a_leak_by_steps_is_found() -> None:
    descriptors = Bound("fds", "descriptors", per_hour=4, floor=3)
    one_each_round = [(at, 40.0 + at // STRETCH) for at, _ in series()]
    assert trend(one_each_round, STRETCH, descriptors).verdict == "grows"
    comes_and_goes = [(at, 40.0 + 6 * (at % STRETCH > 50)) for at, _ in series()]
    assert trend(comes_and_goes, STRETCH, descriptors).verdict == "level"


def test_a_series_that_finds_its_size_is_no_leak() -> None:
    settling = [(at, value - 30 * math.exp(-at / 200)) for at, value in series(noise=3)]
    assert trend(settling, STRETCH, MEMORY).verdict != "grows"


def test_a_short_run_claims_no_more_than_it_saw() -> None:
    short = trend(series(240, per_hour=100), 20, MEMORY)
    assert short.verdict == "level"
    assert short.allowed > 150
    assert trend(series(240, per_hour=1000), 20, MEMORY).verdict == "grows"


@pytest.mark.parametrize("points", [[], series(3), series(4 * STRETCH, per_hour=5000)])
def test_too_few_stretches_tell_nothing(points: list[tuple[float, float]]) -> None:
    found = trend(points, STRETCH, MEMORY)
    assert found.verdict == "cannot tell"
    assert str(found) == "memory: too short to tell"


def test_wild_swings_tell_nothing() -> None:
    swings = [(at, value + 200 * (at // STRETCH % 3 == 0)) for at, value in series()]
    assert trend(swings, STRETCH, MEMORY).verdict == "cannot tell"
