"""Each fault of a broker once, with the claims flowing: on one node, and on three."""

import random

import pytest

from tests.brokers import report
from tests.chaos.arena import PARTITIONS, arena
from tests.chaos.broker_faults import BROKER_FAULTS, broker_faults
from tests.chaos.faults import Fault, Scene, suffer
from tests.sites import Site

pytestmark = [pytest.mark.broker, pytest.mark.chaos, pytest.mark.slow]


@pytest.mark.parametrize("fault", BROKER_FAULTS, ids=lambda fault: fault.kind)
async def test_broker_fault(chaos_site: Site, fault: Fault, request: pytest.FixtureRequest) -> None:
    cluster = chaos_site.broker.cluster
    assert cluster is not None
    if fault not in broker_faults(cluster):
        pytest.skip("one node is every coordinator: the same as without")
    async with arena(chaos_site) as all_:
        async with all_.flowing():
            outcome = await suffer(fault, Scene(all_.crew, all_.watch, random.Random(1), PARTITIONS))
        await cluster.wait_healthy()
        judgement = await all_.finish()
    report(request.config, f"{fault.kind} on {len(cluster.nodes)} nodes: {outcome}; {all_.driver.count} claims")
    assert not any(judgement.faults.values()), judgement.examples
