"""The judge: reads the four output topics as a downstream system would, and works every answer out again by itself.

A byte for each claim and a number for each (output partition, input partition) is all it remembers.
"""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord

from scrubber.contract import ContractError, Origin, decode_claim, encode_verdict
from scrubber.engine import Engine, filing_day
from scrubber.settings import Settings
from tests.chaos.shapes import Choose, Shape, claim_id, mixed
from tests.sites import Site

_EXAMPLES: Final = 20
_END_SECONDS: Final = 120


@dataclass(slots=True)
class Judgement:
    """What is wrong with the answers, all zero when nothing is. `examples`: coordinates of the first ones."""

    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    wrong: int = 0
    strange: int = 0
    """Answers to what nobody published."""
    answers: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    @property
    def faults(self) -> dict[str, int]:
        """The five counts."""
        return {name: getattr(self, name) for name in ("lost", "doubled", "out_of_order", "wrong", "strange")}


class Verifier:
    """Takes committed records in the order of each partition; `judge()` when all are read."""

    def __init__(self, engine: Engine, settings: Settings, choose: Choose = mixed) -> None:
        """`engine`: one of its own. `choose`: the same as the driver's."""
        self._engine = engine
        self._topics = settings.output_topics()
        self._input = settings.input_topic
        self._choose = choose
        self._seen: dict[int, bytearray] = {}
        self._last: dict[tuple[str, int, int], int] = {}
        self._found = Judgement()

    @property
    def count(self) -> int:
        """Different claims that were answered so far."""
        return sum(map(sum, self._seen.values()))

    def look(self, record: ConsumerRecord) -> None:
        """Take one record of an output topic."""
        try:
            _, partition, sequence = record.key.decode().split("-")
            source, number = int(partition), int(sequence)
        except (AttributeError, ValueError):
            self._note("strange", record)
            return
        if self._mark(source, number):
            self._note("doubled", record)
        where = record.topic, record.partition, source
        if number <= self._last.get(where, -1):
            self._note("out_of_order", record)
        self._last[where] = number
        shape = self._choose(source, number)
        self._found.answers[shape.role] += 1
        if not self._is_right(record, shape, source, number):
            self._note("wrong", record)

    def judge(self, published: Mapping[int, int]) -> Judgement:
        """Hold what was seen against what was published: number of claims of each partition."""
        for partition in published.keys() | self._seen.keys():
            count, seen = published.get(partition, 0), self._seen.get(partition, bytearray())
            self._found.strange += sum(seen[count:])
            missing = [number for number in range(count) if number >= len(seen) or not seen[number]]
            self._found.lost += len(missing)
            self._found.examples += [f"lost: {claim_id(partition, number)}" for number in missing[:3]]
        return self._found

    def _mark(self, partition: int, sequence: int) -> bool:
        """Note that the claim was answered; whether it had been before."""
        seen = self._seen.setdefault(partition, bytearray())
        if sequence >= len(seen):
            seen.extend(bytes(sequence + 4096 - len(seen)))
        before = seen[sequence]
        seen[sequence] = 1
        return bool(before)

    def _is_right(self, record: ConsumerRecord, shape: Shape, partition: int, sequence: int) -> bool:
        """Topic, value and the headers that name the claim: what one engine, asked once, would have answered."""
        if record.topic != self._topics[shape.role]:
            return False
        headers = dict(record.headers)
        sent = shape.record(claim_id(partition, sequence).encode(), sequence)
        if shape.role == "dead-letter":
            place = str(partition).encode(), str(sequence).encode()
            told = headers["scrubber_partition"], headers["scrubber_offset"]
            return (record.value, headers["scrubber_reason"], told) == (sent.value, shape.reason.encode(), place)
        try:
            claim = decode_claim(sent.value)
        except ContractError:
            return False
        day = dt.datetime.now(dt.UTC).date() if sent.timestamp in {None, -1} else _day(sent.timestamp)
        origin = Origin(self._input, partition, sequence)
        verdict = self._engine.scrub(claim, as_of=filing_day(claim, default=day), origin=origin)
        expected = encode_verdict(verdict), verdict.verdict_id.encode()
        return (record.value, headers["ce_id"]) == expected

    def _note(self, kind: str, record: ConsumerRecord) -> None:
        setattr(self._found, kind, getattr(self._found, kind) + 1)
        if len(self._found.examples) < _EXAMPLES:
            key = None if record.key is None else record.key.decode(errors="replace")
            self._found.examples.append(f"{kind}: {key} at {record.topic}-{record.partition}@{record.offset}")


async def follow(site: Site, verifier: Verifier, ended: asyncio.Event, *, late: bool = False) -> None:
    """Show the verifier every committed answer; once `ended` is set, up to the end of each partition.

    `late`: begin only then.
    """
    if late:
        await ended.wait()
    async with site.reader() as consumer:
        while not ended.is_set():
            await _some(consumer, verifier)
        # Every worker has closed by now, so that no transaction is open and this is all there will ever be.
        ends = await consumer.end_offsets(consumer.assignment())
        until = asyncio.get_running_loop().time() + _END_SECONDS
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            assert asyncio.get_running_loop().time() < until, "the reader does not reach the end of the output topics"
            await _some(consumer, verifier)


async def _some(consumer: AIOKafkaConsumer, verifier: Verifier) -> None:
    for records in (await consumer.getmany(timeout_ms=200, max_records=300)).values():
        for record in records:
            verifier.look(record)
    await asyncio.sleep(0)


def _day(timestamp: int) -> dt.date:
    return dt.datetime.fromtimestamp(timestamp / 1000, dt.UTC).date()
