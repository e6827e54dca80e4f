"""How long, how fast, how restless, and what may grow by how much."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .judge import Bound

ROOT: Final = Path(__file__).resolve().parents[2]
RESULTS: Final = ROOT / "build" / "soak.json"
PICTURE: Final = ROOT / "build" / "soak.png"

PARTITIONS: Final = 6
SAMPLE_SECONDS: Final = 1.0
WARM_UP: Final = 0.5
"""Share of the run that is not judged: caches fill, the allocator finds its size."""
LONGEST_WARM_UP: Final = 900.0
MOST_WAITING: Final = 20_000
"""Records that the driver lets wait before it pauses: without a rate of its own it would only fill the disk."""

# So that hours of claims do not fill the disk: old segments of these topics go, ten seconds after they are full.
RETENTION: Final = {
    "retention.bytes": str(64 << 20),
    "segment.bytes": str(32 << 20),
    "file.delete.delay.ms": "1000",
    "segment.ms": "600000",
    "retention.ms": "1200000",
}
CLEANING: Final = {"LOG_RETENTION_CHECK_INTERVAL_MS": "10000", "LOG_SEGMENT_DELETE_DELAY_MS": "1000"}

# Growth below the floor within the run says nothing: a socket more or less, an arena that the allocator opened.
BOUNDS: Final = (
    Bound("memory", "MiB", per_hour=20, floor=12),
    Bound("fds", "descriptors", per_hour=4, floor=3),
    Bound("tasks", "tasks", per_hour=4, floor=3),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A run. `rate`: claims a second, 0 for as many as go. `unrest`: whether workers come and go and rules change."""

    seconds: float
    rate: float
    unrest: bool = True

    @property
    def cycle(self) -> float:
        """Seconds of one round of unrest; also what is judged as one: its ups and downs recur in each."""
        return min(max(self.seconds / 12, 20.0), 300.0)

    @property
    def warm_up(self) -> float:
        """Seconds from the start that are not judged."""
        return min(self.seconds * WARM_UP, LONGEST_WARM_UP)
