"""Where the pages listen: they ask for no login, so nowhere but on loopback unless somebody says so."""

import os
import sys
from pathlib import Path

import pytest

from scrubber.kafka.embedded import free_port
from tests.sites import Worker, wait_until

TABLES = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]

pytestmark = pytest.mark.skipif(not TABLES[0].exists(), reason="no /proc/net/tcp: who listens where cannot be seen")


def listening(port: int) -> set[str]:
    """The addresses on which this port listens, in the kernel's hexadecimal."""
    rows = [line.split() for table in TABLES if table.exists() for line in table.read_text().splitlines()[1:]]
    local = [row[1].rsplit(":", 1) for row in rows if row[3] == "0A"]
    return {address for address, number in local if int(number, 16) == port}


@pytest.mark.parametrize(("host", "address"), [(None, "0100007F"), ("0.0.0.0", "00000000")])  # noqa: S104 - the case
def test_the_pages_listen_on_loopback_unless_told(tmp_path: Path, host: str | None, address: str) -> None:
    port = free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith("SCRUBBER_")}
    env |= {"SCRUBBER_BOOTSTRAP_SERVERS": "127.0.0.1:1", "SCRUBBER_WEB_PORT": str(port)}
    told = {} if host is None else {"SCRUBBER_WEB_HOST": host}
    # Worker asks for the pages on loopback either way.
    worker = Worker({"SCRUBBER_WEB_HOST": "127.0.0.1", **env}, tmp_path / "log", [
        sys.executable, "-c", _START.format(told=told),
    ])  # fmt: skip
    try:
        wait_until(lambda: worker.get("/healthz")[0] == 200, 60, worker.text)
        assert listening(port) == {address}
    finally:
        assert worker.stop() == 0


_START = """
import os, sys
os.environ.pop("SCRUBBER_WEB_HOST")
os.environ.update({told})
from scrubber.worker.__main__ import main
sys.exit(main())
"""
