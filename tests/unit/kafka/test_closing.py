"""Whether closing a client was in time; the clients end as aiokafka's were seen to."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace

import pytest

from scrubber.kafka.closing import close


async def in_order() -> None:
    """What a healthy client does."""


async def cancelled() -> None:
    """A consumer whose fetch waited after an error."""
    raise asyncio.CancelledError


async def failing() -> None:
    raise ConnectionResetError


async def hanging() -> None:
    """A producer with an unsent record while the broker is away."""
    await asyncio.sleep(3600)


@pytest.mark.parametrize(
    ("stop", "in_time", "sockets_closed"),
    [(in_order, True, 0), (cancelled, True, 1), (failing, True, 1), (hanging, False, 1)],
)
async def test_only_what_takes_too_long_is_late(
    stop: Callable[[], Awaitable[None]], in_time: bool, sockets_closed: int
) -> None:
    closed = []

    async def close_sockets() -> None:
        closed.append(1)

    client = SimpleNamespace(stop=stop, _client=SimpleNamespace(close=close_sockets))
    assert await close(client, 0.2) is in_time
    assert len(closed) == sockets_closed
