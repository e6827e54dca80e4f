"""Which partitions are ours, and which of them are open: opening, letting go after an error, closing."""

import asyncio
import time
from collections.abc import Awaitable, Iterable, Iterator
from typing import Final, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition

from scrubber.kafka.errors import FATAL, TRANSIENT, reason_of
from scrubber.kafka.metrics import Metrics, PartitionState
from scrubber.kafka.partition import Partition, TopicMissingError, open_partition
from scrubber.kafka.retries import Retries
from scrubber.log import Event, emit
from scrubber.settings import Settings

_SILENCE_SECONDS: Final = 10.0
_UNREADABLE_SECONDS: Final = 10.0
_ONE_BY_ONE: Final = 2000

T = TypeVar("T")


class Ownership:
    """The partitions of one worker.

    Attributes:
        assigned: those that Kafka gave us.
        partitions: those that are open, ready or not.
        lock: held by whoever opens, closes or writes partitions; a rebalance waits for it.
    """

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self.assigned: set[TopicPartition] = set()
        self.partitions: dict[TopicPartition, Partition] = {}
        self.lock = asyncio.Lock()
        self._settings = settings
        self._metrics = metrics
        self._retries = Retries()
        self._left_alone: set[TopicPartition] = set()
        self._one_by_one: dict[TopicPartition, int] = {}

    def is_ready(self, tp: TopicPartition) -> bool:
        """Whether it may be read and written."""
        return tp in self.assigned and tp in self.partitions and self.partitions[tp].ready

    def all_ready(self) -> bool:
        """Whether everything assigned may be."""
        return all(map(self.is_ready, self.assigned))

    def gained(self, assigned: Iterable[TopicPartition]) -> None:
        """Note what is ours from now on; `update()` opens it."""
        self._retries.forget_waits()
        self.assigned = set(assigned)

    async def lost(self) -> None:
        """Let the transactions under way end; nothing is read or written before the next `gained()`."""
        self.assigned = set()
        async with self.lock:
            for partition in self.partitions.values():
                partition.ready = False
                partition.drop_backlog()

    def leave_alone(self, tp: TopicPartition, consumer: AIOKafkaConsumer | None) -> None:
        """Neither fetch, write, open nor close it before `take_back()`: a transaction of it is still under way."""
        self._left_alone.add(tp)
        if consumer is not None and tp in consumer.assignment():
            consumer.pause(tp)
        partition = self.partitions.get(tp)
        if partition is not None:
            partition.ready = False
            partition.drop_backlog()

    def take_back(self, tp: TopicPartition) -> None:
        """The transaction is over; `update()` goes on with the partition from where that left it."""
        self._left_alone.discard(tp)

    async def update(self, consumer: AIOKafkaConsumer) -> None:
        """Close what went to others and open what is due."""
        async with self.lock:
            if self.assigned:
                await side_by_side(self.close(tp) for tp in set(self.partitions) - self.assigned - self._left_alone)
            ours = self.assigned - self._left_alone
            due = [tp for tp in ours if self._retries.due(tp) and not self.is_ready(tp)]
            await side_by_side(self._open(tp, consumer) for tp in due)

    async def _open(self, tp: TopicPartition, consumer: AIOKafkaConsumer) -> None:
        """Producer, committed offset, seek, resume; a producer that is still there keeps its position."""
        began = time.monotonic()
        try:
            partition = self.partitions.get(tp)
            if partition is None:
                partition = self.partitions[tp] = await open_partition(tp, consumer, self._settings)
                if self._retries.succeeded(tp):
                    self._metrics.reopened()
            if tp in self.assigned:
                consumer.seek(tp, partition.position)
                consumer.resume(tp)
                partition.ready = True
                emit(Event.PARTITION_OPENED, partition=tp.partition, offset=partition.position,
                     seconds=round(time.monotonic() - began, 3))  # fmt: skip
        except FATAL:
            raise
        except TopicMissingError as error:
            emit(Event.TOPIC_MISSING, topic=error.topic)
            self._retries.failed(tp)
        except TRANSIENT as error:
            emit(Event.PARTITION_OPEN_FAILED, partition=tp.partition, error=type(error).__qualname__)
            self._retries.failed(tp)

    async def give_up(self, partition: Partition, error: BaseException, consumer: AIOKafkaConsumer | None) -> None:
        """Throw the producer away; opening anew aborts its transaction and reads the offset again."""
        reason = reason_of(error)
        where = {"partition": partition.tp.partition, "offset": partition.position}
        name = type(error).__qualname__
        if reason == "fenced":
            emit(Event.PARTITION_FENCED, **where, error=name)
        else:
            emit(Event.TRANSACTION_FAILED, **where, reason=reason, error=name)
        self._metrics.aborted(reason)
        # After a fence wait one session, so that a zombie hears of its eviction before it would fence the new owner.
        wait = self._settings.session_timeout_ms / 1000 if reason == "fenced" else None
        await self._let_go(partition.tp, consumer, wait)

    async def reposition(self, offsets: dict[TopicPartition, int], consumer: AIOKafkaConsumer) -> None:
        """The topic no longer holds these positions: open the partitions anew, which finds one that it does hold."""
        async with self.lock:
            for tp, offset in offsets.items():
                partition = self.partitions.get(tp)
                if partition is not None and partition.position == offset:  # otherwise the news is older than a seek
                    await self._let_go(tp, consumer)

    def room(self, tp: TopicPartition, records: int, size: int) -> int:
        """How many records to fetch of a partition for a backlog of about `records` and `size` bytes at most."""
        room = self.partitions[tp].room(records, size) if self.is_ready(tp) else 0
        left = self._one_by_one.get(tp)
        if left is None or room == 0:
            return room
        # aiokafka hands out nothing that it read before a record that it cannot read, so that one has to come alone.
        self._one_by_one[tp] = left - 1
        if left <= 0:
            del self._one_by_one[tp]
        return min(room, 0 if self.partitions[tp].backlog else 1)

    async def unreadable(self, tp: TopicPartition, error: BaseException, consumer: AIOKafkaConsumer) -> None:
        """A fetch met a record that nobody can read. Go on one by one up to that record, then wait there.

        Opening anew goes back to the position, for aiokafka would now leave out what it had read before that record.
        """
        async with self.lock:
            partition = self.partitions.get(tp)
            if partition is None:
                return
            if tp in self._one_by_one and not partition.backlog:
                emit(Event.RECORD_UNREADABLE, partition=tp.partition, offset=partition.position,
                     error=type(error).__qualname__)  # fmt: skip
                await self._let_go(tp, consumer, _UNREADABLE_SECONDS)
            else:
                await self._let_go(tp, consumer)
            self._one_by_one[tp] = _ONE_BY_ONE

    async def _let_go(self, tp: TopicPartition, consumer: AIOKafkaConsumer | None, wait: float | None = None) -> None:
        """Fetch nothing of the partition, close it, and open it again after a while."""
        if consumer is not None and tp in consumer.assignment():
            consumer.pause(tp)
        self._retries.failed(tp, wait)
        await self.close(tp)

    async def close(self, tp: TopicPartition) -> None:
        """Let go of the partition's producer."""
        partition = self.partitions.pop(tp, None)
        if partition is not None:
            await partition.close()

    async def close_all(self) -> None:
        """Close every partition, side by side."""
        await side_by_side(self.close(tp) for tp in list(self.partitions))

    def states(self, consumer: AIOKafkaConsumer | None) -> Iterator[PartitionState]:
        """Lag and commit age of the partitions that are ready."""
        now = time.monotonic()
        for tp, partition in sorted(self.partitions.items()):
            if partition.ready and consumer is not None and tp in consumer.assignment():
                # Under read_committed nothing past the last stable offset can be read yet.
                end = consumer.last_stable_offset(tp) or 0
                waiting = max(0, end - partition.position)
                yield PartitionState(tp.partition, waiting, now - partition.committed_at if waiting else 0.0)

    def hears_nothing(self, consumer: AIOKafkaConsumer) -> bool:
        """Whether no open partition has heard from a broker for longer than a session: no fetch answered, no commit."""
        if not self.partitions:
            return False
        now, wall, held = time.monotonic(), time.time(), consumer.assignment()
        fetched = [consumer.last_poll_timestamp(tp) or 0 for tp in self.partitions if tp in held]
        commit_age = min(now - partition.committed_at for partition in self.partitions.values())
        fetch_age = wall - max(fetched, default=0) / 1000
        return min(commit_age, fetch_age) > max(_SILENCE_SECONDS, self._settings.session_timeout_ms / 1000)


async def side_by_side(work: Iterable[Awaitable[T]]) -> list[T]:
    """Wait for every one, also when one fails; then raise the first failure."""
    done: list[T] = []
    for outcome in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
        done.append(outcome)
    return done
