"""Messages for one partition, in as few produce batches as their sizes allow."""

from asyncio import Future
from collections.abc import Iterable, Iterator, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder

from scrubber.kafka.batch import Message

Sent = tuple[Future[object], int]
"""A produce batch under way, and how many messages it holds. Await each: a commit succeeds although one failed."""


async def send(
    producer: AIOKafkaProducer,
    topic: str,
    partition: int,
    messages: Sequence[Message],
    sends: list[Sent],
    *,
    alone: bool = False,
) -> None:
    """Queue `messages`, at least one, in their order and append what is under way to `sends`.

    `alone`: each in a batch of its own. Raises KafkaError; what was queued before is in `sends` even so.
    """
    for builder, held in _batches(producer, messages, alone=alone):
        sends.append((await producer.send_batch(builder, topic, partition=partition), held))


def _batches(
    producer: AIOKafkaProducer, messages: Sequence[Message], *, alone: bool
) -> Iterator[tuple[BatchBuilder, int]]:
    """Closed batches and how many messages each holds. The first message fits always, whatever its size."""
    builder, held = producer.create_batch(), 0
    for key, value, headers in messages:
        full = alone and held
        if full or builder.append(timestamp=None, key=key, value=value, headers=headers) is None:
            builder.close()
            yield builder, held
            builder, held = producer.create_batch(), 0
            builder.append(timestamp=None, key=key, value=value, headers=headers)
        held += 1
    builder.close()
    yield builder, held


def forget(sends: Iterable[Sent]) -> None:
    """Read the errors of sends that nobody awaits any more, or asyncio would complain that nobody did."""
    for future, _ in sends:
        future.add_done_callback(_look_at)


def _look_at(future: Future[object]) -> None:
    if not future.cancelled():
        future.exception()
