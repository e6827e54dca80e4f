"""Folding the dead-letter topic: what waits, what was replayed, and which of them are meant."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.contract import Origin
from scrubber.contract.cloudevents import dead_letter_headers
from scrubber.contract.replay import Letter, marker_headers, read_letter
from scrubber.kafka.dead_letters import MOST_NAMED, Fold, Selection, Strangers, dead_letter

EVERYTHING = Selection()


def letter(offset: int, reason: str = "not-json", path: str = "") -> list[tuple[str, bytes]]:
    return dead_letter_headers(reason, path, Origin("in", 1, offset), time=0, source="/s", incoming=[])


def marker(offset: int) -> list[tuple[str, bytes]]:
    found = read_letter(letter(offset))
    assert found is not None
    return marker_headers(found, time=0, source="/r")


def record(offset: int, headers: list[tuple[str, bytes]], timestamp: int = 0) -> Any:
    return SimpleNamespace(
        topic="dead", partition=3, offset=offset, timestamp=timestamp, key=b"K", value=b"V", headers=headers
    )


def fold(records: list[list[tuple[str, bytes]]], selection: Selection = EVERYTHING) -> Fold:
    made = Fold(selection, Strangers())
    for offset, headers in enumerate(records):
        made.take(record(offset, headers))
    return made


def test_a_marker_ends_the_waiting_and_another_failure_begins_it_anew() -> None:
    assert dict(fold([letter(7)]).places()) == {0: "waiting"}
    assert dict(fold([letter(7), marker(7)]).places()) == {0: "replayed"}
    assert dict(fold([letter(7), marker(7), letter(7, "too-deep")]).places()) == {2: "waiting"}
    assert fold([letter(7), marker(7), letter(7, "too-deep")]).counts() == {("waiting", "too-deep"): 1}
    # A marker whose dead letter retention has taken says nothing.
    assert dict(fold([marker(7)]).places()) == {}
    # The group was set back: the same record was set aside twice and is one.
    assert dict(fold([letter(7), letter(7)]).places("waiting")) == {1: "waiting"}


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["not-json", "too-large", "replayed"])), max_size=40))
def test_folding_is_what_the_last_record_of_each_id_says(history: list[tuple[int, str]]) -> None:
    made = fold([marker(number) if kind == "replayed" else letter(number, kind) for number, kind in history])
    expected: dict[int, str] = {}
    for number in {number for number, _ in history}:
        mine = [(offset, kind) for offset, (each, kind) in enumerate(history) if each == number]
        failures = [offset for offset, kind in mine if kind != "replayed"]
        if failures:
            expected[failures[-1]] = "replayed" if mine[-1][1] == "replayed" else "waiting"
    found = list(made.places())
    assert dict(found) == expected
    assert [offset for offset, _ in found] == sorted(expected)
    assert made.counts().total() == len(expected)


def test_a_later_failure_that_is_not_meant_hides_the_earlier_one() -> None:
    only = Selection(reasons=frozenset({"too-large"}))
    assert dict(fold([letter(7, "too-large"), letter(8)], only).places()) == {0: "waiting"}
    assert dict(fold([letter(7, "too-large"), marker(7), letter(7, "not-json")], only).places()) == {}


@pytest.mark.parametrize(
    ("selection", "taken"),
    [
        (Selection(), True),
        (Selection(ids=frozenset({"in.1.7"})), True),
        (Selection(ids=frozenset({"in.1.8"})), False),
        (Selection(reasons=frozenset({"too-large", "missing-field"})), True),
        (Selection(reasons=frozenset({"too-large"})), False),
        (Selection(topic="in"), True),
        (Selection(topic="other"), False),
        (Selection(partitions=frozenset({1, 2})), True),
        (Selection(partitions=frozenset({2})), False),
        (Selection(offsets=(7, 7)), True),
        (Selection(offsets=(8, 9)), False),
        (Selection(since=1000), True),
        (Selection(since=1001), False),
        (Selection(until=1001), True),
        (Selection(until=1000), False),
        (Selection(path="/lines"), True),
        (Selection(path="/lines/*/units"), True),
        (Selection(path="/lines/0/units/"), True),
        (Selection(path="/lin"), False),
        (Selection(path="/lines/1"), False),
        (Selection(path="/lines/0/units/x"), False),
        (Selection(reasons=frozenset({"missing-field"}), path="/other"), False),
    ],
)
def test_each_filter_leaves_out_what_it_should(selection: Selection, taken: bool) -> None:
    found = Letter("dead-letter", "in.1.7", Origin("in", 1, 7), "missing-field", "/lines/0/units")
    assert selection.takes(found, 1000) is taken
    assert selection.is_everything is (selection == EVERYTHING)


def test_records_of_others_are_counted_and_named_by_their_place() -> None:
    strangers = Strangers()
    made = Fold(EVERYTHING, strangers)
    for offset in range(50):
        made.take(record(offset, [("scrubber_reason", b"JANE DOE")]))
    assert strangers.count == 50
    assert strangers.places == [(3, offset) for offset in range(MOST_NAMED)]
    assert dict(made.places()) == {}


def test_a_dead_letter_is_read_and_a_marker_is_none() -> None:
    found = dead_letter(record(5, letter(7, "too-deep", "/a"), 1234), "waiting")
    assert (found.letter.reason, found.letter.path, found.partition, found.offset) == ("too-deep", "/a", 3, 5)
    assert (found.set_aside, found.key, found.value, found.state) == (1234, b"K", b"V", "waiting")
    with pytest.raises(ValueError, match="no dead letter"):
        dead_letter(record(5, marker(7)), "waiting")
