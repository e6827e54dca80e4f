"""Publishes records at a steady rate, and reads a share of the answers to see how long each took."""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from scrubber.kafka.partitioner import partition_of

from .plan import MOST_WAITING, PARTITIONS

_PAUSE_SECONDS: Final = 0.02
_AT_ONCE: Final = 250
SEEN: Final = 0
"""The partition whose answers are read: inputs and outputs have as many partitions, so a key stays in its own."""


class Driver:
    """Counts what was published and times one partition's answers."""

    def __init__(self, address: str, topic: str, rate: float, waiting: Callable[[], int]) -> None:
        """`rate`: a second, 0 for as many as go. `waiting`: records that nobody has answered yet."""
        self.published = self.doubled = 0
        self.seconds: list[float] = []
        self._address = address
        self._topic = topic
        self._rate = rate
        self._waiting = waiting
        self._asked: dict[bytes, float] = {}

    @property
    def unanswered(self) -> int:
        """Records of the partition that is read, so far without an answer."""
        return len(self._asked)

    async def publish(self, records: Iterator[tuple[bytes, bytes]]) -> None:
        """Publish until cancelled; what was begun is flushed. Raises the first error of a send."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self._address, linger_ms=5, max_request_size=4 << 20, enable_idempotence=True
        )
        await producer.start()
        sends: list[asyncio.Future[object]] = []
        began, before = time.monotonic(), 0
        try:
            while True:
                due = int((time.monotonic() - began) * self._rate) - before if self._rate else _AT_ONCE
                if self._waiting() > MOST_WAITING:
                    # What it missed is not made up for: a burst is no steady rate.
                    began, before, due = time.monotonic(), 0, 0
                for _ in range(min(due, _AT_ONCE)):
                    sends.append(await self._send(producer, *next(records)))
                    before += 1
                sends = _looked_at(sends)
                await asyncio.sleep(0 if due > _AT_ONCE or (due and not self._rate) else _PAUSE_SECONDS)
        finally:
            await producer.stop()
            _looked_at(sends)

    async def _send(self, producer: AIOKafkaProducer, key: bytes, value: bytes) -> "asyncio.Future[object]":
        partition = partition_of(key, PARTITIONS, 0)
        if partition == SEEN:
            self._asked[key] = time.monotonic()
        self.published += 1
        sent: asyncio.Future[object] = await producer.send(self._topic, value, key=key, partition=partition)
        return sent

    async def read(self, consumer: AIOKafkaConsumer) -> None:
        """Time the answers until cancelled. `consumer`: reads that partition of every output, committed ones only."""
        while True:
            answers = await consumer.getmany(timeout_ms=200)
            now = time.monotonic()
            for records in answers.values():
                for record in records:
                    asked = self._asked.pop(record.key, None)
                    if asked is None:
                        self.doubled += 1
                    else:
                        self.seconds.append(now - asked)

    def take_seconds(self) -> list[float]:
        """How long each answer took that was read since the last call, in order of size."""
        taken, self.seconds = sorted(self.seconds), []
        return taken


def _looked_at(sends: "list[asyncio.Future[object]]") -> "list[asyncio.Future[object]]":
    """What is still under way; raises where one has failed."""
    for send in sends:
        if send.done():
            send.result()
    return [send for send in sends if not send.done()]
