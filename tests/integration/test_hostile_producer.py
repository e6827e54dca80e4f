"""Records that unfold to much more than they were on the wire: the input topic, as we make it, refuses them."""

from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from tests.brokers import Broker
from tests.cluster import running_cluster
from tests.sites import Site

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


async def test_the_input_topic_refuses_what_unfolds(tmp_path: Path) -> None:
    with running_cluster(1) as cluster:
        site = Site(Broker("kafka", cluster.address), tmp_path)
        await site.create_topics(1)
        settings = site.settings()
        # The dead-letter topic has the same bound, and keeps what comes as it comes.
        await publish(cluster.address, settings.dead_letter_topic)
        with pytest.raises(MessageSizeTooLargeError):
            await publish(cluster.address, settings.input_topic)
