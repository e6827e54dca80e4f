"""The long run: faults drawn at random follow each other while claims flow, and every claim is answered exactly once.

`make chaos CLAIMS=1000000 KILLS=200` for the long one; SEED has a run again, as far as processes let it.
"""

import asyncio
import os
import random
import time

import pytest

from tests.brokers import Broker, report
from tests.chaos.arena import PARTITIONS, arena
from tests.chaos.broker_faults import broker_faults
from tests.chaos.faults import WORKER_FAULTS, Outcome, Scene, plan, suffer
from tests.chaos.report import lines, summary, write
from tests.sites import Site

pytestmark = [pytest.mark.broker, pytest.mark.chaos, pytest.mark.slow, pytest.mark.short, pytest.mark.timeout(7200)]

CLAIMS = int(os.environ.get("CLAIMS") or 20_000)
KILLS = int(os.environ.get("KILLS") or 8)
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
# Kinds to draw from, by how their names begin: all unless given. A kind that kills must be among them.
ONLY = os.environ.get("ONLY", "")
# A guess until there are faults to go by.
_FAULT_SECONDS = 5.0


async def test_mixed_faults(chaos_site: Site, chaos_broker: Broker, request: pytest.FixtureRequest) -> None:
    draw = random.Random(SEED)
    cluster = chaos_broker.cluster
    assert cluster is not None
    hurtful = broker_faults(cluster)
    faults = plan(tuple(each for each in WORKER_FAULTS + hurtful if each.kind.startswith(ONLY)), KILLS, draw)
    report(request.config, f"chaos: {CLAIMS} claims, {len(faults)} faults, {KILLS} of them kills: SEED={SEED}")
    outcomes: list[Outcome] = []
    began = time.monotonic()

    def seconds_left() -> float:
        each = (time.monotonic() - first) / len(outcomes) if outcomes else _FAULT_SECONDS
        return each * (len(faults) - len(outcomes))

    async with arena(chaos_site) as all_:
        first = time.monotonic()
        flow = asyncio.create_task(all_.driver.flow(CLAIMS, seconds_left))
        scene = Scene(all_.crew, all_.watch, draw, PARTITIONS)
        for fault in faults:
            outcomes.append(await suffer(fault, scene))
            if fault in hurtful:
                await cluster.wait_healthy()
            if flow.done():
                await flow
        await flow
        judgement = await all_.finish()
        run = summary(broker=chaos_broker.kind, seed=SEED, kills=KILLS, seconds=time.monotonic() - began,
                      claims=all_.driver.count, outcomes=outcomes, judgement=judgement)  # fmt: skip
    write(f"mixed-{chaos_broker.kind}", run)
    for line in lines(run):
        report(request.config, line)
    assert not any(judgement.faults.values()), judgement.examples
