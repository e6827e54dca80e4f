"""A slow network: a TCP proxy that lets each connection have so many bytes a second, after a delay.

`python -m tests.chaos.proxy BROKER_PORT PROXY_PORT` is `python -m scrubber.worker`, whose every connection to the first
port of this host goes to the second. The broker and the other clients know nothing of it.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka.conn import AIOKafkaConnection

from scrubber.worker.__main__ import main

_CHUNK: Final = 16 << 10


@asynccontextmanager
async def throttled(port: int, *, bytes_per_second: int, delay: float) -> AsyncIterator[int]:
    """Yield the port of a proxy to `port` on this host. `delay`: seconds, once for each piece that passes."""

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while piece := await source.read(_CHUNK):
                await asyncio.sleep(delay + len(piece) / bytes_per_second)
                target.write(piece)
                await target.drain()
        except OSError:
            pass  # one side is gone; the other hears of it
        finally:
            target.close()

    async def serve(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        broker_source, broker_target = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(source, broker_target), pump(broker_source, target))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=_CHUNK)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def _go_round(port: int, proxy: int) -> None:
    connect = AIOKafkaConnection.connect

    async def through(self: Any) -> Any:
        if self._port == port:
            self._port = proxy
        return await connect(self)

    AIOKafkaConnection.connect = through


if __name__ == "__main__":
    _go_round(int(sys.argv[1]), int(sys.argv[2]))
    sys.exit(main())
