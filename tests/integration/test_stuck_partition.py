"""A partition whose output cannot be written waits by itself: the worker's others go on, and nothing of it is lost."""

import sys

import pytest

from scrubber.worker import ExitCode
from tests.claims import claim_bytes
from tests.sites import Sent, Site

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
EACH = 400


async def test_the_other_partitions_go_on(site: Site) -> None:
    """Forty batches: were each to wait for the stuck partition's transaction to expire, it would take 200 s."""
    await site.publish([(b"poison", b"no claim", []), (b"after", claim_bytes("T-after"), [])], partition=0)
    for number in (1, 2):
        sent: list[Sent] = [(b"k", claim_bytes(f"T-{number}-{each}"), []) for each in range(EACH)]
        await site.publish(sent, partition=number)
    more = {"batch_records": 10, "transaction_timeout_ms": 5000}
    with site.worker([sys.executable, "-c", STUCK], **more) as worker:
        records = await site.read(2 * EACH, seconds=120)
        assert len(records) == 2 * EACH
        assert await site.committed() == {0: 0, 1: EACH, 2: EACH}
        assert worker.process.poll() is None
        worker.stop()
    with site.worker() as healthy:
        everything = await site.read(2 * EACH + 2)
        assert len(everything) == 2 * EACH + 2
        assert healthy.stop() == ExitCode.STOPPED
