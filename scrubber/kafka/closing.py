"""Closing aiokafka's clients within a deadline, whatever state they are in, and seeing when one is of no more use.

A producer's `stop()` flushes for ever when the broker is away and a record is unsent; a consumer's may raise
`CancelledError`. So each runs as a task of its own, and what does not end in time loses its connections.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError


async def close(client: AIOKafkaProducer | AIOKafkaConsumer, seconds: float) -> bool:
    """Stop the client; True when that ended within `seconds`, be it by an error. Takes at most about twice `seconds`.

    A consumer that is told to stop while it waits to fetch again after an error raises CancelledError, and is no later
    for it.
    """
    ended = await _end(client.stop(), seconds)
    if ended is not None and not ended.cancelled() and ended.exception() is None:
        return True
    # The consumer keeps its client private; without this its sockets would live until the process ends.
    inner = client.client if isinstance(client, AIOKafkaProducer) else client._client  # noqa: SLF001
    await _end(inner.close(), seconds)
    return ended is not None


def has_lost_its_group(consumer: AIOKafkaConsumer, error: KafkaError) -> bool:
    """Whether the consumer, of which a call ended with `error`, will never join its group again.

    aiokafka's task that joins and rejoins ends for good on an error that it did not foresee, such as an answer of the
    broker that it cannot read. And on an answer whose code it does not know, which becomes a bare KafkaError, it asks
    the same again for ever: so with a static member whose slot another one took, or which the broker counts under a new
    id since an answer was lost.
    """
    coordinator = consumer._coordinator  # noqa: SLF001  aiokafka tells nobody otherwise
    return type(error) is KafkaError or coordinator is None or coordinator._coordination_task.done()  # noqa: SLF001


async def _end(work: Coroutine[Any, Any, object], seconds: float) -> asyncio.Task[object] | None:
    """Run `work` for at most `seconds`, then cancel it. The task as it ended by itself, or None."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
        ended = task.done()
    finally:
        if not task.done():
            task.cancel()
    if not ended:
        await asyncio.wait({task}, timeout=seconds)
    if task.done() and not task.cancelled():
        task.exception()  # seen: nobody else will ask for it
    return task if ended else None
