"""Lines of the standard library's loggers, and exceptions nobody caught, brought into the same pipeline.

What a library writes cannot be trusted with claims: aiokafka and Faust print payloads at DEBUG, and any message may
hold a value once its arguments are in. So a library's line keeps its logger, its level and the place it came from; the
message only before formatting, only from libraries whose messages were read, and only when it has arguments (a message
without any may have been put together from values already).
"""

import asyncio
import logging
import sys
import threading
import time
from types import TracebackType
from typing import Any, Final

import structlog

from scrubber.log.events import Event
from scrubber.log.pipeline import Plain, emit, error_values

_TEMPLATES_READ: Final = frozenset({"aiohttp", "aiokafka", "asyncio", "faust", "mode"})
_NEVER_BELOW_INFO: Final = ("aiokafka", "faust", "mode", "aiohttp", "asyncio")

_WINDOW_SECONDS: Final = 60.0
_LINES_PER_WINDOW: Final = 3


class LibraryHandler(logging.Handler):
    """Root handler: rewrites a record without its values; of equal lines a few a minute pass, the rest are counted."""

    def __init__(self) -> None:
        """No lines seen yet."""
        super().__init__()
        self._seen: dict[tuple[str, int, str], _Window] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record through the pipeline."""
        suppressed = self._admit((record.pathname, record.lineno, record.levelname))
        if suppressed is None:
            return
        values: dict[str, Plain] = {"library": record.name, "where": f"{record.module}:{record.lineno}"}
        if record.args and isinstance(record.msg, str) and record.name.partition(".")[0] in _TEMPLATES_READ:
            values["template"] = record.msg
            values["args"] = _error_types(record.args)
        if record.exc_info and record.exc_info[1] is not None:
            values |= error_values(record.exc_info[1])
        if suppressed:
            values["suppressed"] = suppressed
        structlog.get_logger().log(record.levelno, Event.LIBRARY.label, **values)

    def _admit(self, key: tuple[str, int, str]) -> int | None:
        """None: leave the line out. Otherwise how many equal ones were left out before it."""
        now = time.monotonic()
        window = self._seen.get(key)
        if window is None or now - window.began > _WINDOW_SECONDS:
            self._seen[key] = _Window(now)
            return window.suppressed if window else 0
        window.lines += 1
        if window.lines <= _LINES_PER_WINDOW:
            return 0
        window.suppressed += 1
        return None


class _Window:
    __slots__ = ("began", "lines", "suppressed")

    def __init__(self, began: float) -> None:
        self.began, self.lines, self.suppressed = began, 1, 0


def _error_types(args: object) -> list[Any]:
    """Types of the exceptions among a message's arguments: often all one needs ("Unable connect to node": why?)."""
    values = args if isinstance(args, tuple) else ()
    return [type(value).__qualname__ for value in values if isinstance(value, BaseException)]


def capture_libraries(level: str) -> None:
    """Send every standard library logger through the pipeline. `level`: the worker's own.

    At INFO the libraries are heard from WARNING up: their INFO is a healthy worker's noise.
    """
    root = logging.getLogger()
    root.handlers[:] = [LibraryHandler()]
    wanted = logging.INFO if level == "DEBUG" else max(logging.WARNING, logging.getLevelNamesMapping()[level])
    root.setLevel(wanted)
    for name in _NEVER_BELOW_INFO:
        logging.getLogger(name).setLevel(wanted)
    logging.captureWarnings(capture=True)


def capture_uncaught(loop: asyncio.AbstractEventLoop) -> None:
    """Log exceptions that reach the end of the process, a thread or a task without their text."""

    def uncaught(_type: type[BaseException], error: BaseException, _tb: TracebackType | None) -> None:
        emit(Event.UNCAUGHT, **error_values(error))

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            emit(Event.UNCAUGHT, **error_values(args.exc_value))

    def unraisable(args: "sys.UnraisableHookArgs") -> None:
        if args.exc_value is not None:
            emit(Event.UNCAUGHT, **error_values(args.exc_value))

    def in_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if type(error).__module__ == "aiokafka.errors" and not isinstance(context.get("future"), asyncio.Task):
            return  # aiokafka's own note beside a failed send, of which the send itself has told already
        values = error_values(error) if isinstance(error, BaseException) else {"error": "none"}
        emit(Event.UNCAUGHT, **values)

    sys.excepthook, threading.excepthook, sys.unraisablehook = uncaught, in_thread, unraisable
    loop.set_exception_handler(in_loop)
