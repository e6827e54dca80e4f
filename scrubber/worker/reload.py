"""Taking up new imported tables and payer policies while the worker runs.

An engine is read beside the one in force, in a thread of its own, and changes places with it between two batches: a
batch is answered in one go, so none sees two versions. What cannot be used is said once and leaves all as it was.
"""

import asyncio
import gc
import time

import mode

from scrubber.engine import Sources
from scrubber.kafka.handler import ClaimHandler
from scrubber.kafka.metrics import Metrics
from scrubber.log import Event, Plain, emit, error_values
from scrubber.policy import Fingerprint, PolicyError
from scrubber.reference import ReferenceDataError


class Reloading(mode.Service):
    """Looks at the sources every so often, and takes up what is new."""

    def __init__(
        self, sources: Sources, seen: Fingerprint, handler: ClaimHandler, metrics: Metrics, every_seconds: float
    ) -> None:
        """`seen`: fingerprint of the sources, taken before the engine in force was read from them."""
        super().__init__()
        self._sources = sources
        self._seen = seen
        self._handler = handler
        self._metrics = metrics
        self._every = every_seconds
        self._looking: asyncio.Task[None] | None = None

    async def on_start(self) -> None:
        """Begin to look."""
        self._looking = asyncio.create_task(self._look())

    async def on_stop(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking})

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            try:
                found = await asyncio.to_thread(self._sources.fingerprint)
            except (OSError, ReferenceDataError):
                continue  # somebody is replacing a file or a folder at this moment; the next look sees it whole
            if found != self._seen:
                self._seen = found
                await self._take_up()

    async def _take_up(self) -> None:
        began = time.monotonic()
        try:
            engine = await asyncio.to_thread(self._sources.open)
        except (ReferenceDataError, PolicyError) as error:
            # Their words are about tables and policies, never about a claim.
            self._refused(problem=str(error))
        except Exception as error:  # noqa: BLE001  whatever is wrong with the files, the worker goes on as it was
            self._refused(**error_values(error))
        else:
            self._handler.use(engine)
            self._metrics.runs(engine.digest)
            self._metrics.reloaded("taken-up")
            emit(Event.RULES_RELOADED, digest=engine.digest, seconds=round(time.monotonic() - began, 3))
            await asyncio.to_thread(spare_the_collector)

    def _refused(self, **values: Plain) -> None:
        emit(Event.RULES_NOT_RELOADED, **values)
        self._metrics.reloaded("refused")


def spare_the_collector() -> None:
    """Keep the tables out of the garbage collector's sight, and let it run seldom.

    What a claim makes dies by reference count; the collector would only walk the tables and memos, again and again.
    An engine that was replaced goes here: its parts refer to each other.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
