"""`scrubber topics`: the topics a worker needs, and the contracts of what is in them."""

from pathlib import Path
from typing import Annotated

import typer

from scrubber.cli.exits import DENIED
from scrubber.cli.settings_options import CONNECTION, OUTPUTS, ConfigFile, load_or_fail, takes_settings
from scrubber.cli.terminal import fail, say, stdout
from scrubber.shipped import shipped_folder

app = typer.Typer(rich_markup_mode=None, help="Kafka topics and their schemas.", no_args_is_help=True)

_HOLDS = {
    "input": "claims to be scrubbed",
    "pass": "verdicts: nothing would be denied",
    "fix-suggestion": "verdicts: everything that would be denied has a proven fix",
    "denial-risk": "verdicts: something would be denied and no safe fix is known",
    "dead-letter": "records that are no claims, as they came, with the reason in the headers; markers of replays",
}
_MILLISECONDS_A_DAY = 86_400_000


@app.command("list")
@takes_settings("input_topic", *OUTPUTS)
def list_(*, config: ConfigFile = None, flags: dict[str, str | None]) -> None:
    """List the topics as they should be: name, what is in them, partitions, how long records stay. Asks no broker.

    Exit codes: 0 listed; 2 a setting will not do.
    """
    from rich.table import Table

    from scrubber.kafka.topics import plan_topics

    settings = load_or_fail(flags, config)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("topic", "holds"):
        table.add_column(column)
    table.add_column("partitions", justify="right")
    table.add_column("kept", justify="right")
    for plan, holds in zip(
        plan_topics(settings, shipped_folder("topics") / "topics.toml"), _HOLDS.values(), strict=True
    ):
        days = int(plan.config["retention.ms"]) // _MILLISECONDS_A_DAY
        table.add_row(plan.name, holds, str(plan.partitions), f"{days} days")
    stdout().print(table)


@app.command("create")
@takes_settings(*CONNECTION, "input_topic", *OUTPUTS)
def create(
    *,
    partitions: Annotated[
        int | None, typer.Option(min=1, help="Partitions of each topic. Unset: as topics.toml says.")
    ] = None,
    replication: Annotated[
        int | None, typer.Option(min=1, help="Copies of each partition. Unset: the broker's default.")
    ] = None,
    config: ConfigFile = None,
    flags: dict[str, str | None],
) -> None:
    """Create the five topics. Those that exist are left as they are; where they differ from the plan, it says how.

    Exit codes: 0 all there as planned; 1 a topic that exists differs; 2 a setting will not do; 3 Kafka cannot be
    reached or refuses.
    """
    from scrubber.cli.brokers import run_kafka
    from scrubber.kafka.topics import create_topics, plan_topics

    settings = load_or_fail(flags, config)
    plans = plan_topics(
        settings, shipped_folder("topics") / "topics.toml", partitions=partitions, replication=replication
    )
    reports = run_kafka(settings, create_topics(settings, plans))
    for report in reports:
        differences = "; ".join(
            f"{key} is {found}, planned {planned}" for key, (planned, found) in report.differences.items()
        )
        typer.echo(f"{report.state:<8} {report.name}" + (f"  {differences}" if differences else ""))
    if any(report.state == "differs" for report in reports):
        raise typer.Exit(DENIED)


@app.command("schema")
def schema(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Document to print, such as claim.schema.json. Unset: list.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write every document into topics/ of the checkout.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Compare topics/ with what the code says.")] = False,
) -> None:
    """Print, write or check the JSON Schemas and the AsyncAPI document, which are made from the code.

    Exit codes: 0 done, or in sync; 1 with --check, a document is missing or differs; 2 there is no such document.
    """
    from scrubber.contract.schemas import documents

    made = documents()
    if write or check:
        folder = shipped_folder("topics")
        if write and folder.parent.name == "_data":
            fail("--write is for a checkout; an installed package already holds what it says")
        stale = [each for each, content in made.items() if _content(folder / each) != content]
        if write:
            for each in stale:
                (folder / each).write_bytes(made[each])
                say(f"wrote {folder / each}")
        elif stale:
            fail(f"not as the code says: {', '.join(stale)}. Write anew: scrubber topics schema --write", DENIED)
    elif name is None:
        for each, content in made.items():
            typer.echo(f"{each}  {len(content):,} bytes")
    elif name in made:
        typer.echo(made[name], nl=False)
    else:
        fail(f"there is no document {name!r}; choose from {', '.join(made)}")


def _content(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None
