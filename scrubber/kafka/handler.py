"""One record in, one record out: a verdict, or the record itself as a dead letter. Nothing here calls Kafka."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Protocol

from scrubber.contract import ContractError, Origin, content_type_of, decode_claim, encode_verdict
from scrubber.contract.cloudevents import LAST_TIME, Headers, dead_letter_headers, verdict_headers
from scrubber.contract.codec import forget_coverage
from scrubber.contract.replay import identity_of
from scrubber.engine import Engine, filing_day
from scrubber.kafka.watchdog import ClaimTimeoutError, Watchdog
from scrubber.log import Event, emit, error_values
from scrubber.settings import Settings

# Reasons for a dead letter beside those of decoding.
TOO_LARGE: Final = "too-large"
VERDICT_TOO_LARGE: Final = "verdict-too-large"
ENGINE_ERROR: Final = "engine-error"
ENGINE_TIMEOUT: Final = "engine-timeout"

_DAY_MS: Final = 86_400_000


class Record(Protocol):
    """What is used of aiokafka's ConsumerRecord. `timestamp`: milliseconds since 1970, negative where there is none."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


Answer = tuple[str, bytes | None, Headers]
"""Topic, value and headers of what is written for a record; its key is the record's own."""


@dataclass(slots=True)
class Tally:
    """What a batch came to, counted while it is handled and published once it is committed."""

    verdicts: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    dead_letters: Counter[str] = field(default_factory=Counter)


class Handle(Protocol):
    """Answers a record; must not raise for anything that a record can hold."""

    def __call__(self, record: Record, tally: Tally) -> Answer:
        """Answer the record and count what it came to in `tally`."""


class ClaimHandler:
    """Decode, scrub, encode."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        """`engine`: pure and synchronous."""
        self.watchdog = Watchdog(settings.claim_seconds)
        self._scrub = engine.scrub
        self._topics = settings.output_topics()
        self._max_bytes = settings.max_claim_bytes
        self._max_verdict_bytes = settings.max_verdict_bytes
        self._source = f"/claim-scrubber/{settings.group}"

    def use(self, engine: Engine) -> None:
        """Scrub with another engine from the next batch on: a batch is answered without a pause in it."""
        self._scrub = engine.scrub
        forget_coverage()

    def __call__(self, record: Record, tally: Tally) -> Answer:
        """Answer one record; what cannot be decoded or scrubbed becomes a dead letter."""
        origin, time = identity_of(record.topic, record.partition, record.offset, record.timestamp, record.headers)
        try:
            self.watchdog.arm()
            return self._answer(record, origin, time, tally)
        except ClaimTimeoutError as error:
            self.watchdog.disarm()
            self._tell(Event.ENGINE_TIMEOUT, origin, error)
            return self._dead_letter(record, origin, time, ENGINE_TIMEOUT, "", tally)

    def _answer(self, record: Record, origin: Origin, time: int, tally: Tally) -> Answer:
        value = record.value
        if value is not None and len(value) > self._max_bytes:
            self.watchdog.disarm()
            return self._dead_letter(record, origin, time, TOO_LARGE, "", tally)
        try:
            content_type = content_type_of(record.headers)
            claim = decode_claim(value, content_type)
            as_of = filing_day(claim, default=_day_of(time))
            verdict = self._scrub(claim, as_of=as_of, origin=origin)
            encoded = encode_verdict(verdict, content_type)
            headers = verdict_headers(
                verdict, content_type=content_type, time=time, source=self._source, incoming=record.headers
            )
            self.watchdog.disarm()
        except ContractError as error:
            self.watchdog.disarm()
            return self._dead_letter(record, origin, time, error.reason, error.path, tally)
        except Exception as error:  # noqa: BLE001 - whatever the rules do to one claim must not stop the others
            self.watchdog.disarm()
            self._tell(Event.ENGINE_ERROR, origin, error)
            return self._dead_letter(record, origin, time, ENGINE_ERROR, "", tally)
        if len(encoded) > self._max_verdict_bytes:
            return self._dead_letter(record, origin, time, VERDICT_TOO_LARGE, "", tally)
        tally.verdicts[verdict.disposition] += 1
        for finding in verdict.findings:
            tally.findings[finding.rule] += 1
        return self._topics[verdict.disposition], encoded, headers

    def _tell(self, event: Event, origin: Origin, error: BaseException) -> None:
        emit(event, topic=origin.topic, partition=origin.partition, offset=origin.offset, **error_values(error))

    def _dead_letter(self, record: Record, origin: Origin, time: int, reason: str, path: str, tally: Tally) -> Answer:
        tally.dead_letters[reason] += 1
        headers = dead_letter_headers(reason, path, origin, time=time, source=self._source, incoming=record.headers)
        return self._topics["dead-letter"], record.value, headers


def _day_of(timestamp: int) -> dt.date:
    """The day (UTC) a record was written: stands in where a claim does not say when it was received.

    Today where the record has no time, or one that is none.
    """
    return _date(timestamp // _DAY_MS) if 0 < timestamp <= LAST_TIME else dt.datetime.now(dt.UTC).date()


@lru_cache(maxsize=64)
def _date(days: int) -> dt.date:
    """The date so many days after 1970-01-01. A topic's records come in the order of few different ones."""
    return dt.date(1970, 1, 1) + dt.timedelta(days=days)
