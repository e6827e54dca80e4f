"""One soak: topics, workers, driver, unrest, samples, and what came of it."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from scrubber.kafka.topics import create_topics, plan_topics
from tests.brokers import Broker
from tests.sites import TOPICS_FILE, Site

from .claims import records
from .driver import SEEN, Driver
from .judge import Trend, trend
from .plan import BOUNDS, PARTITIONS, RETENTION, SAMPLE_SECONDS, Plan
from .unrest import Unrest
from .watch import Group, Sample, look_at

JUDGED: Final = "a"
_DRAIN_SECONDS: Final = 90.0


@dataclass
class Outcome:
    """What a soak came to. `problems`: what must not happen at all. `log`: events of the judged worker, counted."""

    plan: Plan
    samples: list[Sample] = field(default_factory=list)
    events: list[tuple[float, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    trends: list[Trend] = field(default_factory=list)
    log: Counter[str] = field(default_factory=Counter)
    timed: int = 0

    @property
    def passed(self) -> bool:
        """Whether nothing grows beyond its bound and nothing went wrong."""
        return not self.problems and all(each.verdict != "grows" for each in self.trends)

    def judged(self) -> list[Sample]:
        """The samples after the warm-up, until the driver stopped."""
        return [sample for sample in self.samples if self.plan.warm_up <= sample.at <= self.plan.seconds]

    def as_dict(self) -> dict[str, Any]:
        """For the results' file."""
        return {
            "passed": self.passed,
            "problems": self.problems,
            "trends": [each.as_dict() for each in self.trends],
            "timed": self.timed,
            "log": dict(self.log),
            "warm_up": self.plan.warm_up,
            "cycle": self.plan.cycle,
            "events": self.events,
            "samples": [sample.as_dict() for sample in self.samples],
        }


async def soak(plan: Plan, broker: Broker, folder: Path, say: Callable[[Sample], None]) -> Outcome:
    """Run it. `say`: called with every sample."""
    site = Site(broker, folder)
    await _create_topics(site)
    began = time.monotonic()
    outcome = Outcome(plan)
    unrest = Unrest(site, lambda: time.monotonic() - began)
    try:
        async with _consumers(site) as (group, reader):
            await unrest.start(JUDGED)
            judged = unrest.workers[JUDGED]
            began = time.monotonic()
            driver = Driver(broker.address, site.settings().input_topic, plan.rate, lambda: group.waiting)
            await _work(outcome, driver, group, reader, unrest, began, say)
            for name in list(unrest.workers):
                await unrest.stop(name)
    finally:
        unrest.close()
    outcome.log = Counter(json.loads(line)["event"] for line in judged.text().splitlines())
    outcome.events, outcome.timed = unrest.events, sum(len(sample.seconds) for sample in outcome.samples)
    outcome.problems += unrest.problems
    if driver.unanswered or driver.doubled:
        outcome.problems.append(
            f"of {outcome.timed + driver.unanswered} records looked at {driver.unanswered} had no answer, "
            f"{driver.doubled} answers were too many"
        )
    outcome.trends = [trend(_series(outcome.judged(), bound.name), plan.cycle, bound) for bound in BOUNDS]
    return outcome


async def _work(
    outcome: Outcome,
    driver: Driver,
    group: Group,
    reader: AIOKafkaConsumer,
    unrest: Unrest,
    began: float,
    say: Callable[[Sample], None],
) -> None:
    """Publish and sample until the time is over, then wait until all is answered."""
    plan = outcome.plan
    publishing = asyncio.create_task(driver.publish(records()))
    reading = asyncio.create_task(driver.read(reader))
    resting = asyncio.create_task(unrest.go_on(plan.cycle) if plan.unrest else asyncio.Event().wait())
    try:
        while (at := time.monotonic() - began) < plan.seconds + _DRAIN_SECONDS:
            _raise_early_end(publishing, reading, resting)
            if at > plan.seconds and not publishing.cancelled():
                await _cancel(resting, publishing)
            await group.look()
            workers = await look_at(unrest.workers)
            sample = Sample(at, driver.published, group.committed, group.waiting, driver.take_seconds(), workers)
            outcome.samples.append(sample)
            say(sample)
            if publishing.cancelled() and not group.waiting and not driver.unanswered:
                return
            await asyncio.sleep(max(0.0, SAMPLE_SECONDS - (time.monotonic() - began - at)))
        outcome.problems.append(f"{group.waiting} records were still waiting {_DRAIN_SECONDS:.0f} s after the last")
    finally:
        await _cancel(resting, publishing, reading)


def _raise_early_end(*tasks: "asyncio.Task[Any]") -> None:
    """None of them ends by itself, but by an error."""
    for task in tasks:
        if task.done() and not task.cancelled():
            task.result()


async def _cancel(*tasks: "asyncio.Task[Any]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


def _series(samples: Sequence[Sample], name: str) -> list[tuple[float, float]]:
    return [(sample.at, sample.workers[JUDGED][name]) for sample in samples if name in sample.workers.get(JUDGED, {})]


async def _create_topics(site: Site) -> None:
    """As users make them, but with a retention that a disk survives."""
    settings = site.settings()
    plans = plan_topics(settings, TOPICS_FILE, partitions=PARTITIONS, replication=1)
    await create_topics(settings, [replace(each, config={**each.config, **RETENTION}) for each in plans])


@asynccontextmanager
async def _consumers(site: Site) -> AsyncIterator[tuple[Group, AIOKafkaConsumer]]:
    """The group's books, and a reader of one partition of each output, from its end on."""
    settings = site.settings()
    outputs = [TopicPartition(topic, SEEN) for topic in settings.output_topics().values()]
    inputs = [TopicPartition(settings.input_topic, number) for number in range(PARTITIONS)]
    books = AIOKafkaConsumer(bootstrap_servers=site.broker.address, group_id=settings.group, enable_auto_commit=False)
    reader = AIOKafkaConsumer(
        bootstrap_servers=site.broker.address, enable_auto_commit=False, auto_offset_reset="earliest",
        isolation_level="read_committed", max_partition_fetch_bytes=4 << 20,
    )  # fmt: skip
    await books.start()
    try:
        await reader.start()
        try:
            # Not assigned: assigned partitions would be fetched.
            reader.assign(outputs)
            yield Group(books, inputs), reader
        finally:
            await reader.stop()
    finally:
        await books.stop()
