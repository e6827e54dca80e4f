"""Closing aiokafka's clients within a deadline, whatever state they are in, and seeing when one is of no more use.

A producer's `stop()` flushes for ever when the broker is away and a record is unsent; a consumer's may raise
`CancelledError`. So each runs as a task of its own, and what does not end in time loses its connections.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


async def close(client: AIOKafkaProducer | AIOKafkaConsumer, seconds: float) -> bool:
    """Stop the client; True when it closed in an orderly way. Takes at most about twice `seconds`."""
    if await _ends(client.stop(), seconds):
        return True
    # The consumer keeps its client private; without this its sockets would live until the process ends.
    inner = client.client if isinstance(client, AIOKafkaProducer) else client._client  # noqa: SLF001
    await _ends(inner.close(), seconds)
    return False


def has_lost_its_group(consumer: AIOKafkaConsumer) -> bool:
    """Whether the consumer will never join its group again: every call of it fails from now on.

    aiokafka's task that joins and rejoins ends for good on an error that it did not foresee, such as an answer of the
    broker that it cannot read.
    """
    coordinator = consumer._coordinator  # noqa: SLF001  aiokafka tells nobody otherwise
    return coordinator is None or coordinator._coordination_task.done()  # noqa: SLF001


async def _ends(work: Coroutine[Any, Any, object], seconds: float) -> bool:
    """Run `work` for at most `seconds`; True when it came to a normal end."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        if not task.done():
            task.cancel()
    if not task.done():
        await asyncio.wait({task}, timeout=seconds)
    return task.done() and not task.cancelled() and task.exception() is None
