"""The workers of a chaos test, one for each slot of the group, and what an orchestrator would do with them."""

import asyncio
import os
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from scrubber.worker import ExitCode
from tests.chaos.shapes import MAX_CLAIM_BYTES, claim_values_in
from tests.sites import Site, Worker

# Small batches make many transactions, so that a fault often meets one. At DEBUG whatever would leak does.
_SETTINGS: Final[dict[str, object]] = {"batch_records": 20, "max_claim_bytes": MAX_CLAIM_BYTES, "log_level": "DEBUG"}
_POLL_SECONDS: Final = 0.01
_START_SECONDS: Final = 90


class Crew:
    """Use it as the owner of its processes: what still runs when the stack closes is killed."""

    def __init__(
        self, site: Site, stack: ExitStack, slots: tuple[str, ...] = ("a", "b", "c"),
        module: str = "tests.chaos.failpoints", **more: object,
    ) -> None:  # fmt: skip
        """`module`: what is run as a worker. `more`: settings of every worker, beside those of a chaos test."""
        self.site = site
        self.slots = slots
        self._stack = stack
        self._module = module
        self._settings = _SETTINGS | more
        self._workers: dict[str, Worker] = {}
        self.past: list[Worker] = []
        """Workers whose place another took."""
        for slot in slots:
            self.start(slot)

    def __getitem__(self, slot: str) -> Worker:
        return self._workers[slot]

    def start(self, slot: str, **more: object) -> Worker:
        """Start a worker in the slot, after or in place of the one that ended."""
        if slot in self._workers:
            self.past.append(self._workers[slot])
        command = [sys.executable, "-m", self._module, str(self._order(slot))]
        settings = self._settings | {"instance": slot} | more
        self._workers[slot] = self._stack.enter_context(self.site.starting(command, **settings))
        return self._workers[slot]

    def arm(self, slot: str, action: str, point: str, count: int) -> None:
        """Tell the worker to do `action` at the `count`-th passing of `point`; see failpoints.py."""
        fresh = self._order(slot).with_suffix(".new")
        fresh.write_text(f"{action} {point} {count}", encoding="utf-8")
        fresh.rename(self._order(slot))

    async def stop(self, slot: str, number: signal.Signals = signal.SIGTERM, seconds: float = 40) -> int:
        """Send the signal and wait for the end; the exit code. SIGTERM waits until there is somebody to hear it."""
        if number is signal.SIGTERM:
            await self.ready(slot)
        return await asyncio.to_thread(self[slot].stop, number, seconds)

    async def ready(self, *slots: str) -> None:
        """Wait until the workers of these slots, by default of all, have opened what they were assigned."""
        for slot in slots or self.slots:
            await asyncio.to_thread(self[slot].wait_ready, _START_SECONDS)

    async def ends(self, slot: str, seconds: float = 60) -> int:
        """Wait for the worker's end; the exit code."""
        return await asyncio.to_thread(self[slot].process.wait, seconds)

    async def freezes(self, slot: str, seconds: float = 60) -> None:
        """Wait until the worker's process is stopped (SIGSTOP)."""
        until, pid = time.monotonic() + seconds, self[slot].process.pid
        while not _is_stopped(pid):
            assert time.monotonic() < until, f"worker {slot} does not freeze"
            await asyncio.sleep(_POLL_SECONDS)

    def assert_alive(self) -> None:
        """Fail when a worker has ended that nobody ended."""
        for slot, worker in self._workers.items():
            code = worker.process.poll()
            assert code is None, f"worker {slot} ended by itself with {code}: {worker.text()[-2000:]}"

    async def close(self) -> None:
        """End every worker in an orderly way; fail when one cannot, or told of a bug or of what a claim holds."""
        self.assert_alive()
        codes = await asyncio.gather(*(self.stop(slot) for slot in self._workers))
        assert codes == [ExitCode.STOPPED] * len(self._workers), codes
        for worker in (*self.past, *self._workers.values()):
            text = worker.text()
            assert '"event":"bug"' not in text.replace(" ", ""), text
            assert claim_values_in(text) == set()

    def _order(self, slot: str) -> Path:
        return self.site.folder / f"{slot}.failpoint"


def _is_stopped(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT | os.WNOHANG) is not None
