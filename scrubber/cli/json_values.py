"""Cutting a long JSON text into its values without parsing them: members of an array, or objects one after another.

Brackets outside of strings are counted, so a value that is broken inside costs only itself, not what follows. Strings
cannot hold a raw line break in JSON: one that is not closed ends with its line, for the same reason.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

CUT_OFF: Final = "cut-off"
_CHUNK: Final = 1 << 16
_DEEPEST: Final = 1000

_STRING: Final = rb'"(?:[^"\\\n]|\\[\s\S])*+(?:"|(?=\n))'
# A lone quotation mark matches last: the string it opens goes on beyond the bytes at hand.
_BRACKETS: Final = re.compile(_STRING + rb'|[\[\]{}]|"')
_TOP_LEVEL: Final = re.compile(_STRING + rb'|[\[\]{}]|"|[^\s,:"\[\]{}]+')


def stays_open(line: bytes) -> bool:
    """Whether an object that begins on this line goes on below it, as pretty-printed ones do.

    A line that was cut off in the middle stays open as well; it is told by what it ends in.
    """
    depth = 0
    for found in _BRACKETS.finditer(line):
        depth += {b"{": 1, b"[": 1, b"}": -1, b"]": -1}.get(found[0], 0)
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
    cut = first.index(b"[") + 1 if array else 0
    line += first.count(b"\n", 0, cut)
    buffer, ended = first[cut:], False
    at = counted = start = depth = 0
    while True:
        found = (_BRACKETS if depth else _TOP_LEVEL).search(buffer, at)
        if not ended and (found is None or _may_go_on(found, buffer)):
            # Keep what is under way and read as much again, so that a long value is not searched over and over.
            keep = start if depth else found.start() if found else len(buffer)
            line += buffer.count(b"\n", counted, keep)
            at = (found.start() if found else len(buffer)) - keep
            more = read(max(_CHUNK, len(buffer) - keep))
            buffer, ended = buffer[keep:] + more, not more
            counted = start = 0
            if depth and len(buffer) > limit:
                yield line, "too-large"
                return
            continue
        if found is None:
            break
        token, at = found[0], found.end()
        if not depth:
            start = found.start()
            line += buffer.count(b"\n", counted, start)
            counted = start
            if array and token == b"]":
                return
        if token in (b"{", b"["):
            depth += 1
            if depth > _DEEPEST:
                yield line, "too-deep"
                return
        elif token in (b"}", b"]") and depth:
            depth -= 1
        if not depth:
            yield line, buffer[start:at]
    if depth:
        yield line, buffer[start:]
    elif array:
        yield line + buffer.count(b"\n", counted), CUT_OFF


def _may_go_on(found: re.Match[bytes], buffer: bytes) -> bool:
    """Whether more bytes could change the token: a string not closed, or a word that reaches the end."""
    return found[0] == b'"' or (found.end() == len(buffer) and found[0][:1] not in b'[]{}"')
