"""A worker whose slot in the group another member took comes back to its partitions."""

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor

from tests.claims import claim_bytes
from tests.sites import Site

pytestmark = pytest.mark.broker


async def test_a_worker_whose_slot_was_taken_comes_back(site: Site) -> None:
    if not site.broker.failover:
        pytest.skip("the embedded broker knows no static members")
    settings = site.settings()
    with site.worker(instance="a") as worker:
        await site.publish([(b"K", claim_bytes("ONE"), [])])
        assert len(await site.read(1)) == 1
        # Of the same instance, so the broker refuses the worker's own id from now on.
        thief = AIOKafkaConsumer(
            settings.input_topic, bootstrap_servers=site.broker.address, group_id=settings.group,
            group_instance_id=f"{settings.group}-a", enable_auto_commit=False,
            partition_assignment_strategy=(StickyPartitionAssignor,),
        )  # fmt: skip
        await thief.start()
        await thief.stop()
        await site.publish([(b"K", claim_bytes("TWO"), [])])
        assert len(await site.read(2, seconds=40)) == 2
        assert worker.stop() == 0
