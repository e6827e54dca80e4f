"""Every claim is answered exactly once and in order while a worker is ended and started again in mid-flow.

On every broker, the embedded one too, which notices no dead member: so one worker, ended by SIGTERM. What kills and
freezes several of them is in tests/chaos (`make chaos`).
"""

import asyncio
import random
from pathlib import Path

import pytest

from scrubber.worker import ExitCode
from tests.brokers import Broker, report
from tests.chaos.arena import PARTITIONS, arena
from tests.sites import Site

pytestmark = [pytest.mark.broker, pytest.mark.slow]

_STOPS = 4
_EACH = 300


async def test_every_claim_exactly_once(broker: Broker, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    site = Site(broker, tmp_path)
    await site.create_topics(PARTITIONS)
    async with arena(site, slots=("a",)) as all_:
        for _ in range(_STOPS):
            # Work is under way at each stop, however quick the machine is.
            await all_.driver.publish(_EACH)
            await asyncio.sleep(random.uniform(0.0, 0.5))
            assert await all_.crew.stop("a") == ExitCode.STOPPED
            all_.crew.start("a")
        judgement = await all_.finish()
    report(request.config, f"exactly once on {broker.kind}: {all_.driver.count} claims, {_STOPS} stops: "
                           f"{judgement.faults}")  # fmt: skip
    assert not any(judgement.faults.values()), judgement.examples
