"""Does a series grow? A straight line through the medians of equal stretches, and how sure its slope is.

Medians, since a rebalance opens sockets for a moment; stretches as long as a round of unrest, since what recurs in each
is no trend, and since neighbouring samples are no independent witnesses.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from statistics import linear_regression, median
from typing import Any, Final, Literal

Verdict = Literal["level", "grows", "cannot tell"]
LEAST_STRETCHES: Final = 5
_ERRORS: Final = 2.0
_HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Bound:
    """What may grow by how much: `per_hour`, or by `floor` within the run where that is more."""

    name: str
    unit: str
    per_hour: float
    floor: float


@dataclass(frozen=True, slots=True)
class Trend:
    """What became of a series. `slope`, `error` (one standard error) and `allowed` in units an hour."""

    name: str
    unit: str
    first: float
    last: float
    slope: float
    error: float
    allowed: float
    verdict: Verdict

    def __str__(self) -> str:
        """One line for the terminal."""
        if self.verdict == "cannot tell" and not self.allowed:
            return f"{self.name}: too short to tell"
        return (
            f"{self.name}: {self.verdict}, {self.slope:+.1f} ± {self.error:.1f} {self.unit} an hour "
            f"(allowed {self.allowed:.0f}); from {self.first:.1f} to {self.last:.1f}"
        )

    def as_dict(self) -> dict[str, Any]:
        """For the results' file."""
        return asdict(self)


def trend(points: Sequence[tuple[float, float]], stretch: float, bound: Bound) -> Trend:
    """Judge `points` (seconds, value; in order of time) in stretches of so many seconds.

    It grows when even the slope's lower end, two standard errors down, is more than allowed; it is level when the upper
    end is not.
    """
    stretches = _stretches(points, stretch)
    if len(stretches) < LEAST_STRETCHES:
        level = median(value for _, value in points) if points else 0.0
        return Trend(bound.name, bound.unit, level, level, 0.0, 0.0, 0.0, "cannot tell")
    times, values = [time for time, _ in stretches], [value for _, value in stretches]
    slope, start = linear_regression(times, values)
    middle = sum(times) / len(times)
    rest = sum((value - start - slope * time) ** 2 for time, value in stretches)
    error = (rest / (len(times) - 2) / sum((time - middle) ** 2 for time in times)) ** 0.5
    hours = (times[-1] - times[0]) / _HOUR
    slope, error = slope * _HOUR, error * _HOUR
    allowed = max(bound.per_hour, bound.floor / hours)
    verdict: Verdict = "cannot tell"
    if slope - _ERRORS * error > allowed:
        verdict = "grows"
    elif slope + _ERRORS * error <= allowed:
        verdict = "level"
    return Trend(bound.name, bound.unit, values[0], values[-1], slope, error, allowed, verdict)


def _stretches(points: Sequence[tuple[float, float]], stretch: float) -> list[tuple[float, float]]:
    """Middle and median of each stretch; one that is less than half full is left out."""
    made = []
    for _, group in groupby(points, key=lambda point: int((point[0] - points[0][0]) // stretch)):
        held = list(group)
        if held[-1][0] - held[0][0] >= stretch / 2:
            made.append((median(time for time, _ in held), median(value for _, value in held)))
    return made
