"""Every claim is answered exactly once and in order while workers are killed at random points.

The judge is an independent `read_committed` reader of all output topics. It believes nothing the workers say.
"""

import asyncio
import random
import signal
import time
from collections import Counter, defaultdict
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest
from aiokafka import ConsumerRecord

from scrubber.contract import decode_verdict
from tests.brokers import Broker, report
from tests.claims import claim_bytes
from tests.sites import Site, Worker, wait_until

pytestmark = [pytest.mark.broker, pytest.mark.chaos, pytest.mark.slow]

CLAIMS = 20_000
PARTITIONS = 6
SLOTS = ("a", "b", "c")
KILLS = 8
GENTLE_KILLS = 4  # on the embedded broker, where each waits for two rebalances
# Small batches make many transactions, so that a kill often meets one.
BATCH = 8


async def test_every_claim_exactly_once_under_kills(
    wide_site: Site, broker: Broker, request: pytest.FixtureRequest, randomly_seed: int
) -> None:
    """The embedded broker never notices that a member died, so there workers are ended by SIGTERM, one at a time."""
    site = wide_site
    number, kills = (signal.SIGKILL, KILLS) if broker.failover else (signal.SIGTERM, GENTLE_KILLS)
    rng = random.Random(randomly_seed)
    began = time.monotonic()
    judge = asyncio.create_task(read_all(site, seconds=200))
    reports = []
    with ExitStack() as stack:
        crew: dict[str, Worker] = {}
        for slot in SLOTS:
            crew[slot] = start(site, stack, slot)
            if not broker.failover:
                await asyncio.to_thread(crew[slot].wait_ready)
        for share in range(kills):
            # A share of the claims before each kill: there is work under way, however quick the machine is.
            await publish(site, range(CLAIMS * share // kills, CLAIMS * (share + 1) // kills))
            await asyncio.sleep(rng.uniform(0.0, 2.0))
            slot = rng.choice(SLOTS)
            assert crew[slot].process.poll() is None, crew[slot].text()
            if broker.failover:
                await asyncio.to_thread(crew[slot].stop, number)
                crew[slot] = start(site, stack, slot)
            else:
                await replace_gently(site, stack, crew, slot)
        records = await judge
        for worker in crew.values():
            await asyncio.to_thread(worker.wait_ready)
            reports.append(await asyncio.to_thread(worker.stop))

    faults = judge_records(records)
    took = time.monotonic() - began
    report(
        request.config,
        f"exactly once on {broker.kind}: {CLAIMS} claims, {len(SLOTS)} workers, {kills} x {number.name}, "
        f"{took:.0f} s: "
        f"{faults['lost']} lost, {faults['doubled']} doubled, {faults['disordered']} out of order",
    )
    assert faults == Counter()
    assert reports == [0, 0, 0]


@pytest.fixture
async def wide_site(broker: Broker, tmp_path: Path) -> Site:
    made = Site(broker, tmp_path)
    await made.create_topics(PARTITIONS)
    return made


@pytest.fixture
def randomly_seed(request: pytest.FixtureRequest) -> int:
    """The seed that the test report names, so that a failing run can be had again."""
    return int(request.config.getoption("randomly_seed", 1) or 1)


async def publish(site: Site, sequences: range) -> None:
    """Claim ids C-<partition>-<sequence>; one in ten gets a fix suggested and one in a hundred is no claim."""
    for partition in range(PARTITIONS):
        await site.publish(
            (
                (name.encode(), claim_bytes(name, units=3 if sequence % 10 == 0 else 1), [])
                if sequence % 100
                else (name.encode(), name.encode(), [])
                for sequence in sequences
                if sequence % PARTITIONS == partition
                for name in (f"C-{partition}-{sequence}",)
            ),
            partition=partition,
        )


def start(site: Site, stack: ExitStack, slot: str) -> Worker:
    return stack.enter_context(site.starting(instance=slot, batch_records=BATCH))


async def replace_gently(site: Site, stack: ExitStack, crew: dict[str, Worker], slot: str) -> None:
    """End a worker and start another, one rebalance at a time.

    The embedded broker does not forget a member that goes away in the middle of a rebalance, and can then hand out
    empty assignments; claims flow all the same while this waits.
    """
    for worker in crew.values():
        await asyncio.to_thread(worker.wait_ready)
    others = [worker for name, worker in crew.items() if name != slot]
    for again in (crew[slot].stop, lambda: crew.update({slot: start(site, stack, slot)})):
        before = [len(worker.events("partitions-assigned")) for worker in others]
        await asyncio.to_thread(again)
        for worker, times in zip(others, before, strict=True):
            await asyncio.to_thread(wait_for_assignment, worker, times + 1)
    await asyncio.to_thread(crew[slot].wait_ready)


def wait_for_assignment(worker: Worker, times: int) -> None:
    wait_until(lambda: len(worker.events("partitions-assigned")) >= times, 30, worker.text)


async def read_all(site: Site, seconds: float) -> list[ConsumerRecord]:
    return await site.read(CLAIMS, seconds=seconds, quiet=3)


def judge_records(records: list[ConsumerRecord]) -> Counter[str]:
    """Count what is wrong; an empty Counter when nothing is."""
    seen: Counter[str] = Counter()
    order: dict[tuple[str, int, int], list[int]] = defaultdict(list)
    for record in records:
        name = record.key.decode()
        seen[name] += 1
        _, source, sequence = name.split("-")
        order[record.topic, record.partition, int(source)].append(int(sequence))
        if not record.topic.endswith("dead_letter"):
            assert decode_verdict(record.value).claim_id == name
    wanted = {f"C-{sequence % PARTITIONS}-{sequence}" for sequence in range(CLAIMS)}
    assert set(seen) <= wanted
    return +Counter(
        lost=len(wanted - set(seen)),
        doubled=sum(count - 1 for count in seen.values()),
        disordered=sum(earlier > later for run in order.values() for earlier, later in pairwise(run)),
    )
