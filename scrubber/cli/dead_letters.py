"""`scrubber dead-letters`: what workers set aside, and putting it before them again."""

import json
from typing import Annotated, Literal

import typer

from scrubber.cli.dead_letter_options import (
    Offsets,
    Partitions,
    Path,
    Reasons,
    Since,
    Topic,
    Until,
    require_id,
    selection_of,
)
from scrubber.cli.exits import DENIED
from scrubber.cli.settings_options import CONNECTION, ConfigFile, load_or_fail, takes_settings
from scrubber.cli.terminal import fail

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Dead letters: records that a worker set aside. List them, look at one, replay them.",
)

_NEWEST = 20


@app.command("list")
@takes_settings(*CONNECTION, "dead_letter_topic")
def list_(
    *,
    reason: Reasons = None,
    topic: Topic = None,
    partition: Partitions = None,
    offsets: Offsets = None,
    path: Path = None,
    since: Since = None,
    until: Until = None,
    state: Annotated[
        Literal["waiting", "replayed", "all"], typer.Option(help="Which to print. The counts are of both.")
    ] = "waiting",
    limit: Annotated[
        int | None, typer.Option(min=1, help="Print the newest so many. Unset: 20 as text, all as JSON.")
    ] = None,
    format_: Annotated[
        Literal["text", "json", "jsonl"],
        typer.Option("--format", help="text: for people. json: one document. jsonl: one object a line, no counts."),
    ] = "text",
    config: ConfigFile = None,
    flags: dict[str, str | None],
) -> None:
    """List dead letters and count them by reason: ids, places and sizes, never a key or a value.

    Reads the topic to where it ended at the start and takes nothing from anybody. Needs about 200 bytes of memory for
    each dead letter of one partition at a time.

    Exit codes: 0 listed, also when there is none; 2 a setting or a filter will not do, or the topic is missing; 3
    Kafka cannot be reached or refuses.
    """
    selection = selection_of(
        reasons=reason, topic=topic, partitions=partition, offsets=offsets, path=path, since=since, until=until
    )
    settings = load_or_fail(flags, config)
    from scrubber.cli.brokers import run_kafka
    from scrubber.cli.dead_letter_printers import printer_of
    from scrubber.cli.dead_letter_reading import list_letters
    from scrubber.cli.dead_letter_view import tell_strangers

    newest = limit or (_NEWEST if format_ == "text" else None)
    wanted = None if state == "all" else state
    strangers = run_kafka(settings, list_letters(settings, selection, wanted, newest, printer_of(format_)))
    tell_strangers(settings.dead_letter_topic, strangers)


@app.command("show")
@takes_settings(*CONNECTION, "dead_letter_topic")
def show(
    *,
    identity: Annotated[str, typer.Argument(metavar="ID", help="topic.partition.offset, as the list has it.")],
    payload: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Write the record's value, which is PHI, to a new file; - is standard output."
        ),
    ] = None,
    format_: Annotated[Literal["text", "json"], typer.Option("--format", help="text: for people.")] = "text",
    config: ConfigFile = None,
    flags: dict[str, str | None],
) -> None:
    """Show one dead letter: why, where, when, how large, and what can be done. Its value only when asked for.

    Exit codes: 0 shown; 1 there is no such dead letter; 2 a setting will not do, the topic is missing, or the file
    cannot be written; 3 Kafka cannot be reached or refuses.
    """
    require_id(identity)
    settings = load_or_fail(flags, config)
    from scrubber.cli.brokers import run_kafka
    from scrubber.cli.dead_letter_reading import find_letter, write_value
    from scrubber.cli.dead_letter_view import describe, row_of

    dead = run_kafka(settings, find_letter(settings, selection_of(ids=[identity])))
    if dead is None:
        fail(f"{settings.dead_letter_topic} holds no dead letter {identity}", DENIED)
    if payload is not None:
        write_value(payload, dead.value)
    if payload == "-":
        return
    if format_ == "json":
        typer.echo(json.dumps(row_of(dead)))
    else:
        typer.echo("\n".join(describe(dead, settings.dead_letter_topic)))


@app.command("replay")
@takes_settings(*CONNECTION, "group", "input_topic", "dead_letter_topic")
def replay(
    *,
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID...]", help="Only these, as the list has them.")
    ] = None,
    reason: Reasons = None,
    partition: Partitions = None,
    offsets: Offsets = None,
    path: Path = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Replay at most so many, the oldest of a partition first.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be replayed.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Replay all that waits without being asked.")] = False,
    config: ConfigFile = None,
    flags: dict[str, str | None],
) -> None:
    """Publish dead letters that wait to the partition of the input topic they came from, each exactly once.

    A replayed record keeps its identity: the worker answers it as the record of its first place. What fails again is a
    dead letter again. Each chunk is one transaction with a marker for each record, so an interrupted replay can simply
    be started again, and of two at once one is ended. Give the group of the workers: it is what tells the two apart.

    Exit codes: 0 done, also when nothing waits; 1 some could not be replayed, or another replay began; 2 a setting or a
    filter will not do, a topic is missing, or nobody said yes; 3 Kafka cannot be reached or refuses. Whatever the code,
    what was counted as replayed is.
    """
    selection = selection_of(
        ids=ids, reasons=reason, partitions=partition, offsets=offsets, path=path, since=since, until=until
    )
    settings = load_or_fail(flags, config)
    from scrubber.cli.dead_letter_replay import confirm, count, run

    if dry_run:
        count(settings, selection, limit)
        return
    if selection.is_everything and limit is None and not yes:
        confirm(settings, selection)
    run(settings, selection, limit)
