"""How `scrubber dead-letters list` prints: as text, as one JSON document, or as an object a line."""

import json
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import typer

from scrubber.cli.dead_letter_view import Counts, Row, tell_counts

_COLUMNS: Final = ("id", "reason", "path", "set_aside", "value_bytes", "state")


class Printer(Protocol):
    """Prints rows as they come, and at the end the counts."""

    def row(self, row: Row) -> None:
        """Take one row."""

    def close(self, counts: Counts) -> None:
        """Print what is left."""


def printer_of(form: str) -> Printer:
    """`form`: text, json or jsonl."""
    kinds: dict[str, Callable[[], Printer]] = {"text": _Text, "json": _Document, "jsonl": _Lines}
    return kinds[form]()


class _Text:
    """A table that no terminal's width breaks, since ids are there to be copied; then the counts."""

    def __init__(self) -> None:
        self._rows: list[Row] = []

    def row(self, row: Row) -> None:
        self._rows.append(row)

    def close(self, counts: Counts) -> None:
        if self._rows:
            _print_table([tuple(_cell(row[column]) for column in _COLUMNS) for row in self._rows])
        waits = sum(number for (state, _), number in counts.items() if state == "waiting")
        more = f"; {len(self._rows):,} shown" if 0 < len(self._rows) < waits else ""
        typer.echo(tell_counts(counts) + more)


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    cells = [_COLUMNS, *rows]
    wide = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (cell.ljust(width) for cell, width in zip(row, wide, strict=True))
        typer.echo("  ".join(padded).rstrip())


def _cell(value: object) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


class _Document:
    """`{"dead_letters": [...], "counts": {"waiting": {...}, "replayed": {...}}}`, printed as it comes."""

    def __init__(self) -> None:
        self._begun = False

    def row(self, row: Row) -> None:
        typer.echo(("," if self._begun else '{"dead_letters": [') + "\n" + json.dumps(row), nl=False)
        self._begun = True

    def close(self, counts: Counts) -> None:
        told: dict[str, dict[str, int]] = {"waiting": {}, "replayed": {}}
        for (state, reason), number in sorted(counts.items()):
            told[state][reason] = number
        typer.echo(("" if self._begun else '{"dead_letters": [') + f'], "counts": {json.dumps(told)}}}')


class _Lines:
    """An object a line; the counts are left out."""

    def row(self, row: Row) -> None:
        typer.echo(json.dumps(row))

    def close(self, counts: Counts) -> None:
        pass
