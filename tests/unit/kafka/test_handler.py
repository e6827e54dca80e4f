import datetime as dt
import json

import pytest
from aiokafka import ConsumerRecord

from scrubber.contract import Origin, decode_claim, decode_verdict
from scrubber.contract.cloudevents import timestamp
from scrubber.engine import Engine
from scrubber.kafka.handler import ClaimHandler, Tally
from scrubber.settings import Settings
from tests.claims import claim, claim_bytes

SETTINGS = Settings.load({"instance": "a", "max_claim_bytes": 4096}, {})
NOON = int(dt.datetime(2026, 9, 20, 12, tzinfo=dt.UTC).timestamp() * 1000)


def record(value: bytes | None, headers: list[tuple[str, bytes]] | None = None) -> ConsumerRecord:
    return ConsumerRecord("claims.submitted", 2, 41, NOON, 0, b"K", value, None, 1, 1, tuple(headers or []))


@pytest.fixture
def handler(engine: Engine) -> ClaimHandler:
    return ClaimHandler(engine, SETTINGS)


def test_the_same_record_is_answered_with_the_same_bytes(handler: ClaimHandler) -> None:
    once, again = (handler(record(claim_bytes()), Tally()) for _ in range(2))
    assert once == again
    assert dict(once[2])["ce_time"] == b"2026-09-20T12:00:00.000Z"


def test_a_claim_is_judged_on_the_day_it_was_received_in_utc(handler: ClaimHandler) -> None:
    body = claim() | {"received_at": "2026-09-18T23:30:00-05:00"}
    assert json.loads(handler(record(json.dumps(body).encode()), Tally())[1] or b"")["as_of"] == "2026-09-19"
    del body["received_at"]
    assert json.loads(handler(record(json.dumps(body).encode()), Tally())[1] or b"")["as_of"] == "2026-09-20"


def test_what_is_too_large_is_not_decoded(handler: ClaimHandler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrubber.kafka.handler.decode_claim", None)
    tally = Tally()
    topic, value, headers = handler(record(b"[" * 4097), tally)
    assert (topic, value) == ("claims.dead-letter", b"[" * 4097)
    assert dict(headers)["scrubber_reason"] == b"too-large"
    assert tally.dead_letters == {"too-large": 1}


def test_a_verdict_that_is_too_large_is_not_written(engine: Engine) -> None:
    small = ClaimHandler(engine, Settings.load({"instance": "a", "max_verdict_bytes": 16 << 10}, {}))
    body = claim()
    body["service_lines"] = [
        {**body["service_lines"][0], "line_number": n, "units": 9, "modifiers": ["ZZ", "QQ"]} for n in range(1, 51)
    ]
    tally = Tally()
    topic, value, headers = small(record(json.dumps(body).encode()), tally)
    assert (topic, json.loads(value or b"")) == ("claims.dead-letter", body)
    assert dict(headers)["scrubber_reason"] == b"verdict-too-large"
    assert (tally.dead_letters, tally.verdicts) == ({"verdict-too-large": 1}, {})


def test_the_tally_counts_what_was_written(handler: ClaimHandler) -> None:
    tally = Tally()
    for value in (claim_bytes(), claim_bytes(units=3), b"no", None):
        handler(record(value), tally)
    assert tally.verdicts == {"pass": 1, "fix-suggestion": 1}
    assert tally.dead_letters == {"not-json": 1, "empty": 1}
    assert tally.findings.total() >= 1


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", True),
        ("traceparent", b"JANE DOE", False),
        ("content-type", b"application/JANE-DOE", False),
        ("ce_subject", b"JANE DOE", False),
        ("scrubber_replay_of", b"JANE DOE", False),
        ("scrubber_replay_time", b"JANE DOE", False),
    ],
)
def test_headers_pass_only_in_forms_that_hold_no_text(
    handler: ClaimHandler, name: str, value: bytes, kept: bool
) -> None:
    for body in (claim_bytes(), b"no"):
        _, _, headers = handler(record(body, [(name, value)]), Tally())
        assert ((name, value) in headers) is kept


def test_a_replayed_record_is_answered_as_the_one_of_its_first_place(handler: ClaimHandler, engine: Engine) -> None:
    first = [("scrubber_replay_of", b"claims.submitted.2.7"), ("scrubber_replay_time", b"2026-09-01T12:00:00.000Z")]
    body = claim()
    del body["received_at"]
    value = json.dumps(body).encode()
    origin = Origin("claims.submitted", 2, 7)
    _, answer, headers = handler(record(value, first), Tally())
    wanted = engine.scrub(decode_claim(value), as_of=dt.date(2026, 9, 1), origin=origin)
    assert decode_verdict(answer or b"") == wanted
    assert dict(headers)["ce_id"].decode() == wanted.verdict_id
    assert dict(headers)["ce_time"] == b"2026-09-01T12:00:00.000Z"
    _, _, dead = handler(record(b"no", first), Tally())
    assert dict(dead)["ce_id"] == b"claims.submitted.2.7"
    assert dict(dead)["ce_time"] == b"2026-09-01T12:00:00.000Z"
    _, _, forged = handler(record(b"no", [("scrubber_replay_of", b"claims.submitted.2.99")]), Tally())
    assert dict(forged)["ce_id"] == b"claims.submitted.2.41"


@pytest.mark.parametrize("milliseconds", [0, 999, 1_795_379_653_425])
def test_times_are_rfc_3339(milliseconds: int) -> None:
    expected = dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)
    assert dt.datetime.fromisoformat(timestamp(milliseconds).decode()) == expected


@pytest.mark.parametrize("milliseconds", [-(2**63), -1, 253_402_300_800_000, 1_795_379_653_425_000, 2**63 - 1])
def test_a_record_may_have_any_time(handler: ClaimHandler, milliseconds: int) -> None:
    body = claim()
    del body["received_at"]
    value, tally = json.dumps(body).encode(), Tally()
    odd = ConsumerRecord("claims.submitted", 2, 41, milliseconds, 0, b"K", value, None, 1, 1, ())
    _, answer, headers = handler(odd, tally)
    assert tally.verdicts == {"pass": 1}
    assert json.loads(answer or b"")["as_of"] in {str(dt.datetime.now(dt.UTC).date() - dt.timedelta(n)) for n in (0, 1)}
    assert len(dict(headers)["ce_time"]) == len("2026-09-20T12:00:00.000Z")
    dt.datetime.fromisoformat(dict(headers)["ce_time"].decode())
