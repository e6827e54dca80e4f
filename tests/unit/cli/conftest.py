from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scrubber.cli import app

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line in this process, as wide as a wide terminal and without the machine's settings."""
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("SCRUBBER_BOOTSTRAP_SERVERS", "SCRUBBER_CONFIG", "SCRUBBER_REFERENCE_DATA"):
        monkeypatch.delenv(name, raising=False)

    def invoke(*arguments: object, stdin: bytes | None = None) -> Result:
        return CliRunner().invoke(app, [str(each) for each in arguments], input=stdin, prog_name="scrubber")

    return invoke


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Write bytes into a file of this name."""

    def write(content: bytes, name: str = "claims.jsonl") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write
