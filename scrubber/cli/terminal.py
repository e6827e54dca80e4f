"""Where words go: results to stdout, everything about the run to stderr."""

import sys
from typing import TYPE_CHECKING, NoReturn

import typer

from scrubber.cli.exits import BAD_INPUT

if TYPE_CHECKING:
    from rich.console import Console


def stdout() -> "Console":
    """A console on today's stdout, which a test may have put in place of the process's."""
    from rich.console import Console

    class Plain(Console):
        """Leaves the exit code to us when the reader of a pipe has gone."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Plain(highlight=False, markup=False, emoji=False)


def stderr() -> "Console":
    """A console on stderr."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def say(message: str) -> None:
    """One line on stderr."""
    typer.echo(f"scrubber: {message}", err=True)


def fail(message: str, code: int = BAD_INPUT) -> NoReturn:
    """Say what is wrong and what to do, and end the command."""
    say(message)
    raise typer.Exit(code)


def whereabouts(error: BaseException) -> str:
    """An error's type and the places it passed, without its text, which may quote a claim."""
    from scrubber.log import error_values

    values = error_values(error)
    frames = values["frames"]
    return f"{values['error']} at {' '.join(map(str, frames)) if isinstance(frames, list) else frames}"


def printable(text: str) -> str:
    """`text` without control characters: what a claim holds must not steer the terminal that shows it."""
    return (
        text
        if text.isprintable()
        else "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
    )


def is_terminal(name: str) -> bool:
    """Whether `stdout` or `stderr` is looked at by a person."""
    stream = getattr(sys, name)
    return bool(stream.isatty())
