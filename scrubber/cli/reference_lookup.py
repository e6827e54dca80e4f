"""`scrubber reference lookup` and `diff`: asking the tables."""

import datetime as dt
from collections import Counter
from typing import Annotated, Literal

import typer

from scrubber.cli.engines import ReferenceBundle, ReferenceFolder
from scrubber.cli.terminal import fail, stdout

NOT_FOUND = 1


def lookup(
    code: Annotated[str, typer.Argument(help="A procedure, diagnosis, modifier or place of service.")],
    with_: Annotated[
        str | None, typer.Option("--with", metavar="CODE", help="A second procedure: what the two are to each other.")
    ] = None,
    on: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Date of service. Unset: today.")
    ] = None,
    reference_folder: ReferenceFolder = None,
    reference_bundle: ReferenceBundle = None,
) -> None:
    """Show everything the tables say about a code, or a pair of codes, on a date, each with its release.

    Exit codes: 0 shown; 1 no table knows the code; 2 the reference data cannot be used.
    """
    from rich.table import Table

    from scrubber.reference import ReferenceDataError, bundle_in_use, load
    from scrubber.reference.lookup import about_code, about_pair

    day = on.date() if on else dt.datetime.now(dt.UTC).date()
    try:
        release = load(reference_folder, bundle_in_use(reference_bundle)).on(day)
    except ReferenceDataError as error:
        fail(str(error))
    plain = code.strip().upper()
    facts = about_pair(plain, with_.strip().upper(), release) if with_ else about_code(plain, release)
    console = stdout()
    console.print(f"{plain}{f' with {with_.strip().upper()}' if with_ else ''} on {day}", style="bold")
    if not facts:
        console.print("no loaded table knows it")
        raise typer.Exit(NOT_FOUND)
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    table.add_column(style="dim")
    for fact in facts:
        table.add_row(fact.name, fact.value, fact.source or "")
    console.print(table)


def diff(
    older: Annotated[str, typer.Argument(metavar="RELEASE", help="Such as 2026Q1, as `reference info` lists it.")],
    newer: Annotated[str, typer.Argument(metavar="RELEASE", help="The release to compare with.")],
    code: Annotated[str | None, typer.Option(metavar="CODE", help="Only changes that concern this code.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="Changes shown of each kind; all of them are counted.")] = 20,
    format_: Annotated[
        Literal["text", "jsonl"], typer.Option("--format", help="text: for people. jsonl: every change, for programs.")
    ] = "text",
    reference_bundle: ReferenceBundle = None,
) -> None:
    """Show what changed from one imported release to another: edits added, ended, indicators flipped, limits moved.

    Exit codes: 0 shown; 2 a release is not there, or the tables cannot be read.
    """
    import msgspec

    from scrubber.reference import ReferenceDataError, bundle_place
    from scrubber.reference.bundle.imported import ImportedTables
    from scrubber.reference.diff import compare

    console = stdout()
    counts: dict[str, Counter[str]] = {}
    try:
        for change in compare(ImportedTables(bundle_place(reference_bundle)), older, newer):
            if code and code.strip().upper() not in change.key.replace("/", " ").split():
                continue
            if format_ == "jsonl":
                typer.echo(msgspec.json.encode(change._asdict()).decode())
                continue
            of_kind = counts.setdefault(change.kind, Counter())
            of_kind[change.what] += 1
            if of_kind.total() == 1:
                console.print(change.kind, style="bold")
            if of_kind.total() <= limit:
                console.print(f"  {change.key}  {change.what}{_values(change.before, change.after)}", soft_wrap=True)
    except ReferenceDataError as error:
        fail(str(error))
    for kind, of_kind in counts.items():
        words = ", ".join(f"{count:,} {what}" for what, count in of_kind.most_common())
        console.print(f"{kind}: {words}", soft_wrap=True)
    if format_ == "text" and not counts:
        console.print("nothing changed")


def _values(before: str, after: str) -> str:
    if before and after:
        return f": {before} to {after}"
    return f": {before or after}" if before or after else ""
