"""`scrubber publish`: claims of a file into the topic that workers read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from scrubber.cli.exits import BAD_INPUT, DENIED
from scrubber.cli.settings_options import CONNECTION, ConfigFile, load_or_fail, takes_settings
from scrubber.cli.terminal import say

if TYPE_CHECKING:
    import asyncio

    from aiokafka import AIOKafkaProducer
    from aiokafka.structs import RecordMetadata

    from scrubber.cli.claim_files import Entry
    from scrubber.settings import Settings


@takes_settings(*CONNECTION)
def publish(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="JSON Lines, a JSON array or one claim; - is standard input.")
    ],
    *,
    topic: Annotated[
        str | None, typer.Option(metavar="NAME", help="Topic to publish to. Unset: the worker's input topic.")
    ] = None,
    config: ConfigFile = None,
    flags: dict[str, str | None],
) -> None:
    """Publish the claims of files to the input topic, keyed by claim id, each once and acknowledged by all replicas.

    Exit codes: 0 every claim was acknowledged; 1 at least one was not; 2 something could not be read as a claim (told
    on stderr; the rest was published) or a setting will not do; 3 Kafka cannot be reached or refuses.
    """
    from scrubber.cli.brokers import run_kafka
    from scrubber.cli.intake import Intake

    settings = load_or_fail(flags | {"input_topic": topic}, config)
    intake = Intake(files, progress=True)
    counts = run_kafka(settings, send_claims(settings, intake))
    sent = f"{counts.acknowledged:,} claim{'s' * (counts.acknowledged != 1)}"
    say(f"{sent} acknowledged by {settings.input_topic}, {counts.failed:,} not, {intake.refused:,} not read")
    if counts.stopped_at:
        say(f"stopped at {counts.stopped_at}: the brokers take no more. Publish from there again")
    if counts.failed:
        raise typer.Exit(DENIED)
    if intake.refused:
        raise typer.Exit(BAD_INPUT)


@dataclass(slots=True)
class Counts:
    """Acknowledgements. `stopped_at`: the place in a file where sending was given up."""

    acknowledged: int = 0
    failed: int = 0
    stopped_at: str = ""

    def note(self, sent: "asyncio.Future[RecordMetadata]") -> None:
        """Count a record whose fate is known."""
        if sent.cancelled() or sent.exception() is not None:
            self.failed += 1
        else:
            self.acknowledged += 1


_CLOSE_SECONDS = 5.0


def make_producer(settings: "Settings") -> "AIOKafkaProducer":
    """An idempotent producer that waits for all replicas."""
    from aiokafka import AIOKafkaProducer

    from scrubber.kafka.clients import connection
    from scrubber.settings import MAX_RECORD_BYTES, RECORD_OVERHEAD_BYTES

    return AIOKafkaProducer(
        **connection(settings),
        acks="all",
        enable_idempotence=True,
        linger_ms=5,
        max_batch_size=1 << 18,
        max_request_size=MAX_RECORD_BYTES + RECORD_OVERHEAD_BYTES,
    )


async def send_claims(settings: "Settings", entries: "Iterable[tuple[str, Entry]]") -> Counts:
    """Send every claim and wait for the acknowledgements. Holds no more than aiokafka's own batches in memory."""
    from aiokafka.errors import KafkaError

    from scrubber.cli.brokers import require_topics
    from scrubber.contract import JSON
    from scrubber.kafka.closing import close

    await require_topics(settings, [settings.input_topic])
    counts = Counts()
    producer = make_producer(settings)
    await producer.start()
    try:
        for file, entry in entries:
            key, headers = entry.claim.claim_id.encode(), [("content-type", JSON.encode())]
            try:
                sent = await producer.send(settings.input_topic, entry.raw, key, headers=headers)
            except KafkaError:
                # Only what cannot be queued raises here: the brokers have been silent for too long.
                counts.failed += 1
                counts.stopped_at = f"{file}:{entry.line}"
                break
            sent.add_done_callback(counts.note)
        await producer.flush()
    finally:
        # All that was sent is acknowledged or failed by now, or somebody does not want to wait for it.
        await close(producer, _CLOSE_SECONDS)
    return counts
