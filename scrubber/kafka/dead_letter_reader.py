"""Reading the dead-letter topic from where it begins to where it ended at the start, in no group."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaTimeoutError

from scrubber.kafka.clients import connection, make_admin
from scrubber.kafka.closing import close
from scrubber.kafka.dead_letters import DeadLetter, Fold, Selection, State, Strangers, dead_letter
from scrubber.kafka.handler import Record
from scrubber.kafka.topics import describe_partitions
from scrubber.settings import Settings

_AT_ONCE: Final = 1000
_FETCH_MS: Final = 500
_PATIENCE_SECONDS: Final = 60.0
_CLOSE_SECONDS: Final = 2.0

Progress = Callable[[int], None]
"""Told how many more offsets have been passed."""


class DeadLetterReader:
    """The dead-letter topic as it stood when it was opened; use `open_reader()`.

    One partition at a time is held as a fold, and of the values one fetch.
    """

    def __init__(
        self, consumer: AIOKafkaConsumer, bounds: dict[int, tuple[int, int]], settings: Settings, progress: Progress
    ) -> None:
        """`bounds`: first offset and end of each partition."""
        self.strangers = Strangers()
        self._consumer = consumer
        self._bounds = bounds
        self._topic = settings.dead_letter_topic
        self._patience = max(_PATIENCE_SECONDS, 2 * settings.transaction_timeout_ms / 1000)
        self._progress = progress

    async def folds(self, selection: Selection) -> AsyncIterator[tuple[int, Fold]]:
        """Read every partition once: its number, and what waits in it. Raises KafkaError."""
        starts = await self._starts(selection.since)
        for partition, (_, end) in self._bounds.items():
            fold = Fold(selection, self.strangers)
            async for record in self._records(partition, starts[partition], end):
                fold.take(record)
            yield partition, fold

    async def letters(self, partition: int, places: Iterable[tuple[int, State]]) -> AsyncGenerator[DeadLetter, None]:
        """The dead letters at these offsets, which must go up."""
        wanted = iter(places)
        place = next(wanted, None)
        if place is None:
            return
        async for record in self._records(partition, place[0], self._bounds[partition][1]):
            while place is not None and place[0] < record.offset:
                place = next(wanted, None)
            if place is None:
                return
            if place[0] == record.offset:
                yield dead_letter(record, place[1])

    async def _starts(self, since: int | None) -> dict[int, int]:
        """Where to begin in each partition. A marker stands behind its dead letter, so older ones matter not."""
        if since is None or not self._bounds:
            return {partition: first for partition, (first, _) in self._bounds.items()}
        found = await self._consumer.offsets_for_times(
            {TopicPartition(self._topic, partition): since for partition in self._bounds}
        )
        return {tp.partition: place.offset if place else self._bounds[tp.partition][1] for tp, place in found.items()}

    async def _records(self, partition: int, start: int, end: int) -> AsyncIterator[Record]:
        tp = TopicPartition(self._topic, partition)
        self._consumer.assign([tp])
        self._consumer.seek(tp, start)
        position, moved = start, time.monotonic()
        while position < end:
            fetched = await self._consumer.getmany(tp, timeout_ms=_FETCH_MS, max_records=_AT_ONCE)
            for record in fetched.get(tp, ()):
                if record.offset < end:
                    yield record
            before, position = position, min(await self._consumer.position(tp), end)
            if position > before:
                moved = time.monotonic()
                self._progress(position - before)
            elif time.monotonic() - moved > self._patience:
                raise KafkaTimeoutError


@asynccontextmanager
async def open_reader(
    settings: Settings, progress: Progress, *, behind_open: bool = False
) -> AsyncIterator[DeadLetterReader]:
    """A reader of the dead-letter topic, which must be there. Raises KafkaError.

    It ends at the first transaction that is open now or, with `behind_open`, at the very end, and then waits for those
    that are open: a marker may stand behind them.
    """
    topic = settings.dead_letter_topic
    count = await partition_count(settings, topic)
    partitions = [TopicPartition(topic, number) for number in range(count)]
    bounds = await _bounds(settings, partitions, "read_uncommitted" if behind_open else "read_committed")
    consumer = _consumer(settings, "read_committed")
    try:
        await consumer.start()
        yield DeadLetterReader(consumer, bounds, settings, progress)
    finally:
        await close(consumer, _CLOSE_SECONDS)


async def partition_count(settings: Settings, topic: str) -> int:
    """Number of partitions of a topic that is there. Raises KafkaError."""
    admin = make_admin(settings)
    try:
        await admin.start()
        return len(await describe_partitions(admin, topic))
    finally:
        await admin.close()


async def _bounds(settings: Settings, partitions: list[TopicPartition], isolation: str) -> dict[int, tuple[int, int]]:
    """First offset and end of each partition."""
    consumer = _consumer(settings, isolation)
    try:
        await consumer.start()
        first = await consumer.beginning_offsets(partitions)
        end = await consumer.end_offsets(partitions)
    finally:
        await close(consumer, _CLOSE_SECONDS)
    return {tp.partition: (first[tp], end[tp]) for tp in partitions}


def _consumer(settings: Settings, isolation: str) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        **connection(settings),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level=isolation,
        max_partition_fetch_bytes=settings.fetch_bytes,
        fetch_max_wait_ms=100,
    )
