"""What keeps a worker going whatever comes: bounds on time, memory and poison."""

import json
import re
import sys
from pathlib import Path

import pytest

from scrubber.worker import ExitCode
from tests.claims import claim_bytes
from tests.sites import Sent, Site, Worker, wait_until

pytestmark = pytest.mark.broker

MIB = 1 << 20
# A worker with a rule that never ends on some claims, and takes 5 ms for the others.
SLOW = """
import sys, time
from scrubber.engine import Engine
scrub = Engine.scrub
def slow(self, claim, **more):
    while claim.claim_id.startswith("LOOP"):
        pass
    until = time.perf_counter() + 0.005
    while time.perf_counter() < until:
        pass
    return scrub(self, claim, **more)
Engine.scrub = slow
from scrubber.worker.__main__ import main
sys.exit(main())
"""


async def test_a_rule_that_never_ends_costs_its_claim_and_not_the_worker(site: Site) -> None:
    names = [f"{'LOOP' if number % 5 == 0 else 'GOOD'}-{number}" for number in range(15)]
    await site.publish([(b"K", claim_bytes(name), []) for name in names])
    with site.worker(command=[sys.executable, "-c", SLOW], claim_seconds=0.3) as worker:
        records = await site.read(len(names), seconds=60)
        assert worker.stop() == 0
    verdicts = [json.loads(record.value)["claim_id"] for record in records if record.topic.endswith("passed")]
    letters = [record for record in records if record.topic.endswith("dead_letter")]
    assert sorted(verdicts) == sorted(name for name in names if name.startswith("GOOD"))
    assert [record.value for record in letters] == [claim_bytes(name) for name in names if name.startswith("LOOP")]
    assert {dict(record.headers)["scrubber_reason"] for record in letters} == {b"engine-timeout"}
    assert {line["error"] for line in worker.events("engine-timeout")} == {"ClaimTimeoutError"}
    assert len(worker.events("partitions-assigned")) == 1


async def test_batches_shrink_to_the_latency_aimed_at(site: Site) -> None:
    await site.publish([(b"K", claim_bytes(f"T-{number}"), []) for number in range(200)])
    more = {"latency_target_ms": 100, "batch_cpu_ms": 1000}
    with site.worker(command=[sys.executable, "-c", SLOW], **more) as worker:
        await site.read(200, seconds=60)
        page = worker.get("/metrics")[1]
    # 5 ms a claim in at most 100 ms, and one over.
    assert value(page, "scrubber_batch_records_sum") == 200
    assert value(page, "scrubber_batch_records_count") >= 200 / 21


async def test_all_poison_stops_the_worker_and_nothing_is_lost(site: Site) -> None:
    sent: list[Sent] = [(b"K", b"poison %d" % number, []) for number in range(100)]
    await site.publish(sent)
    with site.starting(poison_limit=25, batch_records=10) as worker:
        wait_until(lambda: worker.process.poll() is not None, 60, worker.text)
        assert worker.process.returncode == ExitCode.POISONED
        (line,) = worker.events("poisoned")
        assert (line["row"], line["dead_letters"]) == (30, {"not-json": 10})
    assert sum((await site.committed()).values()) == 30
    with site.worker(poison_limit=0) as worker:
        records = await site.read(100)
        assert worker.stop() == 0
    assert [record.value for record in records] == [value for _, value, _ in sent]


async def test_one_verdict_among_them_is_enough_to_go_on(site: Site) -> None:
    poison: list[Sent] = [(b"K", b"poison", [])] * 24
    await site.publish([*poison, (b"K", claim_bytes(), []), *poison, (b"K", claim_bytes(), [])])
    with site.worker(poison_limit=25, batch_records=1) as worker:
        assert len(await site.read(50)) == 50
        assert worker.stop() == 0


@pytest.mark.parametrize("value", [b"x" * (MIB - 1), b"x" * 3 * MIB], ids=["poison", "too large"])
async def test_memory_is_bounded_in_bytes_whatever_the_size_of_the_records(site: Site, value: bytes) -> None:
    if site.broker.kind == "embedded":
        pytest.skip("the embedded broker answers a fetch with all it has, however little was asked for")
    count = 160 * MIB // len(value)
    await site.publish([(None, value, [])] * count)
    with site.worker(poison_limit=0) as worker:
        assert len(await site.read(count, seconds=60)) == count
        assert peak_memory(worker) < 300 * MIB
        assert worker.stop() == 0


def value(page: str, name: str) -> float:
    found = re.search(rf"^{name} (\S+)$", page, re.MULTILINE)
    assert found is not None, page
    return float(found[1])


def peak_memory(worker: Worker) -> int:
    """Bytes; what the kernel counted, on Linux."""
    status = Path(f"/proc/{worker.process.pid}/status")
    if not status.is_file():
        pytest.skip("no /proc to read the peak of memory from")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status.read_text(encoding="ascii"), re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024
