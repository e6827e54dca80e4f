"""The process around the loop: Faust gives it its life, its signals and its web server, and touches no claim.

Faust's own consumer and producer stay off: `docs/decisions/0002-faust-shell-aiokafka-loop.md` says what they lose.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Iterable
from typing import Any

import faust
import mode
from faust.app.base import BootStrategy

from scrubber.log import Event, emit
from scrubber.settings import Settings
from scrubber.worker.exits import ExitCode


class _WithoutKafka(BootStrategy):
    enable_kafka = False
    enable_sensors = False


class _App(faust.App):
    BootStrategy = _WithoutKafka
    producer_only = True

    def _create_directories(self) -> None:
        """Make none: Faust's are for tables, which we do not have, and a worker's file system may be read-only."""


def make_app(settings: Settings, loop: asyncio.AbstractEventLoop) -> faust.App:
    """A Faust app with a web server and nothing else."""
    return _App(
        "claim-scrubber",
        loop=loop,
        datadir="/nonexistent",
        broker=f"kafka://{settings.bootstrap_servers.split(',')[0]}",
        web_enabled=True,
        web_bind=settings.web_host,
        web_host=settings.web_host,
        web_port=settings.web_port,
        web_in_thread=False,
        web_router_enabled=False,
        web_tables_enabled=False,
        worker_redirect_stdouts=False,
        autodiscover=False,
    )


class Shell(faust.Worker):
    """Faust's worker with our signals: the first one drains, a second one ends the process at once."""

    def __init__(self, app: faust.App, *services: Any, loop: asyncio.AbstractEventLoop) -> None:  # noqa: ANN401
        """`services` start after the app with its pages, and stop before it."""
        super().__init__(app, *services, loop=loop, quiet=True, override_logging=False, redirect_stdouts=False)
        self.spinner = None
        self._signals = 0
        self._stop_task: asyncio.Task[None] | None = None

    def on_init_dependencies(self) -> Iterable[mode.ServiceT]:
        """Pages first: they answer while the rest starts and while it drains, and a taken port costs no rebalance."""
        super().on_init_dependencies()
        return [self.app, *self.services]

    def install_signal_handlers(self) -> None:
        """SIGTERM and SIGINT only: Faust's others print stacks or open a debugger."""
        for number in (signal.SIGTERM, signal.SIGINT):
            self.loop.add_signal_handler(number, self._on_signal, number)

    def _on_signal(self, number: signal.Signals) -> None:
        self._signals += 1
        if self._signals > 1:
            emit(Event.WORKER_STOPPED, code=int(ExitCode.FORCED), code_name=ExitCode.FORCED.name)
            sys.stderr.flush()
            os._exit(ExitCode.FORCED)
        emit(Event.DRAINING, signal=number.name)
        self.request_stop()

    def request_stop(self) -> None:
        """Begin to stop; `start()` returns at once then, `finish()` when all is closed."""
        if self._stop_task is None:
            self._stop_task = self.loop.create_task(self.stop())

    async def finish(self) -> None:
        """Stop, unless that has begun already, and wait until all is closed."""
        self.request_stop()
        if self._stop_task is not None:
            await self._stop_task

    def _setproctitle(self, info: str, *, ident: str = "") -> None:
        """Leave the process's name alone: Faust's would show addresses and folders in `ps`."""
