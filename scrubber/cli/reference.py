"""`scrubber reference`: which tables judge, and how far they reach."""

from typing import TYPE_CHECKING

import typer

from scrubber.cli.engines import PayerFolder, ReferenceBundle, ReferenceFolder, engine_or_fail
from scrubber.cli.reference_import import import_, remove
from scrubber.cli.reference_lookup import diff, lookup
from scrubber.cli.terminal import stdout

if TYPE_CHECKING:
    import datetime as dt

    from scrubber.reference import TableInfo

app = typer.Typer(
    rich_markup_mode=None, help="The reference data: code sets, edits and payer policies.", no_args_is_help=True
)


app.command("import", short_help="Bring in files as CMS publishes them.")(import_)
app.command("remove", short_help="Take an imported table out.")(remove)
app.command("lookup", short_help="Show what the tables say of a code or a pair.")(lookup)
app.command("diff", short_help="Show what changed between two releases.")(diff)


@app.command("info")
def info(
    reference_folder: ReferenceFolder = None,
    reference_bundle: ReferenceBundle = None,
    payer_folder: PayerFolder = None,
) -> None:
    """Show every loaded table with its release, the dates it covers, its rows and whether it is complete.

    Exit codes: 0 shown; 2 the reference data or a payer policy cannot be used.
    """
    from rich.table import Table

    engine = engine_or_fail(reference_folder, payer_folder, reference_bundle)
    reference = engine.reference
    console = stdout()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("table", "source", "release", "from", "to"):
        table.add_column(column)
    table.add_column("rows", justify="right")
    table.add_column("extent")
    for each in sorted(reference.tables, key=lambda each: each.kind):
        table.add_row(
            each.kind, each.source, each.release, _day(each.starts), _day(each.ends),
            f"{each.rows:,}" if each.rows else "", _extent(each),
        )  # fmt: skip
    console.print(table)
    console.print(
        "\ncomplete, imported: a code that is not listed has no such fact. starter: of a code that is not listed "
        "nothing is known, and verdicts say not checked.", style="dim",
    )  # fmt: skip
    policies = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("payer policy", "title", "version", "digest", "lines of business"):
        policies.add_column(column)
    for policy in engine.policies:
        policies.add_row(policy.id, policy.title, policy.version, policy.digest, ", ".join(policy.lines_of_business))
    console.print()
    console.print(policies)
    console.print(f"\nfolder     {reference.folder}", soft_wrap=True)
    console.print(f"imported   {reference.bundle or 'nothing'}", soft_wrap=True)
    console.print(f"reference  {reference.digest}\nrule set   {engine.digest}")


def _extent(table: "TableInfo") -> str:
    if table.imported:
        return "imported"
    return "complete" if table.complete else "starter"


def _day(day: "dt.date | None") -> str:
    return "open" if day is None else str(day)
