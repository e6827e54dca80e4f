"""Cutting a long JSON text into its values without parsing them: members of an array, or objects one after another.

Brackets outside of strings are counted, so a value that is broken inside costs only itself, as long as its brackets
close. Strings cannot hold a raw line break in JSON: one that is not closed ends with its line, for the same reason.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

CUT_OFF: Final = "cut-off"
TOO_LARGE: Final = "too-large"
TOO_DEEP: Final = "too-deep"
_CHUNK: Final = 1 << 16
_DEEPEST: Final = 1000

_STRING: Final = rb'"(?:[^"\\\n]|\\[\s\S])*+(?:"|(?=\n))'
# A lone quotation mark matches last: the string it opens goes on beyond the bytes at hand.
_BRACKETS: Final = re.compile(_STRING + rb'|[\[\]{}]|"')
_TOP_LEVEL: Final = re.compile(_STRING + rb'|[\[\]{}]|"|[^\s,:"\[\]{}]+')
_STEPS: Final = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}


def stays_open(line: bytes) -> bool:
    """Whether an object that begins on this line goes on below it, as pretty-printed ones do.

    A line that was cut off in the middle stays open as well; it is told by what it ends in.
    """
    depth = sum(_STEPS.get(found[0], 0) for found in _BRACKETS.finditer(line))
    return depth > 0 and line.rstrip()[-1:] in (b"{", b"[", b",")


def split_values(
    first: bytes, read: Callable[[int], bytes], limit: int, *, line: int, array: bool
) -> Iterator[tuple[int, bytes | str]]:
    """Yield the line each value begins on, with the value's bytes.

    `first`: what has been read already, which begins on `line`; `read` gives more, and no bytes at the end. With
    `array`, values are the members of the array that `first` opens. In place of bytes comes a reason code where
    nothing more can be read: `cut-off`, `too-large` for a value of more than `limit` bytes, `too-deep` for one of more
    than 1000 brackets within each other.
    """
    text = _Text(first, read, limit, line)
    if array:
        text.next()
    depth = 0
    while (token := text.next()) is not None:
        if not depth:
            if array and token == b"]":
                return
            text.begin()
        depth = max(0, depth + _STEPS.get(token, 0))
        if depth > _DEEPEST:
            yield text.line, TOO_DEEP
            return
        if not depth:
            yield text.line, text.end()
    if text.overlong:
        yield text.line, TOO_LARGE
    elif depth:
        yield text.line, text.end()
    elif array:
        yield text.line, CUT_OFF


class _Text:
    """A text read piece by piece. `line` is that of the value under way, or of the last one."""

    def __init__(self, first: bytes, read: Callable[[int], bytes], limit: int, line: int) -> None:
        self.line = line
        self.overlong = False
        self._buffer, self._read, self._limit = first, read, limit
        self._ended = False
        self._token = self._at = self._counted = 0
        self._start: int | None = None

    def next(self) -> bytes | None:
        """The next token: a bracket, a string or, outside of values, a word. None at the end, or beyond the limit."""
        while not self.overlong:
            found = (_TOP_LEVEL if self._start is None else _BRACKETS).search(self._buffer, self._at)
            if self._ended or (found is not None and not self._may_go_on(found)):
                self._token, self._at = (found.start(), found.end()) if found else (len(self._buffer),) * 2
                return found[0] if found else None
            self._read_more(found.start() if found else len(self._buffer))
        return None

    def begin(self) -> None:
        """The token just read begins a value."""
        self._start = self._token
        self.line += self._buffer.count(b"\n", self._counted, self._start)
        self._counted = self._start

    def end(self) -> bytes:
        """The value under way, which ends with the token just read."""
        value = self._buffer[self._start : self._at]
        self._start = None
        return value

    def _may_go_on(self, found: re.Match[bytes]) -> bool:
        """Whether more bytes could change the token: a string not closed, or a word that reaches the end."""
        return found[0] == b'"' or (found.end() == len(self._buffer) and found[0][:1] not in b'[]{}"')

    def _read_more(self, searched: int) -> None:
        """Keep what is under way and read as much again, so that a long value is not searched over and over."""
        keep = searched if self._start is None else self._start
        if len(self._buffer) - keep > self._limit:
            self.overlong = True
            return
        self.line += self._buffer.count(b"\n", self._counted, keep)
        more = self._read(max(_CHUNK, len(self._buffer) - keep))
        self._buffer, self._ended = self._buffer[keep:] + more, not more
        self._at, self._counted = searched - keep, 0
        if self._start is not None:
            self._start = 0
