"""Waiting for a worker, against a real web server and real processes."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import ClassVar

import pytest

from scrubber.testing.process import worker_process
from scrubber.testing.ready import WorkerNotReadyError, tail, wait_until_ready


class _Page(BaseHTTPRequestHandler):
    answers: ClassVar[list[tuple[int, str]]] = []

    def do_GET(self) -> None:
        status, word = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps({"status": word}).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
        """Say nothing."""


@pytest.fixture
def page() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_it_waits_until_claims_flow(page: str) -> None:
    _Page.answers = [(503, "joining"), (503, "opening-partitions"), (200, "ready")]
    wait_until_ready(lambda: page, 5, lambda: False, str)
    assert _Page.answers == [(200, "ready")]


def test_it_says_what_was_missing_when_time_is_up(page: str) -> None:
    _Page.answers = [(503, "input-topic-missing")]
    with pytest.raises(WorkerNotReadyError, match=r"within 0.2 s: /readyz says input-topic-missing(.|\n)*last line"):
        wait_until_ready(lambda: page, 0.2, lambda: False, lambda: "first line\nlast line\n")


def test_a_page_that_does_not_answer() -> None:
    with pytest.raises(WorkerNotReadyError, match=r"/readyz does not answer \(ConnectionRefusedError\)"):
        wait_until_ready(lambda: "http://127.0.0.1:1", 0, lambda: False, str)


def test_a_worker_that_ended_is_not_waited_for() -> None:
    with pytest.raises(WorkerNotReadyError, match=r"ended before it was ready.*\nwhy"):
        wait_until_ready(lambda: "http://127.0.0.1:1", 60, lambda: True, lambda: "why")


def test_the_tail_of_a_log() -> None:
    assert tail("\n".join(map(str, range(100)))).splitlines() == [str(number) for number in range(85, 100)]
    assert tail("") == "(nothing)"


def test_a_process_with_a_bad_setting_shows_the_workers_own_words() -> None:
    with (
        pytest.raises(WorkerNotReadyError, match=r"compression .*will not do"),
        worker_process({"compression": "none-at-all"}),
    ):
        pass
