"""The demo's broker, topics and worker: real ones, on loopback, in a temporary folder, gone when the demo ends."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scrubber.demo.claims import STRICT_POLICY
from scrubber.kafka.embedded import embedded_broker, free_port
from scrubber.kafka.topics import create_topics, plan_topics
from scrubber.reference import data_folder
from scrubber.settings import Settings

_READY_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 8.0


class StageError(RuntimeError):
    """The worker did not come up, or went away. The text ends with what it logged, which holds no claim values."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What runs: how to reach it, and the worker's log."""

    settings: Settings
    log: Path
    process: "subprocess.Popen[bytes]"

    def check(self) -> None:
        """Raise StageError when the worker is gone."""
        if self.process.poll() is not None:
            tail = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
            raise StageError(f"the worker ended with code {self.process.returncode}\n" + "\n".join(tail))


@contextmanager
def open_stage(topics_file: Path) -> Iterator[Stage]:
    """Start everything and yield it once the worker is ready. Raises EmbeddedBrokerError, KafkaError or StageError."""
    with tempfile.TemporaryDirectory(prefix="scrubber-demo-") as name, embedded_broker() as address:
        folder = Path(name)
        # The environment of whoever runs the demo may name another broker; the demo's worker must not hear of it.
        settings = Settings.load(
            {
                "bootstrap_servers": address,
                "membership": "dynamic",  # the embedded broker knows no other
                "web_port": free_port(),
                "drain_seconds": 5,
                "log_format": "json",
                "payer_folder": _payer_folder(folder),
            },
            env={},
        )
        asyncio.run(create_topics(settings, plan_topics(settings, topics_file)))
        log = folder / "worker.log"
        process = _start(settings, folder, log)
        try:
            stage = Stage(settings, log, process)
            _wait_until_ready(stage)
            yield stage
        finally:
            _stop(process)


def _payer_folder(folder: Path) -> Path:
    """The policies that ship, and the demo's own."""
    policies = folder / "payers"
    shutil.copytree(data_folder() / "payers", policies)
    (policies / "demo-strict.toml").write_text(STRICT_POLICY, encoding="utf-8")
    return policies


def _start(settings: Settings, folder: Path, log: Path) -> "subprocess.Popen[bytes]":
    given = [name for name, source in settings.sources.items() if source == "flag"]
    flags = [text for name in given for text in ("--" + name.replace("_", "-"), str(getattr(settings, name)))]
    own = {name: value for name, value in os.environ.items() if not name.startswith("SCRUBBER_")}
    if "SCRUBBER_REFERENCE_DATA" in os.environ:
        own["SCRUBBER_REFERENCE_DATA"] = os.environ["SCRUBBER_REFERENCE_DATA"]
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - this Python, our own arguments
            [sys.executable, "-m", "scrubber", "worker", *flags],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=own | {"TMPDIR": str(folder)},
            # Ctrl-C goes to the demo alone, which then stops the worker while there still is a broker.
            start_new_session=True,
        )


def _wait_until_ready(stage: Stage) -> None:
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until:
        stage.check()
        if _is_ready(stage.settings.web_port):
            return
        time.sleep(0.05)
    raise StageError(f"the worker was not ready after {_READY_SECONDS:.0f} s")


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as page:
            return bool(page.status == 200)  # noqa: PLR2004 - HTTP's own number
    except (urllib.error.URLError, OSError):
        return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
    finally:
        # Also when a second Ctrl-C cuts the wait short: the worker has a session of its own and would stay.
        process.kill()
        process.wait()
