import pytest

from scrubber.contract import JSON, Origin
from scrubber.contract.cloudevents import dead_letter_headers, timestamp, verdict_headers
from scrubber.engine import Engine
from scrubber.engine.examples import scrub_example
from scrubber.rules.example import example

TRACE = ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
REQUIRED = {"ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time"}


def _dead_letter(*incoming: tuple[str, bytes | None]) -> dict[str, bytes]:
    origin = Origin("claims.submitted", 3, 41)
    return dict(dead_letter_headers("not-json", "", origin, time=1_789_000_000_123, source="/s", incoming=incoming))


def test_a_verdict_is_a_cloud_event(engine: Engine) -> None:
    verdict = scrub_example(engine, example("17000"))
    headers = dict(verdict_headers(verdict, content_type=JSON, time=0, source="/s", incoming=[TRACE, ("x", b"PHI")]))
    assert set(headers) == REQUIRED | {"content-type", "traceparent"}
    assert headers["ce_id"] == verdict.verdict_id.encode()
    assert headers["traceparent"] == TRACE[1]


def test_a_dead_letter_is_a_cloud_event_that_says_where_it_came_from() -> None:
    headers = _dead_letter(TRACE, ("content-type", b"application/json; charset=utf-8"), ("x", b"PHI"))
    assert set(headers) >= REQUIRED
    assert headers["ce_id"] == b"claims.submitted.3.41"
    assert (headers["traceparent"], headers["content-type"]) == (TRACE[1], b"application/json")
    assert b"PHI" not in b"".join(headers.values())


@pytest.mark.parametrize("value", [b"JOHN Q PATIENT", b"", None, TRACE[1] + b"x"])
def test_what_only_calls_itself_a_traceparent_is_not_passed_on(value: bytes | None) -> None:
    assert "traceparent" not in _dead_letter(("traceparent", value))


def test_the_time_is_that_of_the_record() -> None:
    assert timestamp(1_789_000_000_123) == b"2026-09-10T00:26:40.123Z"
