"""Claims in, verdicts out, on a real broker with the worker as a real process."""

import json
import time

import msgspec
import pytest

from tests.claims import claim, claim_bytes
from tests.sites import Site

pytestmark = pytest.mark.broker

TRACEPARENT = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def test_a_claim_becomes_a_verdict_with_its_key_and_cloudevents_headers(site: Site) -> None:
    await site.publish([(b"K-1", claim_bytes("T-1"), [("traceparent", TRACEPARENT)])])
    with site.worker():
        (record,) = await site.read(1)

    verdict = json.loads(record.value)
    headers = dict(record.headers)
    settings = site.settings()
    assert record.topic == settings.passed_topic
    assert record.key == b"K-1"
    assert verdict["claim_id"] == "T-1"
    assert verdict["disposition"] == "pass"
    assert verdict["origin"]["topic"] == settings.input_topic
    assert verdict["as_of"] == "2026-09-18"
    assert headers["ce_specversion"] == b"1.0"
    assert headers["ce_id"].decode() == verdict["verdict_id"]
    assert headers["ce_type"] == b"com.claim-scrubber.verdict.v1"
    assert headers["ce_source"].decode() == f"/claim-scrubber/{settings.group}"
    assert headers["ce_time"].endswith(b"Z")
    assert headers["content-type"] == b"application/json"
    assert headers["traceparent"] == TRACEPARENT


async def test_each_disposition_has_its_topic(site: Site) -> None:
    unfixable = claim("T-3")
    unfixable["total_charge"] = "1.00"
    await site.publish([(b"a", claim_bytes("T-1"), []), (b"b", claim_bytes("T-2", units=3), []),
                        (b"c", json.dumps(unfixable).encode(), [])])  # fmt: skip
    with site.worker():
        records = await site.read(3)

    settings = site.settings()
    assert {json.loads(record.value)["claim_id"]: record.topic for record in records} == {
        "T-1": settings.passed_topic,
        "T-2": settings.fix_suggested_topic,
        "T-3": settings.denial_risk_topic,
    }


async def test_messagepack_is_answered_in_messagepack(site: Site) -> None:
    value = msgspec.msgpack.encode(claim("T-1", units=3))
    await site.publish([(b"K", value, [("content-type", b"application/msgpack")])])
    with site.worker():
        (record,) = await site.read(1)

    assert record.topic == site.settings().fix_suggested_topic
    assert dict(record.headers)["content-type"] == b"application/msgpack"
    assert msgspec.msgpack.decode(record.value)["claim_id"] == "T-1"


async def test_poison_is_set_aside_and_the_claims_behind_it_are_scrubbed(site: Site) -> None:
    big = b"[" * 10_000_000
    poison: dict[bytes, tuple[bytes | None, str]] = {
        b"text": (b"this is no JSON", "not-json"),
        b"empty": (b"", "empty"),
        b"null": (None, "empty"),
        b"deep": (b"[" * 500_000, "wrong-type"),
        b"big": (big, "too-large"),
        b"type": (b"<claim/>", "unknown-content-type"),
    }
    headers = {b"type": [("content-type", b"application/xml")]}
    await site.publish([(key, value, headers.get(key, [])) for key, (value, _) in poison.items()], partition=0)
    await site.publish([(b"good", claim_bytes("T-1"), [])], partition=0)
    with site.worker() as worker:
        records = await site.read(7, seconds=60)
        assert worker.process.poll() is None
        assert worker.stop() == 0

    settings = site.settings()
    dead = {record.key: record for record in records if record.topic == settings.dead_letter_topic}
    assert {key: dict(record.headers)["scrubber_reason"].decode() for key, record in dead.items()} == {
        key: reason for key, (_, reason) in poison.items()
    }
    for key, (value, _) in poison.items():
        assert dead[key].value == value, key
        assert dict(dead[key].headers)["scrubber_topic"].decode() == settings.input_topic
        assert dict(dead[key].headers)["scrubber_partition"] == b"0"
    assert [record.topic for record in records if record.key == b"good"] == [settings.passed_topic]
    assert (await site.committed())[0] == 7


async def test_order_is_kept_with_keys_and_without(site: Site) -> None:
    await site.publish([(b"same", claim_bytes(f"K-{number}"), []) for number in range(200)])
    await site.publish([(None, claim_bytes(f"N-{number}"), []) for number in range(200)], partition=2)
    with site.worker(batch_records=37):
        records = await site.read(400)

    for prefix, partitions in (("K-", 1), ("N-", 1)):
        ids = [json.loads(record.value)["claim_id"] for record in records]
        mine = [name for name in ids if name.startswith(prefix)]
        assert mine == [f"{prefix}{number}" for number in range(200)]
        assert len({record.partition for record in records if record.key == (b"same" if prefix == "K-" else None)}) == (
            partitions
        )
    assert {record.partition for record in records if record.key is None} == {2}


async def test_sigterm_drains_and_the_next_worker_goes_on_from_there(site: Site) -> None:
    total = 3000
    await site.publish([(str(number).encode(), claim_bytes(f"T-{number}"), []) for number in range(total)])
    with site.worker(batch_records=50) as first:
        await site.read(50, quiet=0)
        began = time.monotonic()
        assert first.stop() == 0
        assert time.monotonic() - began < 10
        stopped = first.events("worker-stopped")
    assert [line["code"] for line in stopped] == [0]
    done = sum((await site.committed()).values())
    assert done >= 50
    # What is committed is exactly what was written: nothing half done is left behind.
    assert len(await site.read(done)) == done

    with site.worker():
        records = await site.read(total, seconds=60)
    names = [json.loads(record.value)["claim_id"] for record in records]
    assert sorted(names) == sorted(f"T-{number}" for number in range(total))
