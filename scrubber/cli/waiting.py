"""A line on stderr for who waits at a terminal, once there is something to wait for."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from scrubber.cli.terminal import is_terminal, stderr

_PATIENCE_SECONDS: Final = 1.0
_BETWEEN_SECONDS: Final = 0.2


class Waiting:
    """Counts what has been passed; `words` makes the line of that count."""

    def __init__(self, words: Callable[[int], str]) -> None:
        self.passed = 0
        self._words = words
        self._next = time.monotonic() + _PATIENCE_SECONDS if is_terminal("stderr") else float("inf")
        self._status = stderr().status("")
        self._shown = False

    def __call__(self, count: int) -> None:
        """Count so many more."""
        self.passed += count
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _BETWEEN_SECONDS
        self._status.update(self._words(self.passed))
        if not self._shown:
            self._shown = True
            self._status.start()

    def close(self) -> None:
        """Take the line off the terminal."""
        if self._shown:
            self._status.stop()


@contextmanager
def waiting(words: Callable[[int], str]) -> Iterator[Waiting]:
    """Such a line, gone at the end."""
    line = Waiting(words)
    try:
        yield line
    finally:
        line.close()
