"""Send claims to a worker and wait for its verdicts."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from scrubber.contract import Claim, Origin, Verdict, content_type_of, decode_verdict, encode_claim
from scrubber.contract.replay import read_letter
from scrubber.kafka.clients import connection
from scrubber.kafka.closing import close
from scrubber.settings import Settings
from scrubber.testing.background import BackgroundLoop

AnyClaim = Claim | Mapping[str, Any] | bytes
T = TypeVar("T")

_CLOSE_SECONDS: Final = 5.0


class ClaimRefusedError(Exception):
    """What was published is no claim: it is on the dead-letter topic. `reason` and `path` are its headers'."""

    def __init__(self, reason: str, path: str, origin: Origin) -> None:
        super().__init__(f"dead letter: {reason} at {path or '/'} ({_words(origin)})")
        self.reason = reason
        self.path = path
        self.origin = origin


class ScrubberClaims:
    """Publishes claims and reads verdicts, with `read_committed`, from the moment it is entered.

        with ScrubberClaims(bootstrap_servers="127.0.0.1:9092") as claims:
            (verdict,) = await claims.scrub(claim)

    Its coroutines may be awaited on any asyncio loop, each on another; a test that is not async wraps one in
    `asyncio.run()`. A claim may be a `Claim`, a dict with the fields of one, or the bytes of a record.
    """

    def __init__(self, **settings: object) -> None:
        """`settings`: the worker's, as far as they say where the topics are; the rest from `SCRUBBER_*`."""
        self._settings = Settings.load(settings)
        self._verdicts: dict[Origin, Verdict] = {}
        self._refused: dict[Origin, ClaimRefusedError] = {}
        self._latest: dict[str, Verdict] = {}
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        """Connect. Raises KafkaError, or LookupError when a topic is missing."""
        self._background = BackgroundLoop()
        try:
            self._background.call(self._start())
        except BaseException:
            self._background.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Disconnect."""
        self._background.call(self._stop())
        self._background.close()

    async def publish(self, claim: AnyClaim, *, headers: Iterable[tuple[str, bytes]] = ()) -> Origin:
        """Publish one claim as JSON, keyed by its claim_id; returns where it stands in Kafka."""
        key = claim.claim_id if isinstance(claim, Claim) else None
        if isinstance(claim, Mapping):
            key = str(claim.get("claim_id", ""))
        return await self._background.run(self._publish(_encode(claim), key, list(headers)))

    async def verdict(self, claim: str | Origin, timeout: float = 30.0) -> Verdict:  # noqa: ASYNC109 - waits elsewhere
        """The verdict on a claim that was published: by where it stands, or the latest one by claim_id.

        Raises ClaimRefusedError when the record at that place became a dead letter, TimeoutError after `timeout` s.
        """
        return await self._background.run(self._wait(claim, timeout))

    async def scrub(self, *claims: AnyClaim, timeout: float = 30.0) -> list[Verdict]:  # noqa: ASYNC109 - the same
        """Publish claims and return their verdicts in the same order; raises as `verdict()` does."""
        origins = [await self.publish(claim) for claim in claims]
        return list(await asyncio.gather(*(self.verdict(origin, timeout) for origin in origins)))

    # From here on everything runs on the background loop.

    async def _start(self) -> None:
        where = connection(self._settings)
        self._arrived = asyncio.Condition()
        self._producer = AIOKafkaProducer(**where, acks="all")
        self._consumer = AIOKafkaConsumer(**where, enable_auto_commit=False, isolation_level="read_committed")
        try:
            await self._producer.start()
            await self._consumer.start()
            await self._read_from_now()
        except BaseException:
            await self._stop()
            raise
        self._reading = asyncio.create_task(self._read())

    async def _stop(self) -> None:
        await close(self._producer, _CLOSE_SECONDS)
        await close(self._consumer, _CLOSE_SECONDS)

    async def _read_from_now(self) -> None:
        """Assign all output partitions, each from its end: older verdicts are nobody's business here."""
        known = await self._consumer.topics()
        topics = self._settings.output_topics().values()
        missing = sorted(topic for topic in (*topics, self._settings.input_topic) if topic not in known)
        if missing:
            raise LookupError(f"no such topic: {', '.join(missing)}; `scrubber topics create` makes them")
        parts = [
            TopicPartition(topic, number) for topic in topics for number in await self._producer.partitions_for(topic)
        ]
        self._consumer.assign(parts)
        await self._consumer.seek_to_end(*parts)

    async def _read(self) -> None:
        try:
            async for record in self._consumer:
                self._note(record.topic, record.value, record.headers)
                async with self._arrived:
                    self._arrived.notify_all()
        except Exception as error:  # noqa: BLE001 - whoever waits for a verdict is told
            self._failure = error
            async with self._arrived:
                self._arrived.notify_all()

    def _note(self, topic: str, value: bytes, headers: Sequence[tuple[str, bytes]]) -> None:
        if topic == self._settings.dead_letter_topic:
            letter = read_letter(headers)
            if letter is not None and letter.kind == "replayed":
                # Under way again: its next answer counts.
                self._refused.pop(letter.origin, None)
                return
            words = {name: content.decode() for name, content in headers if name.startswith("scrubber_")}
            origin = Origin(words["scrubber_topic"], int(words["scrubber_partition"]), int(words["scrubber_offset"]))
            self._refused[origin] = ClaimRefusedError(words["scrubber_reason"], words["scrubber_path"], origin)
        else:
            verdict = decode_verdict(value, content_type_of(headers))
            self._latest[verdict.claim_id] = verdict
            if verdict.origin is not None:
                self._verdicts[verdict.origin] = verdict
                self._refused.pop(verdict.origin, None)

    async def _publish(self, value: bytes, key: str | None, headers: list[tuple[str, bytes]]) -> Origin:
        where = await self._producer.send_and_wait(
            self._settings.input_topic, value, key=key.encode() if key else None, headers=headers
        )
        return Origin(where.topic, where.partition, where.offset)

    async def _wait(self, claim: str | Origin, seconds: float) -> Verdict:
        if isinstance(claim, str):
            return await self._until(lambda: self._latest.get(claim), "with that claim_id", seconds)
        await self._until(lambda: self._verdicts.get(claim) or self._refused.get(claim), _words(claim), seconds)
        if claim in self._refused:
            raise self._refused[claim]
        return self._verdicts[claim]

    async def _until(self, find: Callable[[], T | None], which: str, seconds: float) -> T:
        try:
            async with asyncio.timeout(seconds), self._arrived:
                await self._arrived.wait_for(lambda: self._failure is not None or find() is not None)
        except TimeoutError:
            seen = len(self._verdicts) + len(self._refused)
            raise TimeoutError(
                f"no verdict on the claim {which} within {seconds:g} s ({seen} others were read); is the worker ready?"
            ) from None
        found = find()
        if found is None:
            raise RuntimeError("verdicts can no longer be read") from self._failure
        return found


def _encode(claim: AnyClaim) -> bytes:
    if isinstance(claim, bytes):
        return claim
    return encode_claim(claim) if isinstance(claim, Claim) else msgspec.json.encode(claim)


def _words(origin: Origin) -> str:
    return f"{origin.topic}[{origin.partition}]@{origin.offset}"
