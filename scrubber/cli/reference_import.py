"""`scrubber reference import`: files as CMS publishes them, into the bundle that all commands read."""

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scrubber.cli.engines import ReferenceBundle
from scrubber.cli.terminal import fail, is_terminal, say, stderr, stdout

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from rich.progress import Progress

    from scrubber.reference.importing import Report

_SHOWN: Final = 5


def import_(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="[KIND] FILE...",
            help="Files as downloaded: text, csv, xlsx, xml, or the publisher's zip. KIND is recognised when left out.",
        ),
    ],
    release: Annotated[
        str | None, typer.Option(metavar="NAME", help="What the release is called, where the file does not tell.")
    ] = None,
    first_day: Annotated[
        dt.datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], metavar="DATE", help="First day of the release, likewise."),
    ] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Take a release that CMS splits into files although some are missing.")
    ] = False,
    refused: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write every refused row there: file, line and reason.")
    ] = None,
    reference_bundle: ReferenceBundle = None,
) -> None:
    """Import tables: NCCI PTP, MUE and add-on files, fee schedule, HCPCS, ICD-10-CM, places, taxonomy, CARC and RARC.

    Several releases stand side by side; the date of service picks among them. Importing a release again replaces it.
    Running workers take the new tables up by themselves. KIND is one of: ptp-practitioner, ptp-hospital,
    mue-practitioner, mue-outpatient, mue-dme, add-on, fee-schedule, hcpcs, icd10cm-order, icd10cm-tabular, pos,
    taxonomy, carc, rarc.

    Exit codes: 0 imported; 2 a file is not what it should be (nothing was changed).
    """
    from scrubber.reference import ReferenceDataError
    from scrubber.reference.importing import KINDS, Job, run

    kind = files[0] if files[0] in KINDS and not Path(files[0]).exists() else None
    paths = [Path(file) for file in (files[1:] if kind else files)]
    if not paths:
        fail(f"no file to import as {kind}")
    place = _place_or_fail(reference_bundle)
    job = Job(paths, kind, release, first_day.date() if first_day else None, partial)
    bar = _bar() if is_terminal("stderr") else None
    listing: TextIO | None = None
    try:
        listing = refused.open("w", encoding="utf-8") if refused else None
        reports = run(
            job,
            place,
            progress=(lambda file: _task(bar, file.name)) if bar else None,
            on_refusal=(lambda file, line, why: print(file, line, why, sep="\t", file=listing)) if listing else None,
        )
    except (ReferenceDataError, OSError) as error:
        if bar:
            bar.stop()
        fail(f"{error} Nothing was changed." if isinstance(error, ReferenceDataError) else f"{error}")
    finally:
        if bar:
            bar.stop()
        if listing:
            listing.close()
    for report in reports:
        _show(report)
    stdout().print(f"in {place} ({place.stat().st_size / 1e6:.1f} MB)", soft_wrap=True)


def remove(
    table: Annotated[str, typer.Argument(metavar="KIND/RELEASE", help="As `scrubber reference info` lists it.")],
    reference_bundle: ReferenceBundle = None,
) -> None:
    """Take an imported table out of the bundle.

    Exit codes: 0 removed; 2 there is no such table.
    """
    from scrubber.reference import ReferenceDataError
    from scrubber.reference.bundle.imported import ImportedTables, remove_table

    place = _place_or_fail(reference_bundle)
    try:
        if not remove_table(place, table):
            keys = ", ".join(each.key for each in ImportedTables(place).tables) or "nothing"
            fail(f"{place} holds no {table}; it holds {keys}")
    except (ReferenceDataError, OSError) as error:
        fail(str(error))
    stdout().print(f"removed {table}", soft_wrap=True)


def _place_or_fail(named: Path | None) -> Path:
    from scrubber.reference import ReferenceDataError, bundle_place

    try:
        return bundle_place(named)
    except ReferenceDataError as error:
        fail(str(error))


def _bar() -> "Progress":
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(),
        console=stderr(), transient=True,
    )  # fmt: skip
    bar.start()
    return bar


def _task(bar: "Progress", name: str) -> "Callable[[int, int], None]":
    task = bar.add_task(name, total=None)
    return lambda done, total: bar.update(task, completed=done, total=total)


def _show(report: "Report") -> None:
    """What became of one release: what was kept, what was not and why, and the dates it speaks of."""
    console = stdout()
    main = report.tables[0].info
    rows = ", ".join(f"{table.info.kind} {table.info.rows:,} rows" for table in report.tables)
    console.print(f"{main.source} {main.release}: {rows}", style="bold")
    last = "until a newer release" if main.ends is None else f"to {main.ends}"
    console.print(f"  speaks of dates from {main.starts or 'the beginning'} {last}")
    console.print(f"  {report.kept:,} rows kept, {report.refused.total():,} refused")
    for reason, count in report.left_out.most_common():
        console.print(f"  {count:,} left out: {reason}")
    for reason, count in report.refused.most_common():
        console.print(f"  {count:,} refused: expected {reason}")
        for file, line, found in report.first_refused[reason][:_SHOWN]:
            console.print(f"    {file}, line {line}" + ("" if found is None else f": {found!r}"), style="dim")
    for table in report.replaced:
        console.print(f"  in place of {table.key} with {table.info.rows:,} rows, imported before")
    if report.refused:
        say("refused rows are not in the tables; --refused FILE lists all of them")
    sys.stdout.flush()
