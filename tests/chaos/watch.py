"""What the group has committed, as the broker tells it: the only word that counts for how long a fault was felt."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from tests.sites import Site

_POLL_SECONDS: Final = 0.05


class Watch:
    """Asks twenty times a second. Times are of `time.monotonic()`."""

    def __init__(self, site: Site) -> None:
        """`site`: whose group."""
        self.offsets: dict[int, int] = {}
        self._site = site
        self._settings = site.settings()
        self._moved: dict[int, float] = {}
        self._longest: dict[int, float] = {}

    async def run(self) -> None:
        """Until cancelled; a broker that does not answer is asked again."""
        while True:
            with suppress(KafkaError, OSError, TimeoutError):
                await self._run()
            await asyncio.sleep(_POLL_SECONDS)

    async def _run(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._site.broker.address, request_timeout_ms=3000)
        try:
            await admin.start()
            while True:
                self._take(await admin.list_consumer_group_offsets(self._settings.group))
                await asyncio.sleep(_POLL_SECONDS)
        finally:
            await admin.close()

    def _take(self, answer: Mapping[object, object]) -> None:
        now = time.monotonic()
        for tp, committed in answer.items():
            partition, offset = tp.partition, committed.offset  # type: ignore[attr-defined]  # aiokafka's named tuples
            if offset > self.offsets.get(partition, -1):
                gap = now - self._moved.get(partition, now)
                self._longest[partition] = max(gap, self._longest.get(partition, 0.0))
                self.offsets[partition], self._moved[partition] = offset, now

    def forget(self) -> None:
        """From now on `idle()` speaks of what comes."""
        self._longest = {}

    def idle(self) -> float:
        """The longest time, in seconds, in which a partition committed nothing."""
        return max(self._longest.values(), default=0.0)

    async def moves(self, partitions: int, seconds: float, beyond: Mapping[int, int] | None = None) -> float:
        """Wait until every partition has committed something past `beyond`, by default what is committed now.

        Returns when that was seen of the last one. AssertionError after `seconds`.
        """
        since = dict(self.offsets) if beyond is None else beyond
        until = time.monotonic() + seconds
        while left := [number for number in range(partitions) if self.offsets.get(number, 0) <= since.get(number, 0)]:
            assert time.monotonic() < until, f"nothing is committed on partitions {left} for {seconds:.0f} s"
            await asyncio.sleep(_POLL_SECONDS / 2)
        return max(self._moved[number] for number in range(partitions))

    async def reaches(self, published: Mapping[int, int], seconds: float) -> None:
        """Wait until all that was published is committed.

        AssertionError once a partition that is not so far commits nothing for `seconds`: how long all of it takes is
        the machine's affair.
        """
        began = time.monotonic()
        while left := {p: n - self.offsets.get(p, 0) for p, n in published.items() if self.offsets.get(p, 0) < n}:
            last = min(self._moved.get(partition, began) for partition in left)
            still = time.monotonic() - max(last, began)
            assert still < seconds, f"nothing is committed for {still:.0f} s, left by partition: {left}"
            await asyncio.sleep(_POLL_SECONDS)
