"""From an event to a line on stderr: one JSON object, or words and colours for a person at a terminal.

Between the two stands the allow-list: keys that `events.KEYS` does not know are dropped and counted, values that are
no plain data are dropped as well, and exceptions are reduced to their type and the places they passed.
"""

import logging
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TextIO

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from scrubber.log.events import FRAME_KEYS, KEYS, Event

_LONGEST_TEXT: Final = 200
_MOST_FRAMES: Final = 8

Plain = str | int | float | bool | None | list[Any] | dict[str, Any]


class _Dropped:
    """Count of keys and values that the allow-list stopped; a metric shows it, so that it does not go unseen."""

    count = 0


def dropped_count() -> int:
    """Keys and values stopped since the process began."""
    return _Dropped.count


def configure(level: str, style: str, stream: TextIO | None = None) -> None:
    """Set up structlog for the process. `level`: DEBUG to ERROR; `style`: auto, json or console."""
    stream = stream or sys.stderr
    console = style == "console" or (style == "auto" and stream.isatty())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            keep_allowed,
            _for_eyes() if console else _as_json,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )


def emit(event: Event, **values: Plain) -> None:
    """Log `event` at its own level. Keys beyond those of the event's list are a mistake that a test finds."""
    structlog.get_logger().log(logging.getLevelNamesMapping()[event.value.level.upper()], event.label, **values)


def error_values(error: BaseException) -> dict[str, Plain]:
    """`error` and `frames` of an exception: its type and where it passed. Never its text, which may quote a claim."""
    frames = [f"{_short(frame.filename)}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    return {"error": type(error).__qualname__, "frames": list(frames[-_MOST_FRAMES:])}


def keep_allowed(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Drop keys that are not in the allow-list and values that are not plain."""
    kept = {}
    for key, value in line.items():
        plain = _plain(value) if key in KEYS or key in FRAME_KEYS else _STOPPED
        if plain is _STOPPED:
            _Dropped.count += 1
        else:
            kept[key] = plain
    return kept


_STOPPED: Final = object()


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value[:_LONGEST_TEXT]
    if isinstance(value, Mapping):
        items = {str(key): _plain(item) for key, item in value.items()}
        return {key: item for key, item in items.items() if item is not _STOPPED}
    if isinstance(value, list | tuple | set | frozenset):
        return [item for item in map(_plain, value) if item is not _STOPPED]
    return _STOPPED


def _short(path: str) -> str:
    """The last two parts of a path: enough to find the place, nothing about the machine."""
    return "/".join(Path(path).parts[-2:])


def _as_json(_logger: WrappedLogger, _method: str, line: EventDict) -> str:
    first = {key: line.pop(key) for key in ("time", "level", "event") if key in line}
    return msgspec.json.encode({**first, **line}).decode()


def _for_eyes() -> Processor:
    return structlog.dev.ConsoleRenderer(timestamp_key="time", event_key="event", sort_keys=False)
