"""`scrubber dead-letters replay`: counting, asking, replaying, and what came of it."""

from collections import Counter
from typing import TYPE_CHECKING

import typer
from aiokafka.errors import KafkaError

from scrubber.cli.brokers import KAFKA, require_topics, run_kafka
from scrubber.cli.dead_letter_view import tell_reasons, tell_strangers
from scrubber.cli.exits import DENIED
from scrubber.cli.terminal import fail, is_terminal, say
from scrubber.cli.waiting import waiting
from scrubber.kafka.dead_letter_reader import open_reader
from scrubber.kafka.dead_letters import Selection
from scrubber.kafka.errors import reason_of
from scrubber.kafka.replay import OBSTACLES, Report, replay

if TYPE_CHECKING:
    from scrubber.settings import Settings


def count(settings: "Settings", selection: Selection, limit: int | None) -> int:
    """Say how many wait, and return the number. Opens no transaction, so that it disturbs no replay."""
    reasons = run_kafka(settings, _waiting(settings, selection))
    most = f", {limit:,} of them would be replayed" if limit and limit < reasons.total() else ""
    typer.echo(f"{reasons.total():,} waiting{tell_reasons(reasons)}{most}")
    return reasons.total()


async def _waiting(settings: "Settings", selection: Selection) -> Counter[str]:
    reasons: Counter[str] = Counter()
    await require_topics(settings, [settings.input_topic, settings.dead_letter_topic])
    with waiting(lambda passed: f"reading {settings.dead_letter_topic}: {passed:,} offsets") as progress:
        async with open_reader(settings, progress) as reader:
            async for _, fold in reader.folds(selection):
                for (state, reason), number in fold.counts().items():
                    reasons[reason] += number if state == "waiting" else 0
    tell_strangers(settings.dead_letter_topic, reader.strangers)
    return +reasons


def confirm(settings: "Settings", selection: Selection) -> None:
    """Ask for a yes; ends the command without one."""
    if not is_terminal("stdin"):
        fail("this would replay all that waits: give --yes, or say which (an id, --reason, --since and others)")
    if not count(settings, selection, None):
        raise typer.Exit
    if not typer.confirm(f"Replay all of it to {settings.input_topic}?", err=True):
        fail("nothing was replayed")


def run(settings: "Settings", selection: Selection, limit: int | None) -> None:
    """Replay, and say what came of it, also when it comes to an early end."""
    report = Report()
    try:
        run_kafka(settings, _replay(settings, selection, limit, report))
    finally:
        _tell(settings, report)
    named = len(selection.ids or ())
    if limit is None and (idle := named - report.replayed.total() - report.left.total()) > 0:
        say(f"{idle:,} of the {named:,} named did not wait: replayed before, left out by a filter, or not there")
    if any(number for obstacle, number in report.left.items() if obstacle != "no-value"):
        raise typer.Exit(DENIED)


async def _replay(settings: "Settings", selection: Selection, limit: int | None, report: Report) -> None:
    def words(passed: int) -> str:
        return f"{report.replayed.total():,} replayed, {passed:,} offsets of {settings.dead_letter_topic} read"

    await require_topics(settings, [settings.input_topic, settings.dead_letter_topic])
    with waiting(words) as progress:
        try:
            await replay(settings, selection, report, limit, progress)
        except KafkaError as error:
            if reason_of(error) != "fenced":
                raise
            # Also how a broker answers that has given up a transaction for its age.
            fail("another replay of this group began, or a transaction grew too old; nothing is half done", DENIED)
        except (TimeoutError, AssertionError) as error:
            fail(f"Kafka at {settings.bootstrap_servers} did not answer: {type(error).__name__}", KAFKA)


def _tell(settings: "Settings", report: Report) -> None:
    done = report.replayed
    say(f"{done.total():,} replayed to {settings.input_topic}{tell_reasons(done)}, {report.left.total():,} left")
    for obstacle, number in report.left.items():
        names = report.named[obstacle]
        more = f" and {number - len(names):,} more" if number > len(names) else ""
        say(f"{number:,} {OBSTACLES[obstacle]}: {', '.join(names)}{more}")
    tell_strangers(settings.dead_letter_topic, report.strangers)
