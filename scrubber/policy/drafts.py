"""Policy files as they were read, before anybody knows whether they make sense; and what one inherits from others."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from scrubber.policy.errors import Problem, Where
from scrubber.policy.lines import Lines

BY_KEY = ("severity", "predicts")
"""Fields that are inherited key by key; any other replaces the inherited one whole."""
_OWN = ("extends", "lines_of_business")
"""Fields that are never inherited."""


class Draft(NamedTuple):
    """A file that is TOML: its table, and where in the file each part of it stands."""

    file: Path
    table: dict[str, Any]
    lines: Lines

    @property
    def name(self) -> str:
        """The id that the policy must have."""
        return self.file.stem

    def problem(self, path: Where, text: str) -> Problem:
        """A problem with what stands at `path`."""
        value: Any = self.table
        for step in path:
            is_there = step in value if isinstance(value, dict) else isinstance(value, list)
            value = value[step] if is_there else None
        return Problem(self.file, self.lines.of(path, value), text)

    def parent(self) -> str | None:
        """The policy that this one extends."""
        parent = self.table.get("extends")
        return parent if isinstance(parent, str) else None


def read_drafts(files: Iterable[Path]) -> tuple[dict[str, Draft], list[Problem]]:
    """The files that can be read, by name, and what is wrong with the others."""
    drafts: dict[str, Draft] = {}
    problems: list[Problem] = []
    for file in files:
        try:
            text = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            problems.append(Problem(file, None, f"cannot be read: {why}", unreadable=True))
            continue
        try:
            drafts[file.stem] = Draft(file, tomllib.loads(text), Lines(text))
        except (ValueError, RecursionError) as error:
            why = "tables nested too deep" if isinstance(error, RecursionError) else str(error)
            problems.append(Problem(file, None, f"not valid TOML: {why}", unreadable=True))
    return drafts, problems


def ancestry(draft: Draft, drafts: Mapping[str, Draft]) -> Iterator[Draft]:
    """The policy and those it extends, nearest first, until one is not there or comes again."""
    seen: set[str] = set()
    current: Draft | None = draft
    while current is not None and current.name not in seen:
        seen.add(current.name)
        yield current
        current = drafts.get(current.parent() or "")


class Said(NamedTuple):
    """A value of the effective policy, and the id of the policy whose file says it."""

    path: Where
    value: Any
    origin: str


def effective(draft: Draft, drafts: Mapping[str, Draft]) -> list[Said]:
    """All that a policy says with what it inherits: one entry a field, or a key of those inherited key by key."""
    said: dict[Where, Said] = {}
    for each in ancestry(draft, drafts):
        for field, value in each.table.items():
            if field in BY_KEY:
                for key, item in value.items():
                    said.setdefault((field, key), Said((field, key), item, each.name))
            elif each is draft or field not in _OWN:
                said.setdefault((field,), Said((field,), value, each.name))
    return list(said.values())
