"""`scrubber dead-letters` for tests: run, stopped in the middle, killed there, and what it did."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiokafka import ConsumerRecord

from tests.sites import Site, wait_until

# `scrubber` that is killed when the second transaction was written and acknowledged, and not yet committed.
KILLED = """
import os, signal, sys
from scrubber.kafka import replay
replay._CHUNK_RECORDS = 20
whole, seen = replay._acknowledged, []
async def acknowledged(sends, letters):
    await whole(sends, letters)
    seen.append(sends)
    if len(seen) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
replay._acknowledged = acknowledged
from scrubber.cli import main
main()
"""

# `scrubber` that stops at a gate: it says that it is there, and goes on when it may.
GATED = """
import asyncio, pathlib, sys
from scrubber.kafka import replay
here = pathlib.Path(sys.argv.pop(1))
whole = replay.{function}
async def gated(*arguments, **more):
    (here / "there").touch()
    while not (here / "go").exists():
        await asyncio.sleep(0.05)
    return await whole(*arguments, **more)
replay.{function} = gated
from scrubber.cli import main
main()
"""


async def scrubber(site: Site, *arguments: object, code: str | None = None) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, *(("-c", code) if code else ("-m", "scrubber")), "dead-letters", *map(str, arguments)]
    return await asyncio.to_thread(
        subprocess.run, command, env=site.env(), capture_output=True, stdin=subprocess.DEVNULL, timeout=120, check=False
    )


@asynccontextmanager
async def stopped_at(function: str, site: Site, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A replay of everything that stands before `function` of scrubber.kafka.replay; afterwards it goes on."""
    code = GATED.replace("{function}", function)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(folder), "dead-letters", "replay", "--yes",
        env=site.env(transaction_timeout_ms=120_000),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        await asyncio.to_thread(wait_until, (folder / "there").exists, 60)
        yield process
    finally:
        (folder / "go").touch()
        if process.returncode is None:
            await asyncio.wait_for(process.wait(), 60)


async def set_aside(site: Site, count: int) -> None:
    await site.publish([(b"%d" % number, b"no claim %d" % number, []) for number in range(count)])
    with site.worker() as worker:
        await site.read(count)
        assert worker.stop() == 0


async def replays(site: Site, count: int) -> Counter[bytes]:
    """How often each record was replayed, of `count` that stood in the input topic before."""
    records = await site.read(2 * count, site.settings().input_topic, quiet=1)
    return Counter(headers(each).get("scrubber_replay_of", b"") for each in records) - Counter({b"": count})


def headers(record: ConsumerRecord) -> dict[str, bytes]:
    return dict(record.headers)


async def listed(site: Site, *arguments: object) -> list[dict[str, object]]:
    done = await scrubber(site, "list", "--format", "jsonl", *arguments)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
