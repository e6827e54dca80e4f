"""Wait until a worker answers that claims flow."""

import http.client
import json
import time
from collections.abc import Callable
from contextlib import closing
from typing import Final
from urllib.parse import urlsplit

_PAUSE_SECONDS: Final = 0.1
_REQUEST_SECONDS: Final = 2.0


class WorkerNotReadyError(RuntimeError):
    """The worker ended, or its /readyz gave no 200 in time; the text has the last answer and the end of its log."""


def wait_until_ready(url: Callable[[], str], seconds: float, ended: Callable[[], bool], log: Callable[[], str]) -> None:
    """Ask /readyz until it answers 200. `ended`: whether the worker has gone. Raises WorkerNotReadyError."""
    until = time.monotonic() + seconds
    while not ended():
        answer = _ask(url)
        if answer is None:
            return
        if time.monotonic() > until:
            problem = f"The worker was not ready within {seconds:g} s: {answer}."
            break
        time.sleep(_PAUSE_SECONDS)
    else:
        problem = "The worker ended before it was ready."
    raise WorkerNotReadyError(f"{problem} Its log ends with:\n{tail(log())}")


def tail(log: str) -> str:
    """The last lines."""
    return "\n".join(log.strip().splitlines()[-15:]) or "(nothing)"


def _ask(url: Callable[[], str]) -> str | None:
    """None when ready, otherwise why not."""
    try:
        # A container that has just ended has no port any more, so the question for it can fail as well.
        with closing(http.client.HTTPConnection(urlsplit(url()).netloc, timeout=_REQUEST_SECONDS)) as connection:
            connection.request("GET", "/readyz")
            response = connection.getresponse()
            body = response.read()
    except (OSError, http.client.HTTPException) as error:
        return f"/readyz does not answer ({type(error).__name__})"
    if response.status == http.HTTPStatus.OK:
        return None
    try:
        return f"/readyz says {json.loads(body)['status']}"
    except (ValueError, KeyError, TypeError):
        return f"/readyz answers {response.status}"
