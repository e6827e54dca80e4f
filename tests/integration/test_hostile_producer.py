"""What SECURITY.md advises about records that unfold: a topic that stores nothing compressed refuses them."""

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import MessageSizeTooLargeError

from tests.cluster import running_cluster

pytestmark = [pytest.mark.docker, pytest.mark.slow]

MIB = 1024 * 1024
UNFOLDED = b"0" * (64 * MIB)  # 64 KB on the wire


async def publish(address: str, topic: str) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=address, compression_type="gzip", max_request_size=1024 * MIB, max_batch_size=1024 * MIB
    )
    await producer.start()
    try:
        await producer.send_and_wait(topic, UNFOLDED)
    finally:
        await producer.stop()


async def test_a_topic_that_stores_nothing_compressed_refuses_what_unfolds() -> None:
    with running_cluster(1) as cluster:
        address = cluster.address
        admin = AIOKafkaAdminClient(bootstrap_servers=address)
        await admin.start()
        try:
            await admin.create_topics(
                [
                    NewTopic(name, 1, 1, topic_configs={"max.message.bytes": str(17 * MIB), "compression.type": codec})
                    for name, codec in (("as-it-comes", "producer"), ("unfolded", "uncompressed"))
                ]
            )
        finally:
            await admin.close()
        await publish(address, "as-it-comes")
        with pytest.raises(MessageSizeTooLargeError):
            await publish(address, "unfolded")
