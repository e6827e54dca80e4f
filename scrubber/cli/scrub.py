"""`scrubber scrub`: files of claims in, verdicts out."""

import datetime as dt
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from scrubber.cli.engines import PayerFolder, ReferenceBundle, ReferenceFolder, engine_or_fail, policy_or_fail
from scrubber.cli.exits import BAD_INPUT, DENIED
from scrubber.cli.terminal import is_terminal, stderr, stdout, whereabouts

if TYPE_CHECKING:
    from scrubber.cli.claim_files import Entry
    from scrubber.contract import Verdict

_UTC = dt.UTC


def scrub(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="JSON Lines, a JSON array or one claim; - is standard input.")
    ],
    format_: Annotated[
        Literal["text", "jsonl"],
        typer.Option("--format", help="text: for people. jsonl: one verdict a line, for programs."),
    ] = "text",
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="Day the claims count as filed. Unset: the day each was received, else today.",
        ),
    ] = None,
    policy: Annotated[
        str | None, typer.Option(metavar="NAME", help="Payer policy to use, whatever the claims say.")
    ] = None,
    only_blocking: Annotated[
        bool, typer.Option("--only-blocking", help="Leave out claims that pass; they are still counted.")
    ] = False,
    reference_folder: ReferenceFolder = None,
    reference_bundle: ReferenceBundle = None,
    payer_folder: PayerFolder = None,
) -> None:
    """Check claims in files: what is wrong, what denial it would be, and what would mend it.

    Exit codes: 0 nothing would be denied; 1 at least one claim would be; 2 something could not be read as a claim
    (told on stderr by file, line and path; the rest was scrubbed).
    """
    from msgspec.structs import replace

    from scrubber.cli.claim_files import name_of
    from scrubber.cli.intake import Intake
    from scrubber.engine import filing_day

    engine = engine_or_fail(reference_folder, payer_folder, reference_bundle)
    chosen = policy_or_fail(engine, policy).id if policy else None
    today = dt.datetime.now(_UTC).date()
    output = _JsonLines() if format_ == "jsonl" else _Readable()
    totals = Totals()
    intake = Intake(files, progress=not is_terminal("stdout"))
    for file, entry in intake:
        claim = entry.claim
        if chosen:
            claim = replace(claim, payer=replace(claim.payer, policy=chosen))
        try:
            verdict = engine.scrub(claim, as_of=as_of.date() if as_of else filing_day(claim, default=today))
        except Exception as error:  # noqa: BLE001  a rule's mistake with one claim must not keep the others from theirs
            intake.tell(f"{name_of(file)}:{entry.line}: could not be scrubbed, please report it: {whereabouts(error)}")
            continue
        totals.add(verdict)
        if verdict.disposition != "pass" or not only_blocking:
            output.show(file, entry, verdict)
    output.finish(totals.words(intake.refused))
    if intake.refused:
        raise typer.Exit(BAD_INPUT)
    if totals.blocked:
        raise typer.Exit(DENIED)


class Totals:
    """What a run came to."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._counts: Counter[str] = Counter()
        self._cents = 0

    @property
    def blocked(self) -> int:
        """Claims that do not pass."""
        return self._counts.total() - self._counts["pass"]

    def add(self, verdict: "Verdict") -> None:
        """Count one verdict."""
        from scrubber.contract import CENTS

        self._counts[verdict.disposition] += 1
        self._cents += CENTS[verdict.risk.charge_at_risk]

    def words(self, refused: int) -> str:
        """The summary line."""
        count, each = self._counts.total(), self._counts
        parts = [
            f"{each['pass']:,} pass",
            f"{each['fix-suggestion']:,} fix suggested",
            f"{each['denial-risk']:,} denial risk",
        ]
        if refused:
            parts.append(f"{refused:,} not read")
        claims = f"{count:,} claim{'s' * (count != 1)}"
        seconds = time.monotonic() - self._began
        return f"{claims}: {', '.join(parts)}; ${self._cents / 100:,.2f} at risk. {seconds:.1f} s"


class _JsonLines:
    """Verdicts for programs; the summary goes to stderr, out of their way."""

    def __init__(self) -> None:
        from scrubber.contract import encode_verdict

        self._encode = encode_verdict
        self._write = sys.stdout.buffer.write

    def show(self, _file: str, _entry: "Entry", verdict: "Verdict") -> None:
        self._write(self._encode(verdict) + b"\n")

    def finish(self, summary: str) -> None:
        sys.stdout.buffer.flush()
        stderr().print(summary, soft_wrap=True)


class _Readable:
    """Verdicts for people, with the summary below."""

    def __init__(self) -> None:
        self._console = stdout()

    def show(self, file: str, entry: "Entry", verdict: "Verdict") -> None:
        from scrubber.cli.claim_files import name_of
        from scrubber.cli.verdicts import show_verdict

        show_verdict(self._console, verdict, entry.claim, note=f"{name_of(file)}:{entry.line}")
        if verdict.findings:
            self._console.print()

    def finish(self, summary: str) -> None:
        from scrubber.cli.verdicts import never_checked

        self._console.print(f"\n{summary}", style="bold")
        self._console.print(f"Never checked by this version: {never_checked()}.", style="dim")
