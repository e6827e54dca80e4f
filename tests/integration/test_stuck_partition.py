"""A partition whose output cannot be written waits by itself: the worker's others go on, and nothing of it is lost."""

import sys

import pytest

from scrubber.worker import ExitCode
from tests.claims import claim_bytes
from tests.sites import Site

pytestmark = pytest.mark.broker

# A worker whose writes to the dead-letter topic are never answered.
STUCK = """
import asyncio, os, sys
from aiokafka import AIOKafkaProducer
send = AIOKafkaProducer.send_batch
async def stuck(self, batch, topic, **more):
    if topic == os.environ["SCRUBBER_DEAD_LETTER_TOPIC"]:
        await asyncio.Event().wait()
    return await send(self, batch, topic, **more)
AIOKafkaProducer.send_batch = stuck
from scrubber.worker.__main__ import main
sys.exit(main())
"""
TIMES = 3


async def test_the_other_partitions_go_on(site: Site) -> None:
    """Were they to wait for the stuck partition's transaction to expire, the second time would take half a minute."""
    await site.publish([(b"poison", b"no claim", []), (b"after", claim_bytes("T-after"), [])], partition=0)
    with site.worker([sys.executable, "-c", STUCK]) as worker:
        for time in range(TIMES):
            for number in (1, 2):
                await site.publish([(b"k", claim_bytes(f"T-{number}-{time}"), [])], partition=number)
            assert len(await site.read(2 * (time + 1), seconds=15, quiet=0)) == 2 * (time + 1)
        assert await site.committed() == {0: 0, 1: TIMES, 2: TIMES}
        assert worker.stop(seconds=60) == ExitCode.DRAIN_DEADLINE
    with site.worker() as healthy:
        assert len(await site.read(2 * TIMES + 2)) == 2 * TIMES + 2
        assert healthy.stop() == ExitCode.STOPPED
