"""`scrubber watch`: verdicts of a worker as they arrive."""

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from scrubber.cli.settings_options import CONNECTION, OUTPUTS, ConfigFile, load_or_fail, takes_settings
from scrubber.cli.terminal import printable, stdout

if TYPE_CHECKING:
    from rich.console import Console

    from scrubber.cli.answers import Answer
    from scrubber.settings import Settings


@takes_settings(*CONNECTION, *OUTPUTS)
def watch(
    *,
    format_: Annotated[
        Literal["text", "jsonl"],
        typer.Option("--format", help="text: for people. jsonl: one verdict a line, no dead letters or replays."),
    ] = "text",
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="Begin with what the topics already hold.")
    ] = False,
    config: ConfigFile = None,
    flags: dict[str, str | None],
) -> None:
    """Show verdicts and dead letters as workers write them, until interrupted. Takes nothing from other readers.

    Of a dead letter only the reason and the place are shown, never the record; of its replay the place.

    Exit codes: 130 interrupted; 2 a setting will not do or a topic is missing; 3 Kafka cannot be reached or refuses.
    """
    from scrubber.cli.brokers import run_kafka

    settings = load_or_fail(flags, config)
    run_kafka(settings, _watch(settings, as_json=format_ == "jsonl", from_beginning=from_beginning))


async def _watch(settings: "Settings", *, as_json: bool, from_beginning: bool) -> None:
    from scrubber.cli.answers import answer_of, open_answers
    from scrubber.cli.brokers import require_topics
    from scrubber.cli.verdicts import show_verdict
    from scrubber.contract import encode_verdict

    topics = list(settings.output_topics().values())
    await require_topics(settings, topics)
    console = stdout()
    async with open_answers(settings, topics, from_beginning=from_beginning) as consumer:
        async for record in consumer:
            answer = answer_of(record)
            if as_json:
                if answer.verdict is not None:
                    sys.stdout.buffer.write(encode_verdict(answer.verdict) + b"\n")
                    sys.stdout.buffer.flush()
            elif answer.verdict is not None:
                show_verdict(console, answer.verdict, note=answer.topic)
                console.print()
            else:
                show_dead_letter(console, answer)


def show_dead_letter(console: "Console", answer: "Answer") -> None:
    """Print why a record was set aside and where it stood, or that it is under way again."""
    from rich.text import Text

    from scrubber.contract import DEAD_LETTER_REASONS

    if answer.replayed:
        told = ("↻ ", "bold cyan"), ("REPLAYED", "bold"), (f"  {printable(answer.place)}", "dim")
        console.print(Text.assemble(*told))
        return

    said = DEAD_LETTER_REASONS.get(answer.reason, "").replace("`", "")
    text = Text("✗ ", style="bold magenta")
    text.append("DEAD LETTER  ")
    text.append(f"{printable(answer.reason)}: {said}", style="not bold")
    text.append(f" At {printable(answer.path)}." if answer.path else "", style="not bold")
    text.append(f"  {printable(answer.place)}", style="not bold dim")
    console.print(text)
