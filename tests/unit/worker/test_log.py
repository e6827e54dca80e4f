import asyncio
import io
import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from aiokafka.errors import ProducerFenced

from scrubber.log import KEYS, Event, capture_libraries, capture_uncaught, configure, dropped_count, emit, error_values

SECRET = "JANE DOE"
EMPTY: dict[str, int] = {}


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """The process's logging, sent to a string and put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ("aiokafka", "faust", "mode", "aiohttp", "asyncio")}
    output = io.StringIO()
    configure("DEBUG", "json", output)
    capture_libraries("DEBUG")
    yield output
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)
    logging.captureWarnings(capture=False)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_json_line(stream: io.StringIO) -> None:
    emit(Event.PARTITION_OPENED, partition=3, offset=17, seconds=0.1)
    (line,) = lines(stream)
    assert line.pop("time").endswith("Z")
    assert line == {"level": "debug", "event": "partition-opened", "partition": 3, "offset": 17, "seconds": 0.1}


def test_keys_that_are_not_in_the_list_are_dropped_and_counted(stream: io.StringIO) -> None:
    before = dropped_count()
    emit(Event.SUMMARY, claims=1, member=SECRET, topic=SECRET * 500)
    structlog.get_logger().info("summary", error=ValueError(SECRET))
    assert dropped_count() - before == 2
    text, other = stream.getvalue().splitlines()
    assert "member" not in text
    assert len(json.loads(text)["topic"]) == 200
    assert SECRET not in other


def test_an_exception_is_its_type_and_place(stream: io.StringIO) -> None:
    try:
        EMPTY[SECRET]
    except KeyError as error:
        emit(Event.BUG, **error_values(error))
    (line,) = lines(stream)
    assert line["error"] == "KeyError"
    assert line["frames"][-1].startswith("worker/test_log.py:")
    assert SECRET not in stream.getvalue()


def test_libraries_are_heard_without_values(stream: io.StringIO) -> None:
    logging.getLogger("aiokafka.consumer").warning("got %s of %r", SECRET, OSError(SECRET))
    logging.getLogger("aiokafka.consumer").warning(f"got {SECRET}")  # noqa: G004 - what some library may do
    logging.getLogger("other").error("got %s", SECRET)
    logging.getLogger("aiokafka").debug("Sending (key=%s)", SECRET)
    try:
        int(SECRET)
    except ValueError:
        logging.getLogger("asyncio").exception("failed")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(SECRET, stacklevel=1)
    found = lines(stream)
    assert SECRET not in stream.getvalue()
    assert [(line["library"], line.get("template"), line.get("error")) for line in found] == [
        ("aiokafka.consumer", "got %s of %r", None),
        ("aiokafka.consumer", None, None),
        ("other", None, None),
        ("asyncio", None, "ValueError"),
        ("py.warnings", None, None),
    ]
    assert found[0]["args"] == ["OSError"]


def test_a_storm_of_equal_lines_is_counted(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("scrubber.log.library.time.monotonic", lambda: now)
    log = logging.getLogger("aiokafka")

    def storm() -> None:
        for _ in range(1000):
            log.warning("Unable connect to node with id %s", 1)

    storm()
    assert len(lines(stream)) == 3
    now += 61
    storm()
    assert len(lines(stream)) == 6
    assert lines(stream)[3]["suppressed"] == 997


async def test_uncaught_exceptions_have_no_text(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys
    import threading

    for module, hook in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(module, hook, getattr(module, hook))
    loop = asyncio.get_running_loop()
    capture_uncaught(loop)
    loop.call_soon(lambda: EMPTY[SECRET])
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    noted, told = loop.create_future(), loop.create_future()
    noted.set_exception(ProducerFenced())  # as aiokafka does beside every send that failed
    told.set_exception(OSError(SECRET))
    del noted, told
    thread = threading.Thread(target=lambda: EMPTY[SECRET])
    thread.start()
    thread.join()
    sys.excepthook(ValueError, ValueError(SECRET), None)
    loop.set_exception_handler(None)
    assert [line["error"] for line in lines(stream)] == ["KeyError", "OSError", "KeyError", "ValueError"]
    assert SECRET not in stream.getvalue()


def test_words_for_eyes_follow_the_same_list() -> None:
    output = io.StringIO()
    configure("INFO", "console", output)
    emit(Event.SUMMARY, claims=3, member=SECRET)
    emit(Event.PARTITION_OPENED, partition=3)
    structlog.reset_defaults()
    assert "summary" in output.getvalue()
    assert SECRET not in output.getvalue()
    assert "partition-opened" not in output.getvalue()


@pytest.mark.parametrize("event", Event, ids=lambda event: event.name)
def test_every_event_uses_keys_of_the_list(event: Event) -> None:
    assert set(event.value.keys) <= set(KEYS)


def test_every_key_has_an_event() -> None:
    assert set(KEYS) == {key for event in Event for key in event.value.keys}
