"""`scrubber scrub`: files of claims in, verdicts out."""

import datetime as dt
import difflib
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from scrubber.cli.exits import BAD_INPUT, DENIED
from scrubber.cli.terminal import fail, is_terminal, say, stderr, stdout

if TYPE_CHECKING:
    from scrubber.cli.claim_files import Entry
    from scrubber.contract import Verdict
    from scrubber.engine import Engine

Format = Literal["text", "jsonl"]
_MOST_REFUSALS_TOLD = 20


def scrub(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="JSON Lines, a JSON array or one claim; - is standard input.")
    ],
    format_: Annotated[
        Format, typer.Option("--format", help="`text` for people; `jsonl`: one verdict a line, for programs.")
    ] = "text",
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="DATE", help="Day the claims count as filed. "
            "Unset: the day each was received, or today.",
        ),
    ] = None,  # fmt: skip
    policy: Annotated[
        str | None, typer.Option(metavar="NAME", help="Payer policy to use, whatever the claims say.")
    ] = None,
    only_blocking: Annotated[
        bool, typer.Option("--only-blocking", help="Leave out claims that pass. They are still counted.")
    ] = False,
    reference_folder: Annotated[Path | None, typer.Option(help="Reference data in place of what ships.")] = None,
    payer_folder: Annotated[Path | None, typer.Option(help="Payer policies in place of what ships.")] = None,
) -> None:
    """Check claims in files: what is wrong, what denial it would be, and what would mend it.

    Exit codes: 0 nothing would be denied; 1 at least one claim would be; 2 something could not be read as a claim
    (told on stderr by file, line and path; everything else was scrubbed).
    """
    from scrubber.cli.engines import engine_or_fail
    from scrubber.cli.claim_files import Entry, Refusal, open_claims, read_claims, why_not

    engine = engine_or_fail(reference_folder, payer_folder)
    run = _Run(engine, as_of.date() if as_of else None, _known(engine, policy))
    show = _json_line if format_ == "jsonl" else _Readable(named=len(files) > 1)
    refused = 0
    with _progress(files, quiet=format_ == "text" and is_terminal("stdout")) as advance:
        for file in files:
            try:
                opened = open_claims(file)
            except OSError as error:
                refused += 1
                say(f"{file}: {why_not(error)}")
                continue
            with opened as stream:
                for item in read_claims(stream):
                    advance(len(item.raw))
                    verdict = run.verdict(item) if isinstance(item, Entry) else None
                    if verdict is None:
                        refused += 1
                        words = item.words(file) if isinstance(item, Refusal) else _engine_error(file, item.line)
                        if refused <= _MOST_REFUSALS_TOLD:
                            say(words)
                    elif verdict.disposition != "pass" or not only_blocking:
                        show(file, item, verdict)
    sys.stdout.flush()
    run.summarise(stderr_only=format_ == "jsonl", refused=refused)
    if refused:
        raise typer.Exit(BAD_INPUT)
    if run.counts.total() > run.counts["pass"]:
        raise typer.Exit(DENIED)
