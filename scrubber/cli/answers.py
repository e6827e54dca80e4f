"""What workers wrote: verdicts and dead letters, read as an independent consumer reads them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from scrubber.contract import ContractError, Verdict, content_type_of, decode_verdict
from scrubber.contract.replay import read_letter

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, ConsumerRecord

    from scrubber.settings import Settings

_CLOSE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One record of an output topic: a verdict, or a dead letter's reason, path and place in the input topic.

    `replayed`: the marker of a replay, which has the dead letter's place and nothing else.
    """

    topic: str
    key: bytes | None
    value: bytes | None
    verdict: Verdict | None
    reason: str = ""
    path: str = ""
    place: str = ""
    replayed: bool = False


@asynccontextmanager
async def open_answers(
    settings: "Settings", topics: Sequence[str], *, from_beginning: bool
) -> "AsyncIterator[AIOKafkaConsumer]":
    """A consumer of `topics` in no group, so that it takes nothing from anybody, which sees committed records only."""
    from aiokafka import AIOKafkaConsumer

    from scrubber.kafka.clients import connection
    from scrubber.kafka.closing import close

    consumer = AIOKafkaConsumer(
        *topics,
        **connection(settings),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest" if from_beginning else "latest",
        isolation_level="read_committed",
        fetch_max_wait_ms=100,
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await close(consumer, _CLOSE_SECONDS)


def answer_of(record: "ConsumerRecord[bytes, bytes]") -> Answer:
    """Read one record. What is neither verdict nor dead letter comes with the reason `not-a-verdict`."""
    letter = read_letter(record.headers)
    if letter is not None and letter.kind == "replayed":
        place = f"{letter.origin.topic}-{letter.origin.partition}@{letter.origin.offset}"
        return Answer(record.topic, record.key, record.value, None, place=place, replayed=True)
    headers = {name: (value or b"").decode("ascii", "replace") for name, value in record.headers}
    if "scrubber_reason" in headers:
        place = f"{headers.get('scrubber_topic')}-{headers.get('scrubber_partition')}@{headers.get('scrubber_offset')}"
        reason, path = headers["scrubber_reason"], headers.get("scrubber_path", "")
        return Answer(record.topic, record.key, record.value, None, reason, path, place)
    try:
        verdict = decode_verdict(record.value or b"", content_type_of(record.headers))
    except (msgspec.DecodeError, ContractError):
        place = f"{record.topic}-{record.partition}@{record.offset}"
        return Answer(record.topic, record.key, record.value, None, "not-a-verdict", "", place)
    return Answer(record.topic, record.key, record.value, verdict)
