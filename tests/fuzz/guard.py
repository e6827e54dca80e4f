"""How long what is tried may take with one input, and which input took longest."""

import gc
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final

LIMIT: Final = 0.1
"""Seconds of processor time with one input, the collector's aside."""
INSTRUMENTED: Final = 5
"""How many times as long the same takes while the fuzzer counts branches, at most."""
_COLLECT_EVERY: Final = 2000
_KEPT: Final = 0.005


class TooSlowError(AssertionError):
    """An input that takes longer than any may."""


class Stopwatch:
    """`with WATCH:` around what is tried, so that the checks behind it do not count; several times add up."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._began = 0.0

    def __enter__(self) -> None:
        gc.disable()
        self._began = time.process_time()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds += time.process_time() - self._began
        gc.enable()


WATCH: Final = Stopwatch()


class Guard:
    """Calls `one` with inputs and reads the watch; the slowest input so far is kept in `slowest`."""

    def __init__(self, one: Callable[[bytes], object], slowest: Path, limit: float) -> None:
        self._one = one
        self._slowest = slowest
        self._limit = limit
        self._most = _KEPT  # less is nothing to keep
        self._calls = 0

    def __call__(self, data: bytes) -> None:
        """Try one input. TooSlowError, or whatever `one` raises."""
        self._calls += 1
        if self._calls % _COLLECT_EVERY == 0:
            gc.collect()
        WATCH.seconds = 0.0
        self._one(data)
        took = WATCH.seconds
        if took > self._most:
            self._most = took
            self._slowest.write_bytes(data)
            self._slowest.with_suffix(".ms").write_text(f"{took * 1000:.1f}\n")
        if took > self._limit:
            raise TooSlowError(f"{took * 1000:.0f} ms for {len(data)} bytes; {self._limit * 1000:.0f} are allowed")
