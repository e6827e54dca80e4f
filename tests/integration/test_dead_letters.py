"""`scrubber dead-letters` with a real worker: what is set aside is shown without a value, and replayed exactly once."""

import asyncio
import datetime as dt
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from aiokafka import ConsumerRecord

from scrubber.contract import Origin, decode_claim, decode_verdict
from scrubber.engine import load_engine
from tests.claims import claim, claim_bytes
from tests.sites import Site

pytestmark = pytest.mark.broker
MARK = "Zzyzx-7731"
KEY = b"Patient-Zzyzx"
SMALL = 2048

# `scrubber` that is killed when the second transaction was written and acknowledged, and not yet committed.
KILLED = """
import os, signal, sys
from scrubber.kafka import replay
replay._CHUNK_RECORDS = 20
whole, seen = replay._acknowledged, []
async def acknowledged(sends):
    await whole(sends)
    seen.append(sends)
    if len(seen) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
replay._acknowledged = acknowledged
from scrubber.cli import main
main()
"""


async def scrubber(site: Site, *arguments: object, code: str | None = None) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, *(("-c", code) if code else ("-m", "scrubber")), "dead-letters", *map(str, arguments)]
    return await asyncio.to_thread(
        subprocess.run, command, env=site.env(), capture_output=True, stdin=subprocess.DEVNULL, timeout=120, check=False
    )


def large(claim_id: str) -> bytes:
    """A claim of more than SMALL bytes."""
    body = claim(claim_id)
    body["subscriber"]["first_name"] = MARK
    return json.dumps(body).encode() + b" " * SMALL


def headers(record: ConsumerRecord) -> dict[str, bytes]:
    return dict(record.headers)


async def listed(site: Site, *arguments: object) -> list[dict[str, object]]:
    done = await scrubber(site, "list", "--format", "jsonl", *arguments)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


async def test_too_large_is_listed_shown_and_replayed_under_its_first_place(site: Site, tmp_path: Path) -> None:
    settings = site.settings()
    value = large("T-9")
    trace = ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    await site.publish([(KEY, claim_bytes("T-1"), []), (KEY, value, [trace]), (KEY, claim_bytes("T-2"), [])])
    with site.worker(max_claim_bytes=SMALL) as worker:
        (dead,) = [each for each in await site.read(3) if each.topic == settings.dead_letter_topic]
        assert worker.stop() == 0
    identity = headers(dead)["ce_id"].decode()

    shown = await scrubber(site, "list")
    assert shown.returncode == 0, shown.stderr
    assert identity in shown.stdout.decode()
    assert "1 waiting (1 too-large), 0 replayed" in shown.stdout.decode()
    (row,) = await listed(site)
    assert (row["id"], row["reason"], row["value_bytes"], row["key_bytes"]) == (
        identity, "too-large", len(value), len(KEY),
    )  # fmt: skip
    one = await scrubber(site, "show", identity)
    assert one.returncode == 0
    for word in (identity, "too-large", "waiting", "max_claim_bytes", f"{len(value):,} bytes", trace[1].decode()):
        assert word in one.stdout.decode(), word
    for done in (shown, one):
        assert MARK.encode() not in done.stdout + done.stderr
        assert KEY not in done.stdout + done.stderr
    raw = await scrubber(site, "show", identity, "--payload", "-")
    assert raw.stdout == value
    assert b"protected health information" in raw.stderr
    file = tmp_path / "claim.json"
    assert (await scrubber(site, "show", identity, "--payload", file)).returncode == 0
    assert file.read_bytes() == value
    assert file.stat().st_mode & 0o077 == 0
    assert (await scrubber(site, "show", identity, "--payload", file)).returncode == 2

    with site.worker(max_claim_bytes=1 << 20):
        replayed = await scrubber(site, "replay", identity)
        assert replayed.returncode == 0, replayed.stderr
        assert b"1 replayed" in replayed.stderr
        records = await site.read(5)
    (answer,) = [each for each in records if each.topic == settings.passed_topic and b"T-9" in each.value]
    origin = Origin(
        settings.input_topic, int(headers(dead)["scrubber_partition"]), int(headers(dead)["scrubber_offset"])
    )
    wanted = load_engine().scrub(decode_claim(value), as_of=dt.date(2026, 9, 18), origin=origin)
    got = decode_verdict(answer.value)
    assert (got.origin, got.verdict_id) == (origin, wanted.verdict_id)
    assert answer.key == KEY
    assert headers(answer)["ce_id"].decode() == wanted.verdict_id
    assert headers(answer)["ce_time"] == headers(dead)["ce_time"]
    assert headers(answer)["traceparent"] == trace[1]
    assert await listed(site) == []
    assert [each["state"] for each in await listed(site, "--state", "all")] == ["replayed"]

    again = await scrubber(site, "replay", "--yes")
    assert again.returncode == 0
    assert b"0 replayed" in again.stderr
    assert len(await site.read(5, quiet=1)) == 5


async def test_what_fails_again_waits_again_under_the_same_id_and_partition(site: Site) -> None:
    settings = site.settings()
    await site.publish([(KEY, MARK.encode(), []), (None, b"", [])], partition=1)
    with site.worker():
        first = [each for each in await site.read(2) if each.topic == settings.dead_letter_topic]
        counted = await scrubber(site, "replay", "--dry-run")
        assert counted.stdout.decode().startswith("2 waiting (")
        asked = await scrubber(site, "replay")
        assert asked.returncode == 2
        assert b"--yes" in asked.stderr
        done = await scrubber(site, "replay", "--yes")
        assert done.returncode == 0, done.stderr
        assert b"1 replayed" in done.stderr
        assert b"1 hold no value" in done.stderr
        everything = await site.read(4, settings.dead_letter_topic)
    mine = [each for each in everything if headers(each)["ce_id"].endswith(b".1.0")]
    assert [headers(each)["ce_type"].rsplit(b".", 2)[1] for each in mine] == [
        b"dead-letter",
        b"replayed",
        b"dead-letter",
    ]
    assert len({(each.partition, headers(each)["ce_id"]) for each in mine}) == 1
    assert [(each.key, each.value) for each in mine] == [(KEY, MARK.encode()), (None, None), (KEY, MARK.encode())]
    assert len(first) == 2
    assert Counter(str(each["reason"]) for each in await listed(site)) == {"not-json": 1, "empty": 1}
    assert MARK.encode() not in done.stdout + done.stderr + asked.stderr + counted.stdout


async def test_a_replay_killed_in_a_transaction_and_run_again_publishes_each_once(site: Site) -> None:
    settings = site.settings()
    count = 90
    await site.publish([(b"%d" % number, b"no claim %d" % number, []) for number in range(count)])
    with site.worker() as worker:
        await site.read(count)
        assert worker.stop() == 0
    killed = await scrubber(site, "replay", "--yes", code=KILLED)
    assert killed.returncode == -9, killed.stderr
    rest = len(await listed(site))
    assert 0 < count - rest < count
    done = await scrubber(site, "replay", "--yes")
    assert done.returncode == 0, done.stderr
    assert f"{rest} replayed".encode() in done.stderr
    assert b"0 replayed" in (await scrubber(site, "replay", "--yes")).stderr

    records = await site.read(2 * count, settings.input_topic, quiet=1)
    places = {f"{each.topic}.{each.partition}.{each.offset}": each for each in records[:]}
    replayed = [each for each in records if "scrubber_replay_of" in headers(each)]
    named = Counter(headers(each)["scrubber_replay_of"].decode() for each in replayed)
    assert len(named) == count
    assert set(named.values()) == {1}
    for each in replayed:
        original = places[headers(each)["scrubber_replay_of"].decode()]
        assert (original.partition, original.key, original.value) == (each.partition, each.key, each.value)
    letters = await site.read(2 * count, settings.dead_letter_topic, quiet=1)
    markers = Counter(headers(each)["ce_id"] for each in letters if b"replayed" in headers(each)["ce_type"])
    assert len(markers) == count
    assert set(markers.values()) == {1}

    with site.worker():
        answers = await site.read(3 * count, settings.dead_letter_topic, quiet=1)
    assert len(answers) == 3 * count
    assert {str(each["id"]) for each in await listed(site)} == set(named)
