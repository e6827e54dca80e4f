"""A Kafka-compatible broker for demos and tests: `noida-db`'s, in a folder of its own, on loopback.

It keeps everything in memory and does not notice members that die, so it is no broker for production, nor for tests of
failover. It comes with the extra `demo`; a worker never needs it.
"""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Final

_READY_SECONDS: Final = 20.0
_STOP_SECONDS: Final = 5.0


class EmbeddedBrokerError(RuntimeError):
    """The embedded broker is not installed, or does not start."""


@contextmanager
def embedded_broker(port: int | None = None) -> Iterator[str]:
    """Yield the broker's `host:port`; it and its folder are gone afterwards. `port`: a free one unless given."""
    command = _command()
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="scrubber-broker-") as folder:
        log = Path(folder) / "broker.log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own dependency, no input from outside
                [command, "start", "--only", "kafka", "--host", "127.0.0.1", "--kafka-port", str(port),
                 "--data-dir", str(Path(folder) / "data")],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                # Ctrl-C in a terminal must not take it away from under those who still close their connections.
                start_new_session=True,
            )  # fmt: skip
        try:
            _wait_for(port, process, log)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """A port on loopback that is free at this moment, below the range that outgoing connections are given."""
    for port in range(20_000 + time.monotonic_ns() // 1000 % 10_000, 32_768):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    msg = "no free port between 20000 and 32767"
    raise EmbeddedBrokerError(msg)


def _command() -> str:
    """The broker's binary, found through its package so that no PATH is needed and no second process sits between."""
    found = find_spec("noida_db")
    places = [Path(place) / "noida-db" for place in (found.submodule_search_locations or ())] if found else []
    command = next((str(place) for place in places if place.is_file()), None) or which("noida-db")
    if command is None:
        msg = "the embedded broker is not installed: pip install 'claim-scrubber[demo]'"
        raise EmbeddedBrokerError(msg)
    return command


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    msg = f"the embedded broker did not start: {log.read_text(encoding='utf-8', errors='replace').strip()[-500:]}"
    raise EmbeddedBrokerError(msg)
