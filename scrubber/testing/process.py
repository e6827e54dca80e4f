"""A scrubber worker as a process beside the tests."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from scrubber.kafka.embedded import free_port
from scrubber.testing.ready import tail, wait_until_ready

_READY_SECONDS: Final = 60.0
# Longer than a worker's own deadline for draining.
_STOP_SECONDS: Final = 30.0


class WorkerFailedError(RuntimeError):
    """The worker did not end with exit code 0 when it was told to stop, or had ended before; the text has its log."""


@contextmanager
def worker_process(settings: Mapping[str, object]) -> Iterator[str]:
    """A worker with these settings, the rest from `SCRUBBER_*`; yields the URL of its pages once claims flow.

    Raises WorkerNotReadyError, and WorkerFailedError at the end.
    """
    port = free_port()
    given = {**settings, "web_host": "127.0.0.1", "web_port": port, "log_format": "json"}
    env = os.environ | {f"SCRUBBER_{name.upper()}": str(value) for name, value in given.items()}
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="scrubber-worker-") as folder:
        log = Path(folder) / "worker.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "scrubber.worker"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=env,
            )  # fmt: skip
        try:
            wait_until_ready(lambda: url, _READY_SECONDS, lambda: process.poll() is not None, lambda: _read(log))
            yield url
        finally:
            code = _stop(process)
        if code != 0:
            raise WorkerFailedError(f"The worker ended with exit code {code}. Its log ends with:\n{tail(_read(log))}")


def _stop(process: "subprocess.Popen[bytes]") -> int:
    """Exit code after SIGTERM; a worker that does not go is killed."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        return process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _read(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")
