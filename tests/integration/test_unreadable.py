"""A record that no client can take apart holds up its partition, loses nothing and stops nobody else."""

import json

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.record.util import calc_crc32c

from tests.claims import claim_bytes
from tests.sites import Site, wait_until

pytestmark = pytest.mark.broker

_CRC, _COVERED = slice(17, 21), 21  # of a record batch: where its checksum is, and where what it covers begins
_NAME = b"REPLACED"


async def publish_unreadable(site: Site, good: list[bytes], partition: int) -> None:
    """The good values and then one record with a header whose name is no UTF-8, all in one batch."""
    producer = AIOKafkaProducer(bootstrap_servers=site.broker.address)
    await producer.start()
    try:
        batch = producer.create_batch()
        for value in good:
            batch.append(timestamp=None, key=b"K", value=value)
        batch.append(timestamp=None, key=b"K", value=claim_bytes("BAD"), headers=[(_NAME.decode(), b"")])
        written = batch._build()
        written[:] = bytes(written).replace(_NAME, b"\xff" * len(_NAME))
        written[_CRC] = calc_crc32c(bytes(written[_COVERED:])).to_bytes(4, "big")
        await (await producer.send_batch(batch, site.settings().input_topic, partition=partition))
    finally:
        await producer.stop()


async def test_an_unreadable_record_holds_up_its_partition_alone(site: Site) -> None:
    await publish_unreadable(site, [claim_bytes(f"BEFORE-{number}") for number in range(5)], partition=0)
    await site.publish([(b"K", claim_bytes("AFTER"), [])], partition=0)
    await site.publish([(b"K", claim_bytes(f"BESIDE-{number}"), []) for number in range(50)], partition=1)
    with site.worker() as worker:
        records = await site.read(55)
        wait_until(lambda: bool(worker.events("record-unreadable")), 30, worker.text)
        assert worker.stop() == 0
    names = sorted(json.loads(record.value)["claim_id"] for record in records)
    assert names == sorted([*(f"BEFORE-{n}" for n in range(5)), *(f"BESIDE-{n}" for n in range(50))])
    assert await site.committed() == {0: 5, 1: 50, 2: 0}
    line = worker.events("record-unreadable")[0]
    assert (line["partition"], line["offset"], line["error"]) == (0, 5, "UnicodeDecodeError")
