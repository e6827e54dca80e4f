"""What is wrong with policy files: every problem, each in one line that says where and what is allowed."""

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

_LONGEST_SHOWN = 60
_MOST_BITS = 1000

Where = tuple[str | int, ...]
"""Names of fields and keys, and positions from 0, that lead to a value of a TOML file."""


class Problem(NamedTuple):
    """One thing wrong with one file. `line` is None where the file has no line for it."""

    file: Path
    line: int | None
    text: str
    unreadable: bool = False

    def __str__(self) -> str:
        """FILE:LINE: what is wrong."""
        where = str(self.file) if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.text}"


class PolicyError(ValueError):
    """Policies that cannot be used; `problems` holds everything that is wrong with them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def written(path: Where) -> str:
    """A path as people read it, positions from 1: `frequency[2].units`."""
    words = ""
    for step in path:
        if isinstance(step, int):
            words += f"[{step + 1}]"
        else:
            words += f".{step}" if words else step
    return words


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """The known names nearest to one that nobody knows, as a question; else what to do."""
    near = difflib.get_close_matches(name, known, n=2)
    return f"did you mean {' or '.join(map(repr, near))}?" if near else otherwise


def shown(value: Any) -> str:  # noqa: ANN401  from TOML
    """A value of a policy file, which is nobody's secret, short enough for a line."""
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return "a number of more than 300 digits"  # which Python may refuse to write out
    words = repr(value) if isinstance(value, str) else str(value)
    return words if len(words) <= _LONGEST_SHOWN else f"{words[:_LONGEST_SHOWN]}..."
