"""The top of the command line: its subcommands, and what the user sees when one of them fails."""

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from scrubber import __version__
from scrubber.cli import dead_letters, demo, policy, publish, reference, rules, scrub, topics, watch, worker
from scrubber.cli.exits import BROKEN_PIPE, UNFORESEEN
from scrubber.cli.terminal import say, whereabouts


class _Careful(TyperGroup):
    """Lets no traceback through: its last line may quote a claim, and nobody at a terminal can use it."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  Typer's context and a command's result are not typed
        """Run the subcommand; turn what it did not foresee into one line and an exit code."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Whoever read our output, such as `head`, has seen enough. Python must not flush into the pipe again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(BROKEN_PIPE) from None
        except Exception as error:
            if type(error).__module__.partition(".")[0] in ("typer", "click"):
                raise
            say(f"an error nobody foresaw, please report it: {whereabouts(error)}")
            raise typer.Exit(UNFORESEEN) from None


app = typer.Typer(
    cls=_Careful,
    no_args_is_help=True,
    context_settings={"max_content_width": 100},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Check healthcare claims against the edits payers apply, before the payer does.\n\n"
    "scrubber scrub checks files, scrubber worker checks a Kafka topic, and scrubber demo shows how that looks.",
    epilog="Exit codes of every command: 0 done, 2 wrong use or bad input, 70 an error nobody foresaw, "
    "130 interrupted. More in each command's help.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"scrubber {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Options of the command itself; the work is in its subcommands."""


app.command("scrub", short_help="Check claims in files.")(scrub.scrub)
app.add_typer(rules.app, name="rules")
app.add_typer(reference.app, name="reference")
app.add_typer(policy.app, name="policy")
app.command("demo", short_help="Show claims going in and verdicts coming out.")(demo.demo)
app.command("worker", short_help="Check the claims of a Kafka topic.")(worker.worker)
app.add_typer(topics.app, name="topics")
app.add_typer(dead_letters.app, name="dead-letters")
app.command("publish", short_help="Put the claims of files into the topic.")(publish.publish)
app.command("watch", short_help="Show verdicts as workers write them.")(watch.watch)


def main() -> None:
    """Run the command line of this process and exit."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app(prog_name="scrubber")
