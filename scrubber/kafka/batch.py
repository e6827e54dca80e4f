"""A stretch of one partition's records, answered and sorted by where the answers go: synchronous, bounded in time."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scrubber.contract.cloudevents import Headers
from scrubber.kafka.handler import Handle, Record, Tally
from scrubber.kafka.partitioner import partition_of

Target = tuple[str, int]
"""Topic and partition."""
Message = tuple[bytes | None, bytes | None, Headers]
"""Key, value, headers."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction writes. `next_offset` is committed with it; `seconds` is the CPU time it took."""

    messages: Mapping[Target, Sequence[Message]]
    records: int
    next_offset: int
    seconds: float
    tally: Tally


def answer(records: Sequence[Record], handle: Handle, counts: Mapping[str, int], budget: float) -> Batch:
    """Answer `records` (at least one) from the first on until `budget` seconds are over.

    `counts`: number of partitions of each output topic.
    """
    began = time.perf_counter()
    until = began + budget
    tally = Tally()
    messages: dict[Target, list[Message]] = {}
    done = 0
    for record in records:
        topic, value, headers = handle(record, tally)
        target = topic, partition_of(record.key, counts[topic], record.partition)
        messages.setdefault(target, []).append((record.key, value, headers))
        done += 1
        if time.perf_counter() > until:
            break
    return Batch(messages, done, records[done - 1].offset + 1, time.perf_counter() - began, tally)
