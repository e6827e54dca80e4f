"""A marker in every field of a claim, every failure path, logs at DEBUG: it must show up in no place but bodies."""

import datetime as dt
import decimal
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest
from aiokafka import ConsumerRecord

from scrubber.contract import DEAD_LETTER_REASONS, Claim
from scrubber.kafka.embedded import embedded_broker
from scrubber.worker import ExitCode
from tests.brokers import Broker
from tests.claims import claim
from tests.replays import scrubber
from tests.sites import Sent, Site, wait_until

pytestmark = pytest.mark.broker

TEXT = "PHICANARY7Q"
NUMBER = 7654321
MARKERS = (TEXT, str(NUMBER), TEXT.lower(), TEXT.encode().hex())

# A worker whose engine fails on some claims, and says everything it knows about them.
FRAGILE = """
import asyncio, logging, sys, warnings
from scrubber.engine import Engine
scrub = Engine.scrub
def fragile(self, claim, *, as_of, origin=None):
    while "LOOP" in claim.claim_id:
        pass
    if "BOOM" in claim.claim_id:
        logging.getLogger("aiokafka.consumer").warning(f"saw {claim}")
        logging.getLogger("aiokafka.consumer").debug("saw %s", claim)
        logging.getLogger("some.library").error("saw %s", claim)
        warnings.warn(f"saw {claim}", stacklevel=1)
        asyncio.get_running_loop().call_soon(lambda: (_ for _ in ()).throw(LookupError(str(claim))))
        raise ValueError(f"cannot scrub {claim}")
    return scrub(self, claim, as_of=as_of, origin=origin)
Engine.scrub = fragile
from scrubber.worker.__main__ import main
sys.exit(main())
"""


def marked(kind: Any) -> Any:  # noqa: PLR0911 - one return for each kind of type
    """A value of this type, made of markers wherever it can hold one."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return {name: marked(hint) for name, hint in get_type_hints(kind).items()}
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if kind is str:
        return TEXT
    if kind is dt.date:
        return "1960-02-11"
    if kind is dt.datetime:
        return "2026-09-18T14:03:00Z"
    if kind in (int, float, decimal.Decimal):
        return NUMBER
    if get_origin(kind) is tuple:
        return [marked(get_args(kind)[0])]
    parts = [part for part in get_args(kind) if part not in (type(None), msgspec.UnsetType)]
    return marked(parts[0])


def everywhere(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every value in a claim."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from everywhere(value, (*path, key))


def replaced(whole: dict[str, Any], path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    changed: Any = json.loads(json.dumps(whole))
    node = changed
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return changed  # type: ignore[no-any-return]


def of_many_findings(plain: dict[str, Any]) -> dict[str, Any]:
    """A claim whose verdict is larger than the worker may write."""
    (line,) = plain["service_lines"]
    wrong = {**line, "units": 9, "modifiers": ["ZZ", "QQ"], "description": TEXT}
    return {**plain, "service_lines": [{**wrong, "line_number": number} for number in range(1, 51)]}


def failures() -> list[Sent]:
    """Records that go wrong in every way we know, with the marker in the value, the key and the headers."""
    whole: dict[str, Any] = marked(Claim)
    plain = claim(TEXT)
    bodies: list[dict[str, Any]] = [whole, plain]
    for path in everywhere(whole):
        bodies += [replaced(whole, path, wrong) for wrong in (TEXT, [TEXT], {TEXT: TEXT}, NUMBER, None, TEXT * 30)]
    bodies += [{**plain, TEXT: TEXT}, {TEXT: plain}, {**plain, "claim_id": f"{TEXT}-BOOM"}]
    bodies += [{**plain, "claim_id": f"{TEXT}-LOOP"}, of_many_findings(plain)]
    bodies += [{name: value for name, value in plain.items() if name != gone} for gone in plain]
    values = [json.dumps(body).encode() for body in bodies]
    values += [b'{"claim_id": "%b' % TEXT.encode(), TEXT.encode(), b"[" * 5000 + TEXT.encode(), TEXT.encode() * 150_000]
    values += [json.dumps(plain).encode().replace(b"claim_id", b"claim_id\xff"), json.dumps(plain).encode("utf-16")]
    packed = [msgspec.msgpack.encode(body) for body in bodies[:40]] + [msgspec.msgpack.encode(plain)[:-9]]
    key = TEXT.encode()
    unknown = [("content-type", f"application/{TEXT}".encode()), ("traceparent", key), (TEXT, key), ("ce_id", key)]
    return [
        *((key, value, [("traceparent", key), (TEXT, key)]) for value in values),
        *((key, value, [("content-type", b"application/msgpack")]) for value in packed),
        (key, values[0], unknown),
        (key, None, unknown[1:]),
    ]


async def test_no_marker_leaves_by_any_side(site: Site) -> None:
    sent = failures()
    random.shuffle(sent)
    await site.publish(sent)
    with site.starting(**EVERY_PATH, command=[sys.executable, "-c", FRAGILE]) as worker:
        worker.wait_ready()
        records = await site.read(len(sent), seconds=60)
        pages = [worker.get(path)[1] for path in ("/metrics", "/readyz", "/healthz", f"/{TEXT}-nothing")]
        assert worker.stop() == 0

    assert len(records) == len(sent)
    reasons = {dict(record.headers).get("scrubber_reason", b"").decode() for record in records}
    # Each path was really taken.
    assert reasons == {"", *DEAD_LETTER_REASONS} - {"too-deep"}
    assert {line["error"] for line in worker.events("engine-error")} == {"ValueError"}
    assert {line["error"] for line in worker.events("engine-timeout")} == {"ClaimTimeoutError"}
    assert {line["error"] for line in worker.events("uncaught")} == {"LookupError"}
    assert len(worker.events("library")) > 5
    assert found_in("\n".join(pages[:3])) == []
    assert found_in(worker.text()) == []
    assert [record.offset for record in records if found_in(headers_of(record))] == []

    await no_marker_on_an_operators_screen(site, records)
    # What was replayed is all poison, and stops the worker.
    with site.starting(**EVERY_PATH | {"poison_limit": 5}, command=[sys.executable, "-c", FRAGILE]) as worker:
        wait_until(lambda: worker.process.poll() is not None, 60, worker.text)
        assert worker.process.returncode == ExitCode.POISONED
    assert found_in(worker.text()) == []
    every = await site.read(len(records) + 10)
    assert len(every) > len(records)
    assert [record.offset for record in every if found_in(headers_of(record))] == []


EVERY_PATH: Final = {
    "log_level": "DEBUG", "log_interval_seconds": 1, "claim_seconds": 0.3, "max_verdict_bytes": 16 << 10,
}  # fmt: skip


async def no_marker_on_an_operators_screen(site: Site, records: list[ConsumerRecord]) -> None:
    """The commands that look at dead letters, as far as nobody asks them for a value; then ten are replayed."""
    ids = [dict(each.headers)["ce_id"].decode() for each in records if each.topic == site.settings().dead_letter_topic]
    screens = [
        await scrubber(site, "list", "--limit", len(ids)),
        await scrubber(site, "list", "--limit", len(ids), "--format", "json"),
        await scrubber(site, "list", "--limit", len(ids), "--format", "jsonl"),
        *[await scrubber(site, "show", identity) for identity in random.sample(ids, 3)],
        await scrubber(site, "replay", "--reason", "wrong-type", "--limit", 10, "--dry-run"),
        await scrubber(site, "replay", "--reason", "wrong-type", "--limit", 10, "--yes"),
    ]
    assert [screen.returncode for screen in screens] == [0] * len(screens), screens
    assert all(screen.stdout or screen.stderr for screen in screens)
    assert [screen.args for screen in screens if found_in((screen.stdout + screen.stderr).decode())] == []


def test_no_secret_is_shown_with_the_settings(site: Site) -> None:
    env = site.env(security_protocol="SASL_SSL", sasl_mechanism="PLAIN", sasl_username="operator", sasl_password=TEXT)
    command = [sys.executable, "-m", "scrubber", "worker", "--print-config"]
    shown = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=True)
    assert "sasl_password" in shown.stdout
    assert found_in(shown.stdout + shown.stderr) == []


async def test_no_marker_when_the_broker_goes_away(tmp_path: Path) -> None:
    with ExitStack() as closing:
        address = closing.enter_context(embedded_broker())
        site = Site(Broker("embedded", address), tmp_path)
        await site.create_topics()
        sent = failures()
        await site.publish(sent)
        more = {"log_level": "DEBUG", "batch_records": 1, "transaction_timeout_ms": 5000, "drain_seconds": 3}
        with site.starting(command=[sys.executable, "-c", FRAGILE], **more) as worker:
            worker.wait_ready()
            await site.read(20)
            # More than a worker that commits each record alone can answer before the broker is gone.
            await site.publish(sent * 5)
            closing.close()
            wait_until(lambda: bool(worker.events("transaction-failed")), 30, worker.text)
            wait_until(lambda: bool(worker.events("partition-open-failed")), 30, worker.text)
            assert any("template" in line for line in worker.events("library"))
            assert worker.get("/readyz")[0] == 503
            assert worker.stop() in {ExitCode.STOPPED, ExitCode.DRAIN_DEADLINE}
    assert found_in(worker.text()) == []


def headers_of(record: ConsumerRecord) -> str:
    return repr([(name, value) for name, value in record.headers])


def found_in(text: str) -> list[str]:
    return [marker for marker in MARKERS if marker in text]
