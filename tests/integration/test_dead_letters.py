"""`scrubber dead-letters` with a real worker: what is set aside is shown without a value, and replayed exactly once."""

import asyncio
import datetime as dt
import json
from collections import Counter
from pathlib import Path

import pytest

from scrubber.contract import Origin, decode_claim, decode_verdict
from scrubber.contract.cloudevents import dead_letter_headers
from scrubber.engine import load_engine
from scrubber.kafka.topics import TopicPlan, create_topics
from scrubber.testing import ClaimRefusedError, ScrubberClaims
from tests.claims import claim, claim_bytes
from tests.integration.test_cli_kafka import watch_until
from tests.replays import headers, listed, scrubber
from tests.sites import Site

pytestmark = pytest.mark.broker
MARK = "Zzyzx-7731"
KEY = b"Patient-Zzyzx"
TRACE = ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
SMALL = 2048


def large(claim_id: str) -> bytes:
    """A claim of more than SMALL bytes."""
    body = claim(claim_id)
    body["subscriber"]["first_name"] = MARK
    return json.dumps(body).encode() + b" " * SMALL


async def test_a_dead_letter_is_listed_and_shown_without_key_and_value(site: Site, tmp_path: Path) -> None:
    value = large("T-9")
    await site.publish([(KEY, value, [TRACE])])
    with site.worker(max_claim_bytes=SMALL) as worker:
        (dead,) = await site.read(1)
        assert worker.stop() == 0
    identity = headers(dead)["ce_id"].decode()

    shown = await scrubber(site, "list")
    assert shown.returncode == 0, shown.stderr
    assert identity in shown.stdout.decode()
    assert "1 waiting (1 too-large), 0 replayed" in shown.stdout.decode()
    (row,) = await listed(site, "--since", "1h", "--until", "2999-01-01", "--reason", "too-large")
    assert (row["id"], row["reason"], row["value_bytes"], row["key_bytes"]) == (
        identity, "too-large", len(value), len(KEY),
    )  # fmt: skip
    assert await listed(site, "--since", "2999-01-01") == []
    file = tmp_path / "claim.json"
    one = await scrubber(site, "show", identity, "--payload", file)
    assert one.returncode == 0
    for word in (identity, "too-large", "waiting", "max_claim_bytes", f"{len(value):,} bytes", TRACE[1].decode()):
        assert word in one.stdout.decode(), word
    for done in (shown, one):
        assert MARK.encode() not in done.stdout + done.stderr
        assert KEY not in done.stdout + done.stderr
    assert file.read_bytes() == value
    raw = await scrubber(site, "show", identity, "--payload", "-")
    assert raw.stdout == value
    assert b"protected health information" in raw.stderr


async def test_a_replayed_claim_is_answered_once_under_its_first_place(site: Site) -> None:
    settings = site.settings()
    value = large("T-9")
    await site.publish([(KEY, claim_bytes("T-1"), []), (KEY, value, [TRACE]), (KEY, claim_bytes("T-2"), [])])
    with site.worker(max_claim_bytes=SMALL) as worker:
        (dead,) = [each for each in await site.read(3) if each.topic == settings.dead_letter_topic]
        assert worker.stop() == 0
    was = headers(dead)
    identity = was["ce_id"].decode()

    with site.worker() as worker:
        replayed = await scrubber(site, "replay", identity)
        assert replayed.returncode == 0, replayed.stderr
        assert b"1 replayed" in replayed.stderr
        records = await site.read(5)
        again = await scrubber(site, "replay", identity)
        assert again.returncode == 0
        assert b"0 replayed" in again.stderr
        assert b"1 of the 1 named did not wait" in again.stderr
        assert len(await site.read(5, quiet=1)) == 5
        assert worker.stop() == 0
    (answer,) = [each for each in records if each.topic == settings.passed_topic and b"T-9" in each.value]
    origin = Origin(settings.input_topic, int(was["scrubber_partition"]), int(was["scrubber_offset"]))
    wanted = load_engine().scrub(decode_claim(value), as_of=dt.date(2026, 9, 18), origin=origin)
    got = decode_verdict(answer.value)
    assert (got.origin, got.verdict_id) == (origin, wanted.verdict_id)
    assert answer.key == KEY
    assert headers(answer)["ce_id"].decode() == wanted.verdict_id
    assert headers(answer)["ce_time"] == was["ce_time"]
    assert headers(answer)["traceparent"] == TRACE[1]
    assert [each["state"] for each in await listed(site, "--state", "all")] == ["replayed"]


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


async def test_what_cannot_be_replayed_is_left_and_named(site: Site) -> None:
    settings = site.settings()
    origins = [Origin("claims.elsewhere", 0, 7), Origin(settings.input_topic, 3, 7), Origin(settings.input_topic, 2, 7)]
    dead = [
        (KEY, MARK.encode(), dead_letter_headers("not-json", "", origin, time=0, source="/s", incoming=[]))
        for origin in origins
    ]
    await site.publish([*dead, (KEY, b"other", [("scrubber_reason", MARK.encode())])], topic=settings.dead_letter_topic)
    done = await scrubber(site, "replay", "--yes")
    said = done.stderr.decode()
    assert done.returncode == 1
    assert "1 replayed" in said
    assert "another topic than --input-topic names: claims.elsewhere.0.7" in said
    assert f"does not have any more: {settings.input_topic}.3.7" in said
    assert "come from no worker" in said
    assert MARK not in said
    # The identity is not taken on where the record's place says that it cannot be true.
    with site.worker() as worker:
        records = await site.read(6, settings.dead_letter_topic)
        assert worker.stop() == 0
    assert headers(records[-1])["ce_id"].decode() == f"{settings.input_topic}.2.0"


async def test_whoever_reads_the_topics_understands_a_replay(site: Site) -> None:
    settings = site.settings()
    keys = {f"{role}_topic" for role in ("input", "passed", "fix_suggested", "denial_risk", "dead_letter")}
    own = {name: getattr(settings, name) for name in keys | {"bootstrap_servers", "group"}}
    with ScrubberClaims(**own) as claims:
        with site.worker(max_claim_bytes=SMALL) as worker:
            origin = await claims.publish(large("T-5"))
            with pytest.raises(ClaimRefusedError):
                await claims.verdict(origin)
            assert worker.stop() == 0
        assert (await scrubber(site, "replay", "--reason", "too-large")).returncode == 0
        with site.worker() as worker:
            assert (await claims.verdict(origin)).claim_id == "T-5"
            assert worker.stop() == 0
    told = ["DEAD LETTER  too-large", "REPLAYED", "T-5  PASS"]
    shown, errors = await asyncio.to_thread(watch_until, site.env(), told)
    assert [each for each in told if each not in shown] == []
    assert MARK not in shown
    assert errors == ""


async def test_what_is_too_large_for_the_input_topic_is_left_and_all_else_replayed(site: Site) -> None:
    settings = site.settings()
    narrow = f"{settings.input_topic}.narrow"
    await create_topics(settings, [TopicPlan(narrow, 1, 1, {"max.message.bytes": "5000"})])
    # Together the small ones are more than one batch may be.
    sizes = [9000, 7000, *[200] * 40, 6000]
    dead = [
        (
            KEY,
            b"x" * size,
            dead_letter_headers("not-json", "", Origin(narrow, 0, number), time=0, source="/s", incoming=[]),
        )
        for number, size in enumerate(sizes)
    ]
    await site.publish(dead, topic=settings.dead_letter_topic)
    done = await scrubber(site, "replay", "--yes", "--input-topic", narrow)
    assert done.returncode == 1, done.stderr
    assert b"40 replayed" in done.stderr
    assert f"raise its max.message.bytes: {narrow}.0.0, {narrow}.0.1, {narrow}.0.42\n" in done.stderr.decode()
    assert [len(each.value) for each in await site.read(40, narrow, quiet=1)] == [200] * 40
    waiting = {str(each["id"]) for each in await listed(site)}
    assert waiting == {f"{narrow}.0.{number}" for number in (0, 1, 42)}
