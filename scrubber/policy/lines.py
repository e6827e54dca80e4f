"""Which line of a TOML file says a value: the standard library's parser does not tell."""

import re

from scrubber.policy.errors import Where

# No two parts of either may match the same blanks: a line of blanks would take the cube of its length.
_HEADER = re.compile(r"\s*(\[\[?)([^\]]+)\]")
_KEY = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*'))*)\s*="""
)
_DEEPEST = 9
"""Tables within each other, more than a policy has; a key of a thousand parts is not worth its thousand tables."""
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*'""")


class Lines:
    """The lines of a file by the paths of what they say. Near enough for a person: inline tables have one line."""

    def __init__(self, text: str) -> None:
        self._text = text.split("\n")
        self._known: dict[Where, int] = {}
        self._within: dict[Where, int] = {}
        tables: dict[Where, int] = {}
        inside: Where = ()
        quoted = False
        for number, line in enumerate(self._text, 1):
            began_quoted = quoted
            quoted ^= (line.count('"""') + line.count("'''")) % 2 == 1
            if began_quoted:
                continue
            if header := _HEADER.match(line):
                names = _parts(header[2])
                inside = _numbered(names[:-1], tables)
                if header[1] == "[[":
                    place = (*inside, names[-1])
                    tables[place] = tables.get(place, -1) + 1
                    inside = (*place, tables[place])
                else:
                    inside = (*inside, names[-1])
                self._note(inside, number)
            elif key := _KEY.match(line):
                self._note((*inside, *_parts(key[1])), number)

    def _note(self, path: Where, number: int) -> None:
        """Line `number` says what is at `path`, and is the first of each table around it that no other line says."""
        self._known.setdefault(path, number)
        for end in range(min(len(path), _DEEPEST)):
            self._within.setdefault(path[:end], number)

    def of(self, path: Where, value: object = None) -> int | None:
        """The line of the innermost part of `path` that has one; of a text `value` in a long list, its own line."""
        if path not in self._known and path in self._within:
            return self._within[path]
        first = next((self._known[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self._known), None)
        if first is None or path in self._known or not isinstance(value, str):
            return first
        after = min((number for number in self._known.values() if number > first), default=len(self._text) + 1)
        return next((number for number in range(first, after) if value in self._text[number - 1]), first)


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted)) or (dotted,)


def _numbered(names: tuple[str, ...], tables: dict[Where, int]) -> Where:
    """The path of a header's parent, with the position of the latest table of each list of tables in it."""
    path: Where = ()
    for name in names:
        path = (*path, name)
        if path in tables:
            path = (*path, tables[path])
    return path
