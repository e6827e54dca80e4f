"""Row `aiokafka-copy-eos`: aiokafka copies the bytes, one transaction a fetch: what Kafka costs without claims."""

import asyncio

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from .peer import Route

MOST_RECORDS = 8000
FETCH_BYTES = 4 << 20
BATCH_BYTES = 512 << 10


async def copy(route: Route) -> None:
    consumer = AIOKafkaConsumer(
        route.source,
        bootstrap_servers=route.broker,
        group_id=route.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=FETCH_BYTES,
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=route.broker,
        transactional_id=route.group,
        max_batch_size=BATCH_BYTES,
        linger_ms=5,
        retry_backoff_ms=20,
    )
    async with consumer, producer:
        while True:
            fetched = await consumer.getmany(timeout_ms=1000, max_records=MOST_RECORDS)
            if not fetched:
                continue
            async with producer.transaction():
                sent = [await _send(producer, route.sinks["copy"], tp, records) for tp, records in fetched.items()]
                for futures in sent:
                    await asyncio.gather(*futures)
                offsets = {tp: records[-1].offset + 1 for tp, records in fetched.items()}
                await producer.send_offsets_to_transaction(offsets, route.group)


async def _send(
    producer: AIOKafkaProducer, topic: str, tp: TopicPartition, records: list[object]
) -> list["asyncio.Future[object]"]:
    """Pack records into batches by hand, which aiokafka's documentation names as the quickest way."""
    futures: list[asyncio.Future[object]] = []
    batch = producer.create_batch()
    for record in records:
        while batch.append(key=record.key, value=record.value, timestamp=None) is None:  # type: ignore[attr-defined]
            futures.append(await producer.send_batch(batch, topic, partition=tp.partition))
            batch = producer.create_batch()
    futures.append(await producer.send_batch(batch, topic, partition=tp.partition))
    return futures


if __name__ == "__main__":
    uvloop.run(copy(Route.from_arguments()))
