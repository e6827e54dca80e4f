"""Publishes claims and knows how many Kafka has taken of each partition."""

import asyncio
import math
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Final, Self

from aiokafka import AIOKafkaProducer

from tests.chaos.shapes import Choose, claim_id, mixed
from tests.sites import Site

_TICK_SECONDS: Final = 0.05
_PATIENCE_MS: Final = 180_000
"""A broker that is away must not make the driver give a claim up: it could not say whether Kafka has it."""


class Driver:
    """The one producer of a test's input topic.

    Idempotent and without transactions, on a topic of its own: the claim with sequence n stands at offset n.
    """

    def __init__(self, site: Site, partitions: int, choose: Choose = mixed, bootstrap: str = "") -> None:
        """`bootstrap`: another address than the site's, such as one that no fault cuts off."""
        self.published: dict[int, int] = dict.fromkeys(range(partitions), 0)
        self._topic = site.settings().input_topic
        self._choose = choose
        self._lock = asyncio.Lock()
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap or site.broker.address, enable_idempotence=True, linger_ms=0,
            max_batch_size=512 << 10, max_request_size=20 << 20, request_timeout_ms=_PATIENCE_MS,
        )  # fmt: skip

    @property
    def count(self) -> int:
        """Claims that Kafka has taken."""
        return sum(self.published.values())

    async def publish(self, each: int, partitions: Iterable[int] | None = None) -> None:
        """The next `each` claims of every partition, or of those named; returns when Kafka has taken them."""
        async with self._lock:
            await asyncio.gather(*(self._append(number, each) for number in partitions or list(self.published)))

    async def settle(self) -> None:
        """Wait until nothing more is being published."""
        async with self._lock:
            pass

    async def widen(self, partitions: int) -> None:
        """Publish to so many partitions from now on; waits until the producer knows them."""
        while len(await self._producer.partitions_for(self._topic)) < partitions:
            await self._producer.client.force_metadata_update()
        self.published |= dict.fromkeys(range(len(self.published), partitions), 0)

    async def flow(self, total: int, seconds_left: Callable[[], float]) -> None:
        """Publish up to `total` claims, spread evenly over the time that is left."""
        while (left := total - self.count) > 0:
            share = left * _TICK_SECONDS / max(_TICK_SECONDS, seconds_left())
            await self.publish(math.ceil(min(share, 20_000) / len(self.published)))
            await asyncio.sleep(_TICK_SECONDS)

    async def _append(self, partition: int, each: int) -> None:
        sequence = self.published[partition]
        until = sequence + each
        while sequence < until:
            first, builder = sequence, self._producer.create_batch()
            while sequence < until and self._add(builder, partition, sequence):
                sequence += 1
            builder.close()
            sent = await (await self._producer.send_batch(builder, self._topic, partition=partition))
            # -1: it had been taken when it was sent again. A wrong place would show in the verdicts' origin.
            assert sent.offset in {first, -1}, (partition, first, sent.offset)
            self.published[partition] = sequence

    def _add(self, builder: Any, partition: int, sequence: int) -> bool:
        name = claim_id(partition, sequence).encode()
        record = self._choose(partition, sequence).record(name, sequence)
        taken = builder.append(timestamp=record.timestamp, key=name, value=record.value, headers=record.headers)
        return taken is not None

    async def __aenter__(self) -> Self:
        await self._producer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._producer.stop()
