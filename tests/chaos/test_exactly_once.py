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
from tests.sites import Site, Worker

pytestmark = [pytest.mark.broker, pytest.mark.chaos, pytest.mark.slow]

CLAIMS = 20_000
PARTITIONS = 6
SLOTS = ("a", "b", "c")
KILLS = 8
# Small batches make many transactions, so that a kill often meets one.
BATCH = 8


async def test_every_claim_exactly_once_under_kills(
    wide_site: Site, broker: Broker, request: pytest.FixtureRequest, randomly_seed: int
) -> None:
    """On Apache Kafka several workers are killed; the embedded broker gets one worker, ended by SIGTERM.

    It never notices that a member died, and ends a rebalance before all members have joined.
    """
    site = wide_site
    number, slots = (signal.SIGKILL, SLOTS) if broker.failover else (signal.SIGTERM, SLOTS[:1])
    rng = random.Random(randomly_seed)
    began = time.monotonic()
    judge = asyncio.create_task(read_all(site, seconds=200))
    reports = []
    with ExitStack() as stack:
        crew = {slot: start(site, stack, slot) for slot in slots}
        for share in range(KILLS):
            # A share of the claims before each kill: there is work under way, however quick the machine is.
            await publish(site, range(CLAIMS * share // KILLS, CLAIMS * (share + 1) // KILLS))
            await asyncio.sleep(rng.uniform(0.0, 2.0))
            slot = rng.choice(slots)
            assert crew[slot].process.poll() is None, crew[slot].text()
            if not broker.failover:  # nor does it forget one that went away while joining
                await asyncio.to_thread(crew[slot].wait_ready)
            await asyncio.to_thread(crew[slot].stop, number)
            crew[slot] = start(site, stack, slot)
        records = await judge
        for worker in crew.values():
            await asyncio.to_thread(worker.wait_ready)
            reports.append(await asyncio.to_thread(worker.stop))

    faults = judge_records(records)
    took = time.monotonic() - began
    report(
        request.config,
        f"exactly once on {broker.kind}: {CLAIMS} claims, {len(slots)} workers, {KILLS} x {number.name}, "
        f"{took:.0f} s: "
        f"{faults['lost']} lost, {faults['doubled']} doubled, {faults['disordered']} out of order",
    )
    assert faults == Counter()
    assert reports == [0] * len(slots)


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
