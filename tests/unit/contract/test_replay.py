"""The identity of a replayed record: taken from the header only where nobody could have made it up to any use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.contract import Origin
from scrubber.contract.cloudevents import dead_letter_headers, verdict_headers
from scrubber.contract.replay import (
    REPLAY_OF,
    REPLAY_TIME,
    identity_of,
    marker_headers,
    parse_place,
    read_letter,
    replay_headers,
)
from scrubber.engine import Engine
from scrubber.engine.examples import scrub_example
from scrubber.rules.example import example

TOPIC = "claims.submitted"
TRACE = ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
TIME = 1_789_000_000_123
LATER = TIME + 60_000

topics = st.from_regex(r"[A-Za-z0-9._-]{1,249}", fullmatch=True)
partitions = st.integers(0, 2**31 - 1)
offsets = st.integers(0, 2**63 - 1)


@given(topics, partitions, offsets, st.integers(0, 10**6), st.integers(0, 4_102_444_800_000), st.booleans())
def test_a_dead_letters_replay_is_answered_under_its_first_place(
    topic: str, partition: int, offset: int, later: int, time: int, traced: bool
) -> None:
    origin = Origin(topic, partition, offset)
    incoming = [TRACE] if traced else []
    dead = dead_letter_headers("not-json", "/a/0", origin, time=time, source="/s", incoming=incoming)
    letter = read_letter(dead)
    assert letter is not None
    assert (letter.kind, letter.origin, letter.reason, letter.path) == ("dead-letter", origin, "not-json", "/a/0")
    again = replay_headers(letter)
    assert (TRACE in again) is traced
    assert identity_of(topic, partition, offset + 1 + later, time + later, again) == (origin, time)
    # What fails again is a dead letter with the same identity; so is the marker.
    assert dict(dead_letter_headers("not-json", "/a/0", origin, time=time, source="/s", incoming=again)) == dict(dead)
    marker = read_letter(marker_headers(letter, time=LATER, source="/s"))
    assert marker is not None
    assert (marker.kind, marker.id, marker.origin) == ("replayed", letter.id, origin)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(REPLAY_OF, None)],
        [(REPLAY_OF, b"")],
        [(REPLAY_OF, b"JANE DOE")],
        [(REPLAY_OF, b"claims.submitted.2.41")],  # the record itself
        [(REPLAY_OF, b"claims.submitted.2.42")],  # a later one
        [(REPLAY_OF, b"claims.submitted.1.7")],  # of another partition
        [(REPLAY_OF, b"claims.other.2.7")],
        [(REPLAY_OF, b"2.7")],
        [(REPLAY_OF, b"claims.submitted.2.-7")],
        [(REPLAY_OF, b"claims.submitted.2.07")],
        [(REPLAY_OF, b"claims.submitted.2.7\n")],
        [(REPLAY_OF, b" claims.submitted.2.7")],
        [(REPLAY_OF, "claims.submitted.2.\N{ARABIC-INDIC DIGIT SEVEN}".encode())],
        [(REPLAY_OF, b"claims.submitted.2." + b"9" * 20)],
        [(REPLAY_OF, b"claims.submitted.2.7"), (REPLAY_OF, b"claims.submitted.2.7")],
        [("Scrubber_Replay_Of", b"claims.submitted.2.7")],
        [(REPLAY_TIME, b"2026-09-10T00:26:40.123Z")],
    ],
)
def test_what_is_not_exactly_that_header_is_ignored(headers: list[tuple[str, bytes | None]]) -> None:
    assert identity_of(TOPIC, 2, 41, LATER, headers) == (Origin(TOPIC, 2, 41), LATER)


@given(st.binary(max_size=60))
def test_no_bytes_give_any_but_an_earlier_place_of_the_partition(value: bytes) -> None:
    origin, time = identity_of(TOPIC, 2, 41, LATER, [(REPLAY_OF, value), (REPLAY_TIME, value)])
    assert (origin.topic, origin.partition, time) == (TOPIC, 2, LATER)
    assert 0 <= origin.offset <= 41


@pytest.mark.parametrize(
    ("time", "taken"),
    [
        (b"2026-09-10T00:26:40.123Z", TIME),
        (b"2026-09-10T00:26:40Z", LATER),
        (b"2026-13-10T00:26:40.123Z", LATER),
        (b"2036-09-10T00:26:40.123Z", LATER),  # ahead of the record's own
        (b"JANE DOE", LATER),
    ],
)
def test_the_first_time_counts_where_it_can_be_one(time: bytes, taken: int) -> None:
    place = (REPLAY_OF, b"claims.submitted.2.7")
    assert identity_of(TOPIC, 2, 41, LATER, [place, (REPLAY_TIME, time)]) == (Origin(TOPIC, 2, 7), taken)
    assert identity_of(TOPIC, 2, 41, LATER, [place, *[(REPLAY_TIME, time)] * 2])[1] == LATER


@given(topics, partitions, offsets)
def test_places_are_read_as_they_are_written(topic: str, partition: int, offset: int) -> None:
    assert parse_place(f"{topic}.{partition}.{offset}".encode()) == Origin(topic, partition, offset)


def test_what_no_worker_wrote_is_no_letter(engine: Engine) -> None:
    dead = dead_letter_headers("not-json", "", Origin(TOPIC, 2, 7), time=TIME, source="/s", incoming=[])
    assert read_letter(dead) is not None
    verdict = scrub_example(engine, example("17000"))
    assert (
        read_letter(verdict_headers(verdict, content_type="application/json", time=0, source="/s", incoming=[])) is None
    )
    for name, value in [
        ("ce_id", b"JANE DOE"), ("ce_type", b"com.example.other"), ("scrubber_reason", b"JANE DOE"),
        ("scrubber_path", b"/jane doe"), ("scrubber_reason", b""),
    ]:  # fmt: skip
        assert read_letter([*dead, (name, value)]) is None, name
    assert read_letter([]) is None
    assert read_letter([("scrubber_reason", None)]) is None
