"""What an operator may do to a running worker's topics."""

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.admin.new_partitions import NewPartitions

from scrubber.kafka.topics import plan_topics
from tests.sites import TOPICS_FILE, Site


async def configure(site: Site, topic: str, **changes: object) -> None:
    """Set the topic to its plan with `changes` (`max_message_bytes=1000`); with none, back to its plan."""
    plan = next(plan for plan in plan_topics(site.settings(), TOPICS_FILE) if plan.name == topic)
    config = dict(plan.config) | {name.replace("_", "."): str(value) for name, value in changes.items()}
    admin = await _admin(site)
    try:
        (answer,) = await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs=config)])
        assert [code for code, *_ in answer.resources] == [0], answer
    finally:
        await admin.close()


async def delete(site: Site, topic: str) -> None:
    """Delete the topic; everything in it is gone."""
    admin = await _admin(site)
    try:
        await admin.delete_topics([topic])
    finally:
        await admin.close()


async def widen(site: Site, topic: str, partitions: int) -> None:
    """Give the topic so many partitions in all."""
    admin = await _admin(site)
    try:
        await admin.create_partitions({topic: NewPartitions(total_count=partitions)})
    finally:
        await admin.close()


async def _admin(site: Site) -> AIOKafkaAdminClient:
    admin = AIOKafkaAdminClient(bootstrap_servers=site.broker.address)
    await admin.start()
    return admin
