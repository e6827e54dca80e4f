"""What every chaos test stands on: claims flow in, a judge reads what comes out, somebody watches the commits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from scrubber.engine import load_engine
from tests.chaos.crew import Crew
from tests.chaos.driver import Driver
from tests.chaos.shapes import Choose, mixed
from tests.chaos.verifier import Judgement, Verifier, follow
from tests.chaos.watch import Watch
from tests.sites import Site

PARTITIONS: Final = 6
_STALL_SECONDS: Final = 120


@dataclass(slots=True)
class Arena:
    """Claims, workers and judge of one test. After `finish()` it is all over."""

    site: Site
    driver: Driver
    watch: Watch
    crew: Crew
    verifier: Verifier
    _reading: "asyncio.Task[None]"
    _ended: asyncio.Event

    async def finish(self, seconds: float = _STALL_SECONDS) -> Judgement:
        """Wait until all claims are committed, end the workers, read to the end, judge.

        `seconds`: how long a partition may commit nothing before that is a failure.
        """
        await self.watch.reaches(self.driver.published, seconds)
        await self.crew.close()
        self._ended.set()
        await self._reading
        return self.verifier.judge(self.driver.published)

    @asynccontextmanager
    async def flowing(self, each: int = 5, pause: float = 0.05) -> AsyncIterator[None]:
        """Claims keep coming meanwhile: `each` to every partition, then `pause` seconds."""
        flow = asyncio.create_task(self._flow(each, pause))
        try:
            yield
        finally:
            flow.cancel()
            await asyncio.wait({flow})
            await self.driver.settle()

    async def _flow(self, each: int, pause: float) -> None:
        while True:
            # Shielded: a claim half published could not be accounted for.
            await asyncio.shield(self.driver.publish(each))
            await asyncio.sleep(pause)


@asynccontextmanager
async def arena(
    site: Site, *, partitions: int = PARTITIONS, slots: tuple[str, ...] = ("a", "b", "c"), choose: Choose = mixed,
    module: str = "tests.chaos.failpoints", late: bool = False, **settings: object,
) -> AsyncIterator[Arena]:  # fmt: skip
    """Everything at work, every partition committed to once. `module`: run as worker; `settings`: the workers'.

    `late`: the judge begins to read when all is over, because output topics come and go meanwhile.
    """
    ended = asyncio.Event()
    verifier, watch = Verifier(load_engine(), site.settings(), choose), Watch(site)
    with ExitStack() as stack:
        crew = Crew(site, stack, slots, module, **settings)
        async with Driver(site, partitions, choose) as driver:
            reading = asyncio.create_task(follow(site, verifier, ended, late=late))
            watching = asyncio.create_task(watch.run())
            try:
                await crew.ready()
                await driver.publish(10)
                await watch.moves(partitions, 60)
                yield Arena(site, driver, watch, crew, verifier, reading, ended)
            finally:
                for task in (reading, watching):
                    task.cancel()
                await asyncio.wait({reading, watching})
