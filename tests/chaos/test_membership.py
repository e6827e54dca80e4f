"""Workers that come, go, run late or are too many: the group is in motion, the answers are not touched by it."""

import asyncio
import random
import signal

import pytest

from scrubber.worker import ExitCode
from tests.chaos.arena import PARTITIONS, arena
from tests.chaos.topics import widen
from tests.sites import Site

pytestmark = [pytest.mark.broker, pytest.mark.chaos, pytest.mark.slow]

_TURNS = 12
_SLOTS = ("a", "b", "c", "d", "e")


async def test_a_rebalance_storm(chaos_site: Site) -> None:
    """Dynamic members: each start and each end is a rebalance for all, and finds batches under way."""
    draw = random.Random(7)
    async with arena(chaos_site, slots=_SLOTS, membership="dynamic", drain_seconds=60) as all_:
        async with all_.flowing():
            for _ in range(_TURNS):
                slot = draw.choice(_SLOTS)
                number = draw.choice((signal.SIGTERM, signal.SIGTERM, signal.SIGKILL))
                code = await all_.crew.stop(slot, number, 90)
                assert code == (-number if number is signal.SIGKILL else ExitCode.STOPPED)
                all_.crew.start(slot)
                await asyncio.sleep(draw.uniform(0.0, 2.0))
            await all_.watch.moves(PARTITIONS, 90)
        judgement = await all_.finish()
    assert not any(judgement.faults.values()), judgement.examples


async def test_partitions_added_to_the_input(chaos_site: Site) -> None:
    """Claims on partitions that the workers did not know of are scrubbed as well, from the first one on."""
    async with arena(chaos_site) as all_:
        await widen(chaos_site, chaos_site.settings().input_topic, PARTITIONS + 3)
        await all_.driver.widen(PARTITIONS + 3)
        async with all_.flowing():
            await all_.watch.moves(PARTITIONS + 3, 90)
        judgement = await all_.finish()
    assert not any(judgement.faults.values()), judgement.examples


async def test_a_drain_that_the_broker_does_not_let_end(chaos_site: Site) -> None:
    """Past its deadline the worker goes with code 5; what it left open is answered by the one after it."""
    cluster = chaos_site.broker.cluster
    assert cluster is not None
    async with arena(chaos_site, drain_seconds=3) as all_:
        async with all_.flowing():
            await asyncio.sleep(2)
            for node in cluster.nodes:
                await cluster.pause(node)
            all_.crew["b"].process.send_signal(signal.SIGTERM)
            code = await all_.crew.ends("b")
            for node in cluster.nodes:
                await cluster.resume(node)
            assert code == ExitCode.DRAIN_DEADLINE, all_.crew["b"].text()
            all_.crew.start("b", drain_seconds=30)
            await all_.watch.moves(PARTITIONS, 90)
        for slot in ("a", "c"):  # they too had little time to drain
            assert await all_.crew.stop(slot) in {ExitCode.STOPPED, ExitCode.DRAIN_DEADLINE}
            all_.crew.start(slot, drain_seconds=30)
        judgement = await all_.finish()
    assert not any(judgement.faults.values()), judgement.examples
