"""Samples over time: what the workers say of themselves, and what the broker says of the group."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client.parser import text_string_to_metric_families

from tests.sites import Worker

_SERIES: Final = {
    "process_resident_memory_bytes": ("memory", 1 / (1 << 20)),
    "process_open_fds": ("fds", 1),
    "scrubber_tasks": ("tasks", 1),
    "process_cpu_seconds_total": ("cpu", 1),
}
"""A worker's metric, its name in a sample, and what it is multiplied with: memory in MiB, CPU time in seconds."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One look. `at`: seconds of the run. `seconds`: what the answers took that were read since the last look, sorted.

    `workers`: by instance, what `_SERIES` names; a worker that did not answer is not there.
    """

    at: float
    published: int
    committed: int
    waiting: int
    seconds: list[float]
    workers: Mapping[str, Mapping[str, float]]

    def latency(self, share: float) -> float | None:
        """The quantile, such as 0.99, in seconds; None when nothing was read."""
        return self.seconds[min(int(len(self.seconds) * share), len(self.seconds) - 1)] if self.seconds else None

    def as_dict(self) -> dict[str, Any]:
        """For the results' file: quantiles in place of every answer's time."""
        return {
            "at": round(self.at, 2),
            "published": self.published,
            "committed": self.committed,
            "waiting": self.waiting,
            "p50": self.latency(0.5),
            "p99": self.latency(0.99),
            "workers": self.workers,
        }


@dataclass
class Group:
    """The group as the broker sees it. `committed`, `end`: records, over all partitions."""

    consumer: AIOKafkaConsumer
    partitions: list[TopicPartition]
    committed: int = 0
    end: int = 0

    @property
    def waiting(self) -> int:
        """Records published and not answered, at the last look."""
        return max(0, self.end - self.committed)

    async def look(self) -> None:
        """Ask the broker; the input topic holds no transactions, so its offsets are records."""
        ends = await self.consumer.end_offsets(self.partitions)
        positions = await asyncio.gather(*(self.consumer.committed(tp) for tp in self.partitions))
        self.end, self.committed = sum(ends.values()), sum(position or 0 for position in positions)


async def look_at(workers: Mapping[str, Worker]) -> dict[str, dict[str, float]]:
    """What each worker says of itself; one that is just being started or stopped may say nothing."""
    asked = dict(workers)  # others may start and stop some while they are asked
    pages = await asyncio.gather(*(asyncio.to_thread(worker.get, "/metrics") for worker in asked.values()))
    return {name: _series(text) for name, (status, text) in zip(asked, pages, strict=True) if status == 200}


def _series(text: str) -> dict[str, float]:
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name in _SERIES:
                name, factor = _SERIES[sample.name]
                found[name] = round(sample.value * factor, 3)
    return found
