"""`scrubber topics create`, `publish` and `watch` against a broker."""

import asyncio
import datetime as dt
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from scrubber.contract import decode_claim, decode_verdict, encode_verdict
from scrubber.engine import load_engine
from tests.claims import claim_bytes
from tests.sites import Site

pytestmark = pytest.mark.broker
MARK = "Zzyzx-7731"
ROLES = ("input", "passed", "fix_suggested", "denial_risk", "dead_letter")


def scrubber(env: dict[str, str], *arguments: object, stdin: bytes = b"") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "scrubber", *map(str, arguments)],
        env=env,
        input=stdin.decode(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def watch_until(env: dict[str, str], wanted: list[str], *arguments: str) -> tuple[str, str]:
    """What `scrubber watch` prints on both streams until it has printed all that is wanted."""
    command = [sys.executable, "-u", "-m", "scrubber", "watch", "--from-beginning", *arguments]
    watching = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert watching.stdout is not None
    with watching:
        seen = ""
        for line in watching.stdout:
            seen += line
            if all(each in seen for each in wanted):
                break
        watching.terminate()
        rest, errors = watching.communicate(timeout=20)
    return seen + rest, errors


def test_create_makes_the_topics_and_tells_how_those_there_differ(site: Site) -> None:
    prefix = f"c{uuid4().hex[:8]}"
    topics = {f"{role}_topic": f"{prefix}.{role}" for role in ROLES}
    env = site.env(**topics)
    first = scrubber(env, "topics", "create", "--partitions", 2, "--replication", 1)
    assert first.returncode == 0, first.stderr
    assert first.stdout.split() == [word for topic in topics.values() for word in ("created", topic)]
    again = scrubber(env, "topics", "create", "--partitions", 2, "--replication", 1)
    assert again.returncode == 0, again.stdout
    assert again.stdout.split() == [word for topic in topics.values() for word in ("exists", topic)]
    more = scrubber(env, "topics", "create", "--partitions", 3, "--replication", 1)
    assert more.returncode == 1
    assert more.stdout.count("partitions is 2, planned 3") == len(ROLES)


async def test_publish_sends_each_claim_once_with_its_id_as_key(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "claims.jsonl"
    values = [claim_bytes(f"T-{number}", units=1 + number % 3) for number in range(500)]
    file.write_bytes(b"\n".join([*values[:250], f'{{"claim_id": "{MARK}"}}'.encode(), *values[250:]]))
    done = scrubber(site.env(), "publish", file)
    assert done.returncode == 2
    assert f"scrubber: {file}:251: missing-field" in done.stderr
    assert "500 claims acknowledged" in done.stderr
    assert "1 not read" in done.stderr
    assert MARK not in done.stderr
    found = await site.read(len(values), site.settings().input_topic)
    assert len(found) == len(values)
    keyed = {decode_claim(value).claim_id.encode(): value for value in values}
    assert {record.key: record.value for record in found} == keyed
    assert {tuple(record.headers) for record in found} == {(("content-type", b"application/json"),)}


def test_publish_says_when_there_is_no_topic_or_no_broker(site: Site) -> None:
    missing = scrubber(site.env(), "publish", "-", "--topic", f"none-{uuid4().hex[:8]}", stdin=claim_bytes("T-1"))
    assert missing.returncode == 2
    assert "scrubber: no topic none-" in missing.stderr
    assert "scrubber topics create" in missing.stderr
    silent = scrubber(site.env(), "publish", "-", "--bootstrap-servers", "127.0.0.1:1", stdin=claim_bytes("T-1"))
    assert silent.returncode == 3
    assert silent.stderr == (
        "scrubber: no broker answers at 127.0.0.1:1; start it, or name another with --bootstrap-servers\n"
    )


async def test_watch_shows_verdicts_and_reasons_but_no_dead_letter(site: Site) -> None:
    value = claim_bytes("T-3", units=3)
    wanted = load_engine().scrub(decode_claim(value), as_of=dt.date(2026, 9, 18))
    with site.worker():
        await site.publish([(b"T-3", value, []), (b"bad", MARK.encode(), [])])
        await site.read(2)
    env = site.env()
    told = ["T-3  FIX SUGGESTED", wanted.findings[0].message, "DEAD LETTER  not-json"]
    shown, errors = await asyncio.to_thread(watch_until, env, told)
    assert [each for each in told if each not in shown] == []
    assert MARK not in shown
    assert errors == ""

    lines, errors = await asyncio.to_thread(watch_until, env, ['"claim_id":"T-3"'], "--format", "jsonl")
    (line,) = lines.splitlines()
    got = decode_verdict(line.encode())
    assert encode_verdict(got).decode() == line
    assert (got.claim_id, got.disposition, got.findings) == ("T-3", "fix-suggestion", wanted.findings)
    assert errors == ""
