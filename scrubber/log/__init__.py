"""Structured logs that cannot carry a claim's values: `emit(Event.…, key=value)`."""

from scrubber.log.events import KEYS, Event, Spec
from scrubber.log.library import capture_libraries, capture_uncaught
from scrubber.log.pipeline import Plain, configure, dropped_count, emit, error_values

__all__ = [
    "KEYS",
    "Event",
    "Plain",
    "Spec",
    "capture_libraries",
    "capture_uncaught",
    "configure",
    "dropped_count",
    "emit",
    "error_values",
]
