"""The loop: joining the group, fetching, and one transaction after the other, exactly once.

Ownership is decided here and never in the rebalance callbacks: aiokafka sends no heartbeat while a callback runs and
swallows what it raises. `docs/decisions/0002-faust-shell-aiokafka-loop.md` has the reasons for each order of steps.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka import errors as kafka

from scrubber.kafka.batch import answer
from scrubber.kafka.breaker import Breaker
from scrubber.kafka.clients import make_consumer
from scrubber.kafka.closing import close, has_lost_its_group
from scrubber.kafka.errors import FATAL, TRANSIENT, UNREADABLE
from scrubber.kafka.handler import Handle, Record
from scrubber.kafka.metrics import Metrics, PartitionState
from scrubber.kafka.ownership import Ownership, side_by_side
from scrubber.kafka.pace import Pace
from scrubber.kafka.partition import Partition
from scrubber.kafka.retries import RETRY_SECONDS
from scrubber.kafka.summary import Summary
from scrubber.kafka.unreachable import why_unreachable
from scrubber.log import Event, emit, error_values
from scrubber.settings import Settings

_SLOWEST_RETRY_SECONDS: Final = 3.0
_FETCH_MS: Final = 200
# Of a session, what a round may take: a rebalance waits for it, and nobody sends heartbeats meanwhile.
_ROUND_SHARE: Final = 1 / 3


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
        self._ours = Ownership(settings, metrics)
        self._connected = self._joined = self._stopping = False
        self._cpu = asyncio.Lock()  # one partition answers at a time, with a turn of the event loop between two
        self._pace = Pace(settings.latency_target_ms / 1000, settings.batch_cpu_ms / 1000)
        self._breaker = Breaker(settings.poison_limit)
        self._transactions = 0
        self._writing: dict[asyncio.Task[float], TopicPartition] = {}

    # What others may ask

    @property
    def committing(self) -> bool:
        """Whether a transaction is under way, so that it is worth waiting for."""
        return self._transactions > 0

    @property
    def assigned(self) -> int:
        """Number of partitions that Kafka gave us."""
        return len(self._ours.assigned)

    def states(self) -> Iterator[PartitionState]:
        """Lag and commit age of the open partitions."""
        return self._ours.states(self._consumer)

    def why_not_ready(self) -> str | None:
        """A bounded word for what is missing before claims flow; None when nothing is."""
        if self._stopping:
            return "stopping"
        if self._consumer is None or not self._connected:
            return "broker-unreachable"
        if not self._joined:
            known = self._consumer.partitions_for_topic(self._settings.input_topic)
            return "joining" if known else "input-topic-missing"
        if not self._ours.all_ready():
            return "opening-partitions"
        return "broker-silent" if self._ours.hears_nothing(self._consumer) else None

    # Rebalance callbacks: books only

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Let the transactions under way end; nothing is read until the next assignment."""
        self._joined = False
        await self._ours.lost()
        if revoked:
            emit(Event.PARTITIONS_REVOKED)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Note what is ours and fetch none of it yet: the position aiokafka picks is not the one we trust."""
        if self._consumer is not None:
            self._consumer.pause(*assigned)
        self._ours.gained(assigned)
        self._joined = True
        numbers = sorted(tp.partition for tp in self._ours.assigned)
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
                await self._ours.reposition(error.args[0], consumer)
            except kafka.KafkaError as error:
                emit(Event.STEP_FAILED, **error_values(error))
                await asyncio.sleep(RETRY_SECONDS)
                if has_lost_its_group(consumer, error):
                    consumer = await self._replace(consumer)
            self.summary.tell_if_due(self.assigned, list(self.states()))
        if self._writing:
            await asyncio.wait(self._writing)

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopping = True

    async def close(self, seconds: float) -> bool:
        """Close partitions, then the consumer, within about `seconds`. True when all closed in an orderly way."""
        until = time.monotonic() + seconds
        for task in self._writing:
            task.cancel()
        await self._ours.close_all()
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
                why = await why_unreachable(self._settings, error)
                emit(Event.BROKER_UNREACHABLE, reason=why.reason, error=why.error, seconds=wait)
            else:
                return consumer
            self._consumer = None
            await close(consumer, RETRY_SECONDS)
            await asyncio.sleep(wait)
            wait = min(wait * 2, _SLOWEST_RETRY_SECONDS)

    async def _replace(self, consumer: AIOKafkaConsumer) -> AIOKafkaConsumer:
        """Join the group anew, with a consumer in place of one that no longer takes part in it."""
        self._joined = False
        await self._ours.lost()
        async with self._ours.lock:
            await self._ours.close_all()
        await close(consumer, RETRY_SECONDS)
        return await self._start_consumer()

    async def _step(self, consumer: AIOKafkaConsumer) -> None:
        """Open and close what the last assignment asks for, fetch where nothing is left over, write a batch each."""
        self._collect_late()
        await self._ours.update(consumer)
        await self._fetch(consumer)
        async with self._ours.lock:
            # A rebalance in between has emptied the backlogs.
            work = [each for tp, each in self._ours.partitions.items() if each.backlog and self._ours.is_ready(tp)]
            if work:
                await self._write_round(work)

    async def _fetch(self, consumer: AIOKafkaConsumer) -> None:
        """Fill up the backlogs with what is there already; wait a little when that is nothing.

        Without the lock, since a rebalance can block getmany(). Full batches matter: a transaction costs as much for
        ten records as for two thousand. A partition that has its share of `backlog_bytes` gets no more, so that
        memory is bounded whatever the size of the records.
        """
        await self._fill(consumer)
        if any(partition.backlog for partition in self._ours.partitions.values()):
            return
        if not any(map(self._ours.is_ready, self._ours.partitions)):
            await asyncio.sleep(_FETCH_MS / 4000)
        try:
            self._accept(await consumer.getmany(timeout_ms=_FETCH_MS, max_records=1))
        except UNREADABLE:
            await asyncio.sleep(_FETCH_MS / 1000)  # which partition it is, the next filling will find
        await self._fill(consumer)

    async def _fill(self, consumer: AIOKafkaConsumer) -> None:
        """Take what aiokafka has fetched already, partition by partition: one that it cannot read stops no other."""
        share = self._settings.backlog_bytes // max(1, len(self._ours.partitions))
        for tp in list(self._ours.partitions):
            room = self._ours.room(tp, self._settings.batch_records, share)
            if room > 0:
                try:
                    self._accept(await consumer.getmany(tp, timeout_ms=0, max_records=room))
                except UNREADABLE as error:
                    await self._ours.unreadable(tp, error, consumer)

    def _accept(self, fetched: dict[TopicPartition, list[Record]]) -> None:
        """Keep what belongs to partitions that are still ours: a rebalance may have come while getmany() waited."""
        for tp, records in fetched.items():
            if self._ours.is_ready(tp):
                self._ours.partitions[tp].accept(records)

    async def _write_round(self, partitions: list[Partition]) -> None:
        """Write a batch of each. What takes too long goes on beside the next rounds, with its partition left alone.

        So a partition whose output cannot be written holds up neither the others nor a rebalance, which waits for this.
        """
        began = time.monotonic()
        budget = self._pace.budget(len(partitions))
        tasks = {asyncio.create_task(self._write_batch(each, budget)): each.tp for each in partitions}
        self._writing |= tasks
        done, late = await asyncio.wait(tasks, timeout=self._settings.session_timeout_ms / 1000 * _ROUND_SHARE)
        for task in done:
            del self._writing[task]
        for task in late:
            self._ours.leave_alone(tasks[task], self._consumer)
        self._pace.took(time.monotonic() - began, sum(await side_by_side(done)))

    def _collect_late(self) -> None:
        """Take back the partitions whose late batch is over. Raises what it ended with, if nobody foresaw that."""
        for task in [task for task in self._writing if task.done()]:
            self._ours.take_back(self._writing.pop(task))
            task.result()

    async def _write_batch(self, partition: Partition, budget: float) -> float:
        """Answer for `budget` seconds of the backlog and commit that; on a Kafka error let go of the partition.

        Returns the seconds of scrubbing.
        """
        began = time.monotonic()
        self._transactions += 1
        try:
            counts = await partition.counts()
            async with self._cpu:
                if not partition.ready:  # it was left alone, or lost, before it came to its turn
                    return 0.0
                batch = answer(partition.backlog, self._handle, counts, budget)
                await asyncio.sleep(0)
            # aiokafka tries a send again for ever; past this age Kafka has aborted the transaction anyhow.
            async with asyncio.timeout(self._settings.transaction_timeout_ms / 1000):
                await partition.transact(batch, self._settings.group)
        except FATAL:
            raise
        except TRANSIENT as error:
            self.summary.aborted += 1
            await self._ours.give_up(partition, error, self._consumer)
            return 0.0
        else:
            self._metrics.committed(batch, time.monotonic() - began)
            self.summary.committed(batch)
            self._breaker.committed(batch.tally)
            return batch.seconds
        finally:
            self._transactions -= 1
