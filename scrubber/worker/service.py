"""The claim loop as a service that Faust starts and stops: run, drain, close, each within its deadline."""

import asyncio
import time
from collections.abc import Callable

import mode

from scrubber.kafka.breaker import PoisonedError
from scrubber.kafka.errors import FATAL
from scrubber.kafka.loop import ClaimLoop
from scrubber.log import Event, emit, error_values
from scrubber.settings import Settings
from scrubber.worker.exits import ExitCode

# Of the time to drain, what closing the clients may take after the last commit.
_CLOSING_SHARE = 0.4


class ClaimService(mode.Service):
    """Drives a ClaimLoop. `code` is the exit code once it has ended."""

    def __init__(self, loop_of_claims: ClaimLoop, settings: Settings, on_end: Callable[[], None]) -> None:
        """`on_end`: called when the loop has ended by itself, which only an error makes it do."""
        super().__init__()
        self.code = ExitCode.STOPPED
        self.claims = loop_of_claims
        self._settings = settings
        self._on_end = on_end
        self._running: asyncio.Task[None] | None = None

    async def on_start(self) -> None:
        """Begin; joining the group and opening partitions go on in the background."""
        self._running = asyncio.create_task(self.claims.run())
        self._running.add_done_callback(self._ended)

    async def on_stop(self) -> None:
        """Finish the transactions under way, then close. What is late is left to Kafka, which aborts it."""
        began = time.monotonic()
        until = began + self._settings.drain_seconds
        in_time = await self._drain(until - self._settings.drain_seconds * _CLOSING_SHARE)
        in_time &= await self.claims.close(max(1.0, until - time.monotonic()))
        if not in_time and self.code is ExitCode.STOPPED:
            self.code = ExitCode.DRAIN_DEADLINE
            emit(Event.DRAIN_DEADLINE, seconds=round(time.monotonic() - began, 1))

    async def _drain(self, until: float) -> bool:
        """Let what is being committed end; True when it did before `until`."""
        self.claims.stop()
        running = self._running
        if running is None or running.done():
            return True
        while self.claims.committing and not running.done() and time.monotonic() < until:
            await asyncio.wait({running}, timeout=0.05)
        in_time = not self.claims.committing
        running.cancel()
        await asyncio.wait({running}, timeout=max(1.0, until - time.monotonic()))
        return in_time

    def _ended(self, running: "asyncio.Task[None]") -> None:
        """The loop is over: by our own will, or by an error that decides the exit code."""
        if running.cancelled():
            return
        error = running.exception()
        if error is None:
            return
        if isinstance(error, FATAL):
            self.code = ExitCode.KAFKA
            emit(Event.FATAL_KAFKA_ERROR, **error_values(error))
        elif isinstance(error, PoisonedError):
            self.code = ExitCode.POISONED
            emit(Event.POISONED, row=error.row, dead_letters=dict(error.reasons))
        else:
            self.code = ExitCode.BUG
            emit(Event.BUG, **error_values(error))
        self._on_end()
