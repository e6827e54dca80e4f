from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from scrubber.kafka.batch import answer
from scrubber.kafka.handler import Answer, Record, Tally
from scrubber.kafka.partitioner import partition_of


@dataclass
class Fetched:
    offset: int
    key: bytes | None = b"k"
    value: bytes | None = b"v"
    topic: str = "in"
    partition: int = 4
    timestamp: int = 0
    headers: Sequence[tuple[str, bytes | None]] = ()


def copy(record: Record, tally: Tally) -> Answer:
    return "out", record.value, []


@given(st.binary(max_size=100), st.integers(1, 200))
def test_a_key_goes_where_kafkas_own_partitioner_puts_it(key: bytes, count: int) -> None:
    everywhere = list(range(count))
    assert partition_of(key, count, 0) == DefaultPartitioner()(key, everywhere, everywhere)


def test_a_record_without_key_goes_by_its_input_partition() -> None:
    assert [partition_of(None, 3, number) for number in range(6)] == [0, 1, 2, 0, 1, 2]


def test_a_batch_commits_the_offset_after_its_last_record() -> None:
    batch = answer([Fetched(offset) for offset in (7, 8, 12)], copy, {"out": 3}, 60)
    assert (batch.records, batch.next_offset) == (3, 13)
    assert sum(len(messages) for messages in batch.messages.values()) == 3


def test_the_cpu_budget_ends_a_batch_but_never_before_one_record(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0

    def slow(record: Record, tally: Tally) -> Answer:
        nonlocal now
        now += 0.01
        return copy(record, tally)

    monkeypatch.setattr("scrubber.kafka.batch.time.perf_counter", lambda: now)
    records = [Fetched(offset) for offset in range(100)]
    assert answer(records, slow, {"out": 1}, 0).next_offset == 1
    batch = answer(records, slow, {"out": 1}, 0.035)
    assert (batch.records, round(batch.seconds, 3)) == (4, 0.04)


def test_order_is_kept_for_each_target() -> None:
    records = [Fetched(offset, key=b"%d" % (offset % 5), value=b"%d" % offset) for offset in range(50)]
    batch = answer(records, copy, {"out": 3}, 60)
    for messages in batch.messages.values():
        values = [int(value or b"") for _, value, _ in messages]
        assert values == sorted(values)
