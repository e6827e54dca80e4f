"""What a worker goes through in weeks, in minutes: others join and leave, end and start again, and the rules change.

Worker `a` lives through all of it, so that what each leaves behind adds up in one process; worker `b` comes and goes.
"""

import asyncio
import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

from scrubber.reference import data_folder
from tests.sites import Site, Worker

_TITLE: Final = 'title = "Medicare"'
_STEPS: Final = ((0.15, "b joins"), (0.40, "b starts again"), (0.60, "b leaves"), (0.75, "new policy"))
"""When in a round, as a share of it."""
_REFUSED_EVERY: Final = 3
_READY_SECONDS: Final = 120
_STOP_SECONDS: Final = 60


class Unrest:
    """Starts and stops workers. `workers`: that run now. `events`: what was done when. `problems`: what went wrong."""

    def __init__(self, site: Site, clock: Callable[[], float]) -> None:
        """`clock`: seconds of the run."""
        self.workers: dict[str, Worker] = {}
        self.events: list[tuple[float, str]] = []
        self.problems: list[str] = []
        self._ready: set[str] = set()
        self._site = site
        self._clock = clock
        self._stack = ExitStack()
        self._payers = site.folder / "payers"
        shutil.copytree(data_folder() / "payers", self._payers)
        self._round = 0

    async def start(self, name: str) -> None:
        """Start a worker and wait until claims flow."""
        started = self._site.starting(
            instance=name, payer_folder=self._payers, reload_seconds=1, log_format="json", log_interval_seconds=60
        )
        self.workers[name] = self._stack.enter_context(started)
        await asyncio.to_thread(self.workers[name].wait_ready, _READY_SECONDS)
        self._ready.add(name)

    async def stop(self, name: str) -> None:
        """SIGTERM, and note an exit code other than 0; one that was only just started may die of the signal."""
        worker = self.workers.pop(name)
        code = await asyncio.to_thread(worker.stop, seconds=_STOP_SECONDS)
        if code != 0 and name in self._ready:
            self.problems.append(f"{name} ended with exit code {code} at {self._clock():.0f} s")
        self._ready.discard(name)

    async def go_on(self, cycle: float) -> None:
        """Rounds of `cycle` seconds until cancelled, the last one broken off."""
        while True:
            began = time.monotonic()
            for share, what in _STEPS:
                await asyncio.sleep(max(0.0, began + share * cycle - time.monotonic()))
                self.events.append((round(self._clock(), 1), what))
                await self._do(what)
            self._round += 1
            await asyncio.sleep(max(0.0, began + cycle - time.monotonic()))

    async def _do(self, what: str) -> None:
        if what == "b joins":
            await self.start("b")
        elif what == "b leaves":
            await self.stop("b")
        elif what == "b starts again":
            await self.stop("b")
            await self.start("b")
        else:
            await self._change_policy()

    async def _change_policy(self) -> None:
        """Another title, so that everything is read anew; every third time a file first that cannot be used."""
        medicare = self._payers / "medicare.toml"
        if self._round % _REFUSED_EVERY == 1:
            medicare.write_text("this is no policy = = =", encoding="utf-8")
            await asyncio.sleep(3)
        fresh = (data_folder() / "payers" / "medicare.toml").read_text(encoding="utf-8")
        changed = _TITLE.replace("Medicare", f"Medicare {self._round}")
        medicare.write_text(fresh.replace(_TITLE, changed), encoding="utf-8")

    def close(self) -> None:
        """End every worker that still runs."""
        self._stack.close()
