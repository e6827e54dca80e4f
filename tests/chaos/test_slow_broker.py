"""A broker behind a slow network: the worker's memory keeps its bound, and its group keeps the worker."""

import asyncio
import subprocess
import sys
import time
from typing import Any

import pytest

from scrubber.engine import load_engine
from tests.brokers import report
from tests.chaos.driver import Driver
from tests.chaos.proxy import throttled
from tests.chaos.verifier import Verifier, follow
from tests.chaos.watch import Watch
from tests.sites import Site

pytestmark = [pytest.mark.broker, pytest.mark.chaos, pytest.mark.slow]

_EACH = 4000
"""Claims of each partition: 6 MB, more than is fetched of one at a time."""
_SLOW_SECONDS = 30.0
_BACKLOG = 8 << 20
# What the fetches under way, the sends under way and Python's own freed memory may add to the backlog.
_BESIDE = 120 << 20


async def test_memory_is_bounded_and_the_group_stays(chaos_site: Site, request: pytest.FixtureRequest) -> None:
    cluster = chaos_site.broker.cluster
    assert cluster is not None
    if len(cluster.nodes) > 1:
        pytest.skip("one slow node says it all")
    port = int(chaos_site.broker.address.rpartition(":")[2])
    watch, verifier, ended = Watch(chaos_site), Verifier(load_engine(), chaos_site.settings()), asyncio.Event()
    async with Driver(chaos_site, 6) as driver, throttled(port, bytes_per_second=1_000_000, delay=0.02) as proxy:
        command = [sys.executable, "-m", "tests.chaos.proxy", str(port), str(proxy)]
        more: dict[str, Any] = {"max_claim_bytes": 8192, "backlog_bytes": _BACKLOG}
        with chaos_site.starting(command, **more) as worker:
            watching, reading = (
                asyncio.create_task(work) for work in (watch.run(), follow(chaos_site, verifier, ended))
            )
            await driver.publish(1)
            await watch.moves(6, 60)
            before = memory(worker.process.pid)
            await driver.publish(_EACH)
            most, until = before, time.monotonic() + _SLOW_SECONDS
            while time.monotonic() < until:
                most = max(most, memory(worker.process.pid))
                await asyncio.sleep(0.2)
            committed = sum(watch.offsets.values())
            assert 1000 < committed < driver.count, "not slow, or not working"
            assert len(worker.events("partitions-assigned")) == 1
            assert worker.events("partition-fenced") == []
            assert worker.stop() == 0
        # What is left, at full speed.
        with chaos_site.starting(**more) as quick:
            async with asyncio.timeout(600):
                await watch.reaches(driver.published, 600)
            assert quick.stop() == 0
        ended.set()
        await reading
        watching.cancel()
        await asyncio.wait({watching})
    judgement = verifier.judge(driver.published)
    report(request.config, f"slow broker: {committed} claims in {_SLOW_SECONDS:.0f} s, "
                           f"memory {before >> 20} MiB before, {most >> 20} MiB at most")  # fmt: skip
    assert not any(judgement.faults.values()), judgement.examples
    assert most - before < _BACKLOG + _BESIDE


def memory(pid: int) -> int:
    """Bytes that the process has in memory."""
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(told.stdout) << 10
