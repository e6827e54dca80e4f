"""`scrubber demo`: claims go in, verdicts come out, on a broker and with a worker of their own."""

import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from scrubber.cli.terminal import fail, stderr, stdout

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer
    from rich.console import Console

    from scrubber.cli.answers import Answer
    from scrubber.demo import DemoRecord, Stage

_ANSWER_SECONDS: Final = 20.0
_CLOSE_SECONDS = 2.0
_FAILED: Final = 1


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave broker and worker running, and say how to publish and read.")
    ] = False,
) -> None:
    """Show the whole way of a claim, on a broker and with a worker that are started for it and cleaned up.

    Needs the embedded broker: pip install 'claim-scrubber[demo]'. Nothing leaves this machine.

    Exit codes: 0 every record was answered; 1 a record was not; 2 the embedded broker is missing or does not start;
    130 interrupted, and cleaned up all the same. With --keep, Ctrl-C is the usual end: 0.
    """
    import asyncio

    from aiokafka.errors import KafkaError

    from scrubber.cli.brokers import quiet_kafka
    from scrubber.demo import StageError, open_stage
    from scrubber.kafka.embedded import EmbeddedBrokerError
    from scrubber.shipped import shipped_folder

    began = time.monotonic()
    console = stdout()
    quiet_kafka()
    try:
        with (
            _sigterm_as_interrupt(),
            stderr().status("Starting a broker and a worker") as status,
            open_stage(shipped_folder("topics") / "topics.toml") as stage,
        ):
            status.stop()
            _introduce(console, stage, time.monotonic() - began)
            console.print(asyncio.run(_play(console, stage)))
            if keep:
                _keep(console, stage)
            status.update("Stopping worker and broker")
            status.start()
    except EmbeddedBrokerError as error:
        fail(str(error))
    except (StageError, KafkaError, TimeoutError) as error:
        fail(
            str(error) if isinstance(error, StageError) else f"the demo's broker failed: {type(error).__name__}",
            _FAILED,
        )
    console.print(f"Broker and worker stopped, folder removed. {time.monotonic() - began:.1f} s in all.", style="dim")


def _introduce(console: "Console", stage: "Stage", seconds: float) -> None:
    settings = stage.settings
    console.print(
        f"Kafka-compatible broker on {settings.bootstrap_servers}, five topics, one worker: ready in {seconds:.1f} s."
    )
    console.print(
        "Each invented claim is published to claims.submitted; the worker's verdict follows it. Patients are women "
        "born 1960 with Medicare, seen in the office (POS 11) on 2026-09-15, unless it says otherwise.\n"
    )


async def _play(console: "Console", stage: "Stage") -> str:
    """Publish one record after another, show what the worker answers, and return the summary."""
    from scrubber.cli.answers import open_answers
    from scrubber.cli.publish import make_producer
    from scrubber.contract import CENTS
    from scrubber.demo import RECORDS
    from scrubber.kafka.closing import close

    settings = stage.settings
    counts: Counter[str] = Counter()
    cents, spent = 0, 0.0
    producer = make_producer(settings)
    await producer.start()
    try:
        async with open_answers(settings, list(settings.output_topics().values()), from_beginning=True) as consumer:
            for number, record in enumerate(RECORDS, 1):
                claim_id = f"DEMO-{number:02}"
                began = time.monotonic()
                headers = [("content-type", b"application/json")]
                await producer.send_and_wait(
                    settings.input_topic, record.value(claim_id), claim_id.encode(), headers=headers
                )
                answer = await _answer(stage, consumer, claim_id.encode())
                seconds = time.monotonic() - began
                _show(console, record, claim_id, answer, seconds)
                spent += seconds
                counts[answer.verdict.disposition if answer.verdict else "dead-letter"] += 1
                cents += CENTS[answer.verdict.risk.charge_at_risk] if answer.verdict else 0
    finally:
        await close(producer, _CLOSE_SECONDS)
    return (
        f"{counts.total()} records: {counts['pass']} pass, {counts['fix-suggestion']} fix suggested, "
        f"{counts['denial-risk']} denial risk, {counts['dead-letter']} dead letters. "
        f"${cents / 100:,.2f} would have been at risk. {spent:.1f} s from first to last."
    )


async def _answer(stage: "Stage", consumer: "AIOKafkaConsumer", key: bytes) -> "Answer":
    """The next answer, which must be the one to the record of this key. Raises StageError when none comes."""
    from scrubber.cli.answers import answer_of
    from scrubber.demo import StageError

    until = time.monotonic() + _ANSWER_SECONDS
    while time.monotonic() < until:
        batches = await consumer.getmany(timeout_ms=500, max_records=1)
        for records in batches.values():
            answer = answer_of(records[0])
            if answer.key != key:
                raise StageError("an answer came that nobody waits for: a record was answered twice")
            return answer
        stage.check()
    raise StageError(f"no answer after {_ANSWER_SECONDS:.0f} s")


def _show(console: "Console", record: "DemoRecord", claim_id: str, answer: "Answer", seconds: float) -> None:
    from rich.text import Text

    from scrubber.cli.verdicts import show_verdict
    from scrubber.cli.watch import show_dead_letter

    console.print(Text.assemble((record.story, "bold cyan"), f"\n  {_sent(record)}"))
    if answer.verdict is not None and record.claim is not None:
        note = f"{answer.topic}, {seconds * 1000:.0f} ms"
        show_verdict(console, answer.verdict, record.claim.claim(claim_id), note=note)
    else:
        show_dead_letter(console, answer)
    console.print()


def _sent(record: "DemoRecord") -> str:
    """The claim in words: its lines and diagnoses, and where it departs from the usual one."""
    from scrubber.cli.changes import line_words

    if record.claim is None:
        return f"{len(record.raw):,} bytes"
    event = record.claim.event()
    words = " + ".join(line_words(line) for line in event["service_lines"]) + f" for {' '.join(event['diagnoses'])}"
    words += f", {record.claim.date}" if str(record.claim.date) != "2026-09-15" else ""
    words += ", male" if record.claim.sex == "M" else ""
    words += f", payer policy {record.claim.payer}" if record.claim.payer != "medicare" else ""
    words += f", claim charge {event['total_charge']}" if "total_charge" in record.claim.changes else ""
    words += f", on file: {', '.join(event['documentation'])}" if event["documentation"] else ""
    return words


def _keep(console: "Console", stage: "Stage") -> None:
    """Say how to use what runs, and wait until interrupted."""
    settings = stage.settings
    where = f"--bootstrap-servers {settings.bootstrap_servers}"
    pages = f"http://127.0.0.1:{settings.web_port}"
    commands = (
        (f"scrubber publish {where} FILE", "publish claims of yours"),
        (f"scrubber watch {where}", "read verdicts as they arrive"),
        (f"scrubber watch {where} --from-beginning", "read those of the demo as well"),
        (f"curl {pages}/metrics", "the worker's metrics"),
    )
    wide = max(len(command) for command, _ in commands)
    for line in (
        "\nBroker and worker go on until Ctrl-C. In another terminal:",
        *(f"  {command:<{wide}}   {what}" for command, what in commands),
        "Any other Kafka client can do the same: publish to claims.submitted, and read claims.passed,",
        "claims.fix-suggested, claims.denial-risk and claims.dead-letter with isolation level read_committed.",
        f"The worker's log is in {stage.log}.",
    ):
        console.print(line, soft_wrap=True)
    with suppress(KeyboardInterrupt):
        while True:
            stage.check()
            time.sleep(0.5)


@contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    """Clean up on SIGTERM as on Ctrl-C."""

    def interrupt(_number: int, _frame: object) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
