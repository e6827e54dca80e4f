"""Which partitions failed, and when each may be opened again."""

import time
from typing import Final

from aiokafka import TopicPartition

RETRY_SECONDS: Final = 0.5


class Retries:
    """Empty at first."""

    def __init__(self) -> None:
        self._failed: set[TopicPartition] = set()
        self._not_before: dict[TopicPartition, float] = {}

    def failed(self, tp: TopicPartition, wait: float | None = None) -> None:
        """It is not due before `wait` seconds are over, RETRY_SECONDS unless given."""
        self._failed.add(tp)
        self._not_before[tp] = time.monotonic() + (RETRY_SECONDS if wait is None else wait)

    def due(self, tp: TopicPartition) -> bool:
        """Whether it may be opened now."""
        return self._not_before.get(tp, 0) <= time.monotonic()

    def succeeded(self, tp: TopicPartition) -> bool:
        """It is open; True when it had failed before."""
        had_failed = tp in self._failed
        self._failed.discard(tp)
        return had_failed

    def forget_waits(self) -> None:
        """Everything is due at once: what is ours was decided anew."""
        self._not_before.clear()
