"""One input partition: its transactional producer, its position, and what was fetched but not yet answered."""

import asyncio
import time
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from scrubber.kafka.batch import Batch
from scrubber.kafka.clients import make_producer
from scrubber.kafka.closing import close
from scrubber.kafka.handler import Record
from scrubber.kafka.sends import Sent, forget, send
from scrubber.log import Event, emit
from scrubber.settings import KIB, Settings

_START_SECONDS = 8.0
_ASK_SECONDS = 5.0
_CLOSE_SECONDS = 1.0


class TopicMissingError(Exception):
    """The brokers do not know a topic; `topic` is its name."""

    def __init__(self, topic: str) -> None:
        """`topic`: from the settings."""
        super().__init__(topic)
        self.topic = topic


class Partition:
    """An open partition. The loop sets `ready` once the consumer stands at `position`; a rebalance clears it."""

    def __init__(self, tp: TopicPartition, producer: AIOKafkaProducer, position: int, topics: Sequence[str]) -> None:
        """Use `open_partition()`."""
        self.tp = tp
        self.position = position
        self.ready = False
        self.backlog: list[Record] = []
        self.backlog_bytes = 0
        self._usual_bytes = KIB  # of a record, until some were seen
        self.committed_at = time.monotonic()
        self._producer = producer
        self._topics = topics

    def accept(self, records: Sequence[Record]) -> None:
        """Add fetched records to the backlog; any that do not follow what is there are from before a seek."""
        after = self.backlog[-1].offset if self.backlog else self.position - 1
        fresh = [record for record in records if record.offset > after]
        if fresh:
            size = size_of(fresh)
            self.backlog += fresh
            self.backlog_bytes += size
            self._usual_bytes = size // len(fresh) + 1

    def room(self, records: int, size: int) -> int:
        """How many records to fetch so that the backlog holds about `records` and `size` bytes at most."""
        if self.backlog_bytes >= size:
            return 0
        by_size = (size - self.backlog_bytes) // self._usual_bytes
        return min(records - len(self.backlog), max(1, by_size))

    def drop_backlog(self) -> None:
        """Forget what was fetched; it will be fetched again."""
        self.backlog = []
        self.backlog_bytes = 0

    async def counts(self) -> dict[str, int]:
        """Number of partitions of each output topic, as the producer knows it at the moment."""
        return {topic: len(await self._producer.partitions_for(topic)) for topic in self._topics}

    async def transact(self, batch: Batch, group: str) -> None:
        """Write the batch and move the group's offset, both or neither.

        Any exception leaves the producer unfit for use: close this partition and open it anew, which aborts what was
        begun. Every send is awaited, because `commit_transaction()` succeeds although a send failed.
        """
        producer = self._producer
        sends: list[Sent] = []
        try:
            await producer.begin_transaction()
            for (topic, partition), messages in batch.messages.items():
                await send(producer, topic, partition, messages, sends)
            for sent, _ in sends:
                await sent
            await producer.send_offsets_to_transaction({self.tp: batch.next_offset}, group)
            await producer.commit_transaction()
        except BaseException:
            forget(sends)
            raise
        self.position = batch.next_offset
        self.backlog_bytes -= size_of(self.backlog[: batch.records])
        self.backlog = self.backlog[batch.records :]
        self.committed_at = time.monotonic()

    async def close(self) -> None:
        """Let go of the producer; takes at most about two seconds."""
        self.ready = False
        self.drop_backlog()
        await close(self._producer, _CLOSE_SECONDS)


def size_of(records: Sequence[Record]) -> int:
    """Bytes of the values."""
    return sum([len(record.value) for record in records if record.value is not None])


async def open_partition(tp: TopicPartition, consumer: AIOKafkaConsumer, settings: Settings) -> Partition:
    """Start the partition's producer, then read its committed offset: in that order, for the start fences a zombie.

    Raises KafkaError, TimeoutError, OSError or TopicMissingError.
    """
    producer = make_producer(settings, tp)
    topics = list(settings.output_topics().values())
    try:
        await asyncio.wait_for(producer.start(), _START_SECONDS)
        for topic in topics:
            await _look_for(topic, producer)
        position = await _position(tp, consumer)
    except BaseException:
        await close(producer, _CLOSE_SECONDS)
        raise
    return Partition(tp, producer, position, topics)


async def _look_for(topic: str, producer: AIOKafkaProducer) -> None:
    try:
        await asyncio.wait_for(producer.partitions_for(topic), _ASK_SECONDS)
    except TimeoutError:
        raise TopicMissingError(topic) from None


async def _position(tp: TopicPartition, consumer: AIOKafkaConsumer) -> int:
    """The committed offset; the first record's where there is none or the topic does not hold it any more."""
    committed = await asyncio.wait_for(consumer.committed(tp), _ASK_SECONDS)
    first = (await asyncio.wait_for(consumer.beginning_offsets([tp]), _ASK_SECONDS))[tp]
    if committed is None:
        return int(first)
    end = (await asyncio.wait_for(consumer.end_offsets([tp]), _ASK_SECONDS))[tp]
    if first <= committed <= end:
        return int(committed)
    emit(Event.POSITION_LOST, partition=tp.partition, offset=committed, first=first)
    return int(first)
