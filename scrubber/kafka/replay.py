"""Dead letters into the input topic again: one transaction a chunk, a marker behind each, so that nothing doubles.

The producer's start fences a replay that still runs and aborts what it left open. Only then is the topic read, to its
very end, so that every marker that was ever committed is seen, also one behind a worker's open transaction. After a
failed send the producer is of no more use, and starting another would fence a replay that came in between: whoever
tries again starts from the reading.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from math import inf
from typing import Final, Literal

from aiokafka import AIOKafkaProducer

from scrubber.contract.replay import marker_headers, replay_headers
from scrubber.kafka.batch import Message, Target
from scrubber.kafka.clients import make_replayer
from scrubber.kafka.closing import close
from scrubber.kafka.dead_letter_reader import Progress, open_reader, partition_count
from scrubber.kafka.dead_letters import MOST_NAMED, DeadLetter, Selection, Strangers
from scrubber.kafka.errors import TOO_LARGE, TRANSIENT
from scrubber.kafka.sends import Sent, forget, send
from scrubber.settings import MIB, Settings

_CHUNK_RECORDS: Final = 500
_CHUNK_BYTES: Final = 4 * MIB
_START_SECONDS: Final = 60.0
_ABORT_SECONDS: Final = 5.0
_CLOSE_SECONDS: Final = 2.0

Addressed = tuple[DeadLetter, Message]

Obstacle = Literal["no-value", "other-topic", "no-partition", "too-large"]
OBSTACLES: Final[dict[Obstacle, str]] = {
    "no-value": "hold no value: no worker can make a claim of that",
    "other-topic": "came from another topic than --input-topic names",
    "no-partition": "came from a partition that the input topic does not have any more",
    "too-large": "are larger than the input topic takes: raise its max.message.bytes",
}
"""Why a dead letter that was selected stays where it is."""


@dataclass(slots=True)
class Report:
    """What became of the dead letters that were selected. `named`: ids of those that stayed, the first ones of each."""

    replayed: Counter[str] = field(default_factory=Counter)
    left: Counter[Obstacle] = field(default_factory=Counter)
    named: dict[Obstacle, list[str]] = field(default_factory=dict)
    strangers: Strangers = field(default_factory=Strangers)

    def leave(self, dead: DeadLetter, obstacle: Obstacle) -> None:
        """Count one that stays."""
        self.left[obstacle] += 1
        named = self.named.setdefault(obstacle, [])
        if len(named) < MOST_NAMED:
            named.append(dead.letter.id)


@dataclass(slots=True)
class _Sizes:
    """What the input topic was seen to refuse: records of so many bytes, and batches of several that are smaller."""

    refused: float = inf
    alone: bool = False


class _TooLargeError(Exception):
    """The broker refused a batch for its size."""

    def __init__(self, letters: list[DeadLetter]) -> None:
        super().__init__(len(letters))
        self.letters = letters


async def replay(settings: Settings, selection: Selection, report: Report, limit: int | None, tell: Progress) -> None:
    """Replay what is selected and waits, at most `limit`, counting into `report` as transactions are committed.

    Raises KafkaError, TimeoutError, OSError or AssertionError (see kafka/errors.py); what `report` has is done even so.
    """
    sizes = _Sizes()
    while True:
        report.left.clear()
        report.named.clear()
        rest = inf if limit is None else limit - report.replayed.total()
        try:
            async with _producer(settings) as producer:
                await _session(producer, settings, selection, report, sizes, rest, tell)
        except _TooLargeError as error:
            if len(error.letters) > 1:
                sizes.alone = True
            else:
                sizes.refused = min(sizes.refused, _size(error.letters[0]))
        else:
            return


@asynccontextmanager
async def _producer(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    producer = make_replayer(settings)
    try:
        await asyncio.wait_for(producer.start(), _START_SECONDS)
        yield producer
    finally:
        await close(producer, _CLOSE_SECONDS)


async def _session(
    producer: AIOKafkaProducer,
    settings: Settings,
    selection: Selection,
    report: Report,
    sizes: _Sizes,
    limit: float,
    tell: Progress,
) -> None:
    """Read, and replay chunk by chunk, one partition of the dead-letter topic after another."""
    count = await partition_count(settings, settings.input_topic)
    async with open_reader(settings, tell, behind_open=True) as reader:
        report.strangers = reader.strangers
        async for partition, fold in reader.folds(selection):
            chunk, size = list[DeadLetter](), 0
            async with aclosing(reader.letters(partition, fold.places("waiting"))) as letters:
                async for dead in letters:
                    if limit <= 0:
                        break
                    obstacle = _obstacle(dead, settings.input_topic, count, sizes)
                    if obstacle:
                        report.leave(dead, obstacle)
                        continue
                    limit -= 1
                    chunk.append(dead)
                    size += _size(dead)
                    if len(chunk) >= _CHUNK_RECORDS or size >= _CHUNK_BYTES:
                        await _transact(producer, chunk, settings, report, alone=sizes.alone)
                        chunk, size = [], 0
            if chunk:
                await _transact(producer, chunk, settings, report, alone=sizes.alone)


def _obstacle(dead: DeadLetter, topic: str, count: int, sizes: _Sizes) -> Obstacle | None:
    if not dead.value:
        return "no-value"
    if dead.letter.origin.topic != topic:
        return "other-topic"
    if dead.letter.origin.partition >= count:
        return "no-partition"
    return "too-large" if _size(dead) >= sizes.refused else None


def _size(dead: DeadLetter) -> int:
    return len(dead.value or b"") + len(dead.key or b"")


async def _transact(
    producer: AIOKafkaProducer, chunk: list[DeadLetter], settings: Settings, report: Report, *, alone: bool
) -> None:
    """Write the records and their markers, all or none."""
    sends: list[Sent] = []
    about: list[DeadLetter] = []
    try:
        await producer.begin_transaction()
        async with asyncio.timeout(settings.transaction_timeout_ms / 1000):
            for (topic, partition), addressed in chain(_records(chunk), _markers(chunk, settings)):
                about += [dead for dead, _ in addressed]
                await send(producer, topic, partition, [message for _, message in addressed], sends, alone=alone)
            await _acknowledged(sends, about)
            await producer.commit_transaction()
    except BaseException:
        forget(sends)
        # Readers of both topics wait for the end of a transaction, and nobody else ends this one.
        with suppress(*TRANSIENT):
            await asyncio.wait_for(producer.abort_transaction(), _ABORT_SECONDS)
        raise
    report.replayed.update(dead.letter.reason for dead in chunk)


def _records(chunk: list[DeadLetter]) -> Iterable[tuple[Target, list[Addressed]]]:
    """The records as they came, for the partitions they came from."""
    found: dict[Target, list[Addressed]] = {}
    for dead in chunk:
        message = dead.key, dead.value, replay_headers(dead.letter)
        found.setdefault((dead.letter.origin.topic, dead.letter.origin.partition), []).append((dead, message))
    return found.items()


def _markers(chunk: list[DeadLetter], settings: Settings) -> Iterable[tuple[Target, list[Addressed]]]:
    """The markers, each for the partition that its dead letter stands in: without a key, which may be PHI."""
    now, source = int(time.time() * 1000), f"/claim-scrubber/{settings.group}/replay"
    found: dict[Target, list[Addressed]] = {}
    for dead in chunk:
        message = None, None, marker_headers(dead.letter, time=now, source=source)
        found.setdefault((settings.dead_letter_topic, dead.partition), []).append((dead, message))
    return found.items()


async def _acknowledged(sends: list[Sent], letters: Iterable[DeadLetter]) -> None:
    """Wait for every send: a commit succeeds although one of them failed. `letters`: in the order they were sent."""
    order = iter(letters)
    for sent, held in sends:
        about = list(islice(order, held))
        try:
            await sent
        except TOO_LARGE:
            raise _TooLargeError(about) from None
