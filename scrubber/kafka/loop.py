"""The loop: which partitions are ours, fetching, and one transaction after the other, exactly once.

Ownership is decided here and never in the rebalance callbacks: aiokafka sends no heartbeat while a callback runs and
swallows what it raises. `docs/decisions/0002-faust-shell-aiokafka-loop.md` has the reasons for each order of steps.
"""

import asyncio
import time
from collections.abc import Coroutine, Iterable, Iterator
from typing import Any, Final, TypeVar

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka import errors as kafka

from scrubber.kafka.batch import answer
from scrubber.kafka.breaker import Breaker
from scrubber.kafka.clients import make_consumer
from scrubber.kafka.closing import close, has_lost_its_group
from scrubber.kafka.errors import FATAL, TRANSIENT, reason_of
from scrubber.kafka.handler import Handle, Record
from scrubber.kafka.metrics import Metrics, PartitionState
from scrubber.kafka.pace import Pace
from scrubber.kafka.partition import Partition, TopicMissingError, open_partition
from scrubber.kafka.retries import RETRY_SECONDS, Retries
from scrubber.kafka.summary import Summary
from scrubber.log import Event, emit, error_values
from scrubber.settings import Settings

_SLOWESTRETRY_SECONDS: Final = 10.0
_FETCH_MS: Final = 200
_SILENCE_SECONDS: Final = 10.0

T = TypeVar("T")


class ClaimLoop(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka ships no types
    """Reads claims, writes verdicts: `run()`, then `close()`.

    To stop, call `stop()`; while `committing` wait for `run()` to return, otherwise cancel it: it may wait for Kafka.
    """

    def __init__(self, settings: Settings, handle: Handle, metrics: Metrics) -> None:
        """`handle`: answers one record, synchronously."""
        self._settings = settings
        self._handle = handle
        self._metrics = metrics
        self.summary = Summary(settings.log_interval_seconds)
        self._consumer: AIOKafkaConsumer | None = None
        self._lock = asyncio.Lock()  # held while partitions are opened, closed or written: a rebalance waits for it
        self._cpu = asyncio.Lock()  # one partition answers at a time, with a turn of the event loop between two
        self._assigned: set[TopicPartition] = set()
        self._connected = self._joined = self._stopping = False
        self._partitions: dict[TopicPartition, Partition] = {}
        self._retries = Retries()
        self._breaker = Breaker(settings.poison_limit)
        self._pace = Pace(settings.latency_target_ms / 1000, settings.batch_cpu_ms / 1000)
        self._transactions = 0

    # What others may ask

    @property
    def committing(self) -> bool:
        """Whether a transaction is under way, so that it is worth waiting for."""
        return self._transactions > 0

    @property
    def assigned(self) -> int:
        """Number of partitions that Kafka gave us."""
        return len(self._assigned)

    def why_not_ready(self) -> str | None:
        """A bounded word for what is missing before claims flow; None when nothing is."""
        if self._stopping:
            return "stopping"
        if self._consumer is None or not self._connected:
            return "broker-unreachable"
        if not self._joined:
            known = self._consumer.partitions_for_topic(self._settings.input_topic)
            return "joining" if known else "input-topic-missing"
        if any(tp not in self._partitions or not self._partitions[tp].ready for tp in self._assigned):
            return "opening-partitions"
        return "broker-silent" if self._silent() else None

    def _silent(self) -> bool:
        """Whether no open partition has heard from a broker for longer than a session: no fetch answered, no commit."""
        consumer, now, wall = self._consumer, time.monotonic(), time.time()
        if consumer is None or not self._partitions:
            return False
        held = consumer.assignment()
        fetched = [consumer.last_poll_timestamp(tp) or 0 for tp in self._partitions if tp in held]
        commit_age = min(now - partition.committed_at for partition in self._partitions.values())
        fetch_age = wall - max(fetched, default=0) / 1000
        return min(commit_age, fetch_age) > max(_SILENCE_SECONDS, self._settings.session_timeout_ms / 1000)

    def states(self) -> Iterator[PartitionState]:
        """Lag and commit age of the open partitions."""
        now = time.monotonic()
        for tp, partition in sorted(self._partitions.items()):
            if partition.ready and self._consumer is not None and tp in self._consumer.assignment():
                # Under read_committed nothing past the last stable offset can be read yet.
                end = self._consumer.last_stable_offset(tp) or 0
                waiting = max(0, end - partition.position)
                yield PartitionState(tp.partition, waiting, now - partition.committed_at if waiting else 0.0)

    # Rebalance callbacks: books only

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Let the transactions under way end; nothing is read until the next assignment."""
        self._assigned, self._joined = set(), False
        async with self._lock:
            for partition in self._partitions.values():
                partition.ready = False
                partition.drop_backlog()
        if revoked:
            emit(Event.PARTITIONS_REVOKED)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Note what is ours and fetch none of it yet: the position aiokafka picks is not the one we trust."""
        if self._consumer is not None:
            self._consumer.pause(*assigned)
        self._retries.forget_waits()
        self._assigned, self._joined = set(assigned), True
        numbers = sorted(tp.partition for tp in self._assigned)
        emit(Event.PARTITIONS_ASSIGNED, partitions=numbers, assigned=len(numbers))

    # The loop

    async def run(self) -> None:
        """Work until `stop()`. Raises one of errors.FATAL, PoisonedError, or whatever nobody foresaw."""
        consumer = await self._start_consumer()
        self._connected = True
        while not self._stopping:
            try:
                await self._step(consumer)
            except FATAL:
                raise
            except kafka.OffsetOutOfRangeError as error:
                await self._reposition(error)
            except kafka.KafkaError as error:
                emit(Event.STEP_FAILED, **error_values(error))
                await asyncio.sleep(RETRY_SECONDS)
                if has_lost_its_group(consumer):
                    consumer = await self._replace(consumer)
            self.summary.tell_if_due(self.assigned, list(self.states()))

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopping = True

    async def close(self, seconds: float) -> bool:
        """Close partitions, then the consumer, within about `seconds`. True when all closed in an orderly way."""
        until = time.monotonic() + seconds
        await _all(self._close(tp) for tp in list(self._partitions))
        if self._consumer is None:
            return True
        return await close(self._consumer, max(0.5, (until - time.monotonic()) / 2))

    async def _start_consumer(self) -> AIOKafkaConsumer:
        """Join the group; brokers that cannot be reached are tried again for as long as it takes."""
        wait = RETRY_SECONDS
        while True:
            consumer = make_consumer(self._settings)
            # The callbacks run before start() returns, and they need the consumer.
            self._consumer = consumer
            consumer.subscribe([self._settings.input_topic], listener=self)
            try:
                await consumer.start()
            except FATAL:
                raise
            except TRANSIENT as error:
                emit(Event.BROKER_UNREACHABLE, error=type(error).__qualname__, seconds=wait)
            else:
                return consumer
            self._consumer = None
            await close(consumer, RETRY_SECONDS)
            await asyncio.sleep(wait)
            wait = min(wait * 2, _SLOWESTRETRY_SECONDS)

    async def _replace(self, consumer: AIOKafkaConsumer) -> AIOKafkaConsumer:
        """Join the group anew, with a consumer in place of one that no longer takes part in it."""
        async with self._lock:
            self._assigned, self._joined = set(), False
            await _all(self._close(tp) for tp in list(self._partitions))
        await close(consumer, RETRY_SECONDS)
        return await self._start_consumer()

    async def _step(self, consumer: AIOKafkaConsumer) -> None:
        """Open and close what the last assignment asks for, fetch where nothing is left over, write a batch each."""
        async with self._lock:
            if self._assigned:
                await _all(self._close(tp) for tp in set(self._partitions) - self._assigned)
            due = [tp for tp in self._assigned if self._retries.due(tp) and not self._is_ready(tp)]
            await _all(self._open(tp, consumer) for tp in due)
        await self._fetch(consumer)
        async with self._lock:
            # A rebalance in between has emptied the backlogs.
            work = [partition for tp, partition in self._partitions.items() if partition.backlog and self._is_ready(tp)]
            if work:
                await self._write_round(work)

    def _is_ready(self, tp: TopicPartition) -> bool:
        return tp in self._assigned and tp in self._partitions and self._partitions[tp].ready

    async def _fetch(self, consumer: AIOKafkaConsumer) -> None:
        """Fill up the backlogs with what is there already; wait a little when that is nothing.

        Without the lock, since a rebalance can block getmany(). Full batches matter: a transaction costs as much for
        ten records as for two thousand. A partition that has its share of `backlog_bytes` gets no more, so that
        memory is bounded whatever the size of the records.
        """
        most = self._settings.batch_records
        share = self._settings.backlog_bytes // max(1, len(self._partitions))
        for tp, partition in list(self._partitions.items()):
            room = partition.room(most, share)
            if room > 0 and self._is_ready(tp):
                self._accept(await consumer.getmany(tp, timeout_ms=0, max_records=room))
        if any(partition.backlog for partition in self._partitions.values()):
            return
        if not any(map(self._is_ready, self._partitions)):
            await asyncio.sleep(_FETCH_MS / 4000)
        self._accept(await consumer.getmany(timeout_ms=_FETCH_MS, max_records=most))

    def _accept(self, fetched: dict[TopicPartition, list[Record]]) -> None:
        """Keep what belongs to partitions that are still ours: a rebalance may have come while getmany() waited."""
        for tp, records in fetched.items():
            if self._is_ready(tp):
                self._partitions[tp].accept(records)

    async def _open(self, tp: TopicPartition, consumer: AIOKafkaConsumer) -> None:
        """Producer, committed offset, seek, resume; a producer that is still there keeps its position."""
        began = time.monotonic()
        try:
            partition = self._partitions.get(tp)
            if partition is None:
                partition = self._partitions[tp] = await open_partition(tp, consumer, self._settings)
                if self._retries.succeeded(tp):
                    self._metrics.reopened()
            if tp in self._assigned:
                consumer.seek(tp, partition.position)
                consumer.resume(tp)
                partition.ready = True
                emit(Event.PARTITION_OPENED, partition=tp.partition, offset=partition.position,
                     seconds=round(time.monotonic() - began, 3))  # fmt: skip
        except FATAL:
            raise
        except TopicMissingError as error:
            emit(Event.TOPIC_MISSING, topic=error.topic)
            self._fail(tp, RETRY_SECONDS)
        except TRANSIENT as error:
            emit(Event.PARTITION_OPEN_FAILED, partition=tp.partition, error=type(error).__qualname__)
            self._fail(tp, RETRY_SECONDS)

    async def _write_round(self, partitions: list[Partition]) -> None:
        """Write a batch of each."""
        began = time.monotonic()
        budget = self._pace.budget(len(partitions))
        scrubbing = await _all(self._write_batch(partition, budget) for partition in partitions)
        self._pace.took(time.monotonic() - began, sum(scrubbing))

    async def _write_batch(self, partition: Partition, budget: float) -> float:
        """Answer for `budget` seconds of the backlog and commit that; on a Kafka error let go of the partition.

        Returns the seconds of scrubbing.
        """
        began = time.monotonic()
        self._transactions += 1
        try:
            counts = await partition.counts()
            async with self._cpu:
                batch = answer(partition.backlog, self._handle, counts, budget)
                await asyncio.sleep(0)
            # aiokafka tries a send again for ever; past this age Kafka has aborted the transaction anyhow.
            async with asyncio.timeout(self._settings.transaction_timeout_ms / 1000):
                await partition.transact(batch, self._settings.group)
        except FATAL:
            raise
        except TRANSIENT as error:
            await self._give_up(partition, error)
            return 0.0
        else:
            self._metrics.committed(batch, time.monotonic() - began)
            self.summary.committed(batch)
            self._breaker.committed(batch.tally)
            return batch.seconds
        finally:
            self._transactions -= 1

    async def _give_up(self, partition: Partition, error: BaseException) -> None:
        """Throw the producer away; opening anew aborts its transaction and reads the offset again."""
        reason = reason_of(error)
        where = {"partition": partition.tp.partition, "offset": partition.position}
        name = type(error).__qualname__
        if reason == "fenced":
            emit(Event.PARTITION_FENCED, **where, error=name)
        else:
            emit(Event.TRANSACTION_FAILED, **where, reason=reason, error=name)
        self._metrics.aborted(reason)
        self.summary.aborted += 1
        # After a fence wait one session, so that a zombie hears of its eviction before it would fence the new owner.
        self._fail(partition.tp, self._settings.session_timeout_ms / 1000 if reason == "fenced" else RETRY_SECONDS)
        await self._close(partition.tp)

    async def _reposition(self, error: kafka.OffsetOutOfRangeError) -> None:
        """The topic no longer holds a position: open these partitions anew, which finds one that it does hold."""
        async with self._lock:
            for tp, offset in error.args[0].items():
                partition = self._partitions.get(tp)
                if partition is not None and partition.position == offset:  # otherwise the error is older than a seek
                    self._fail(tp, RETRY_SECONDS)
                    await self._close(tp)

    def _fail(self, tp: TopicPartition, wait: float) -> None:
        """Fetch nothing of the partition, and open it again after `wait` seconds."""
        if self._consumer is not None and tp in self._consumer.assignment():
            self._consumer.pause(tp)
        self._retries.failed(tp, wait)

    async def _close(self, tp: TopicPartition) -> None:
        partition = self._partitions.pop(tp, None)
        if partition is not None:
            await partition.close()


async def _all(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Run side by side and wait for every one, also when one fails; then raise the first failure."""
    done: list[T] = []
    for outcome in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
        done.append(outcome)
    return done
