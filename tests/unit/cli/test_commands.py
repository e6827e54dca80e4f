"""What holds for every command: help, options out of the settings, quick start."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

import scrubber
from scrubber.cli import app
from scrubber.reference import load
from scrubber.settings import Secret, settings_fields
from tests.unit.cli.conftest import Run


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


COMMANDS = dict(commands(typer.main.get_command(app)))


def test_the_commands_are_those_that_are_documented() -> None:
    assert {" ".join(path) for path in COMMANDS if path} == {
        "scrub", "worker", "demo", "publish", "watch",
        "rules", "rules show",
        "reference", "reference info", "reference import", "reference remove", "reference lookup", "reference diff",
        "policy", "policy check", "policy show",
        "topics", "topics list", "topics create", "topics schema",
        "dead-letters", "dead-letters list", "dead-letters show", "dead-letters replay",
    }  # fmt: skip


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_option_and_argument_has_help(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    assert command.help
    for parameter in command.params:
        assert getattr(parameter, "help", None), parameter.name


@pytest.mark.parametrize("path", [path for path, command in COMMANDS.items() if not hasattr(command, "commands")])
def test_every_command_documents_its_exit_codes(run: Run, path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert "Exit codes: " in result.stdout


def test_version(run: Run) -> None:
    assert run("--version").stdout == f"scrubber {scrubber.__version__}\n"


def test_wrong_use_is_two(run: Run) -> None:
    assert run("scrubb").exit_code == 2
    assert run("scrub").exit_code == 2
    assert run("scrub", "x", "--format", "yaml").exit_code == 2


def test_the_worker_takes_every_setting_as_a_flag(run: Run) -> None:
    options = {option for parameter in COMMANDS["worker",].params for option in parameter.opts}
    for item in settings_fields():
        flag = "--" + item.name.replace("_", "-")
        assert (flag in options) is not isinstance(item.default, Secret), flag
    result = run("worker", "--batch-records", "7", "--web-port", "1234", "--print-config")
    assert result.exit_code == 0
    found = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines()}
    assert found["batch_records"] == ["7", "flag"]
    assert found["web_port"] == ["1234", "flag"]
    assert found["fetch_bytes"][-1] == "default"
    assert set(found) == {item.name for item in settings_fields()}


def test_flags_win_over_the_environment_and_that_over_the_file(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "worker.toml"
    file.write_text('group = "file"\nbatch_records = 5\nfetch_bytes = 70000\n')
    monkeypatch.setenv("SCRUBBER_GROUP", "environment")
    monkeypatch.setenv("SCRUBBER_BATCH_RECORDS", "6")
    monkeypatch.setenv("SCRUBBER_SASL_PASSWORD", "hush-4711")
    result = run("worker", "--config", file, "--group", "flag", "--print-config")
    found = {line.split()[0]: line.split()[1] for line in result.stdout.splitlines()}
    assert (found["group"], found["batch_records"], found["fetch_bytes"]) == ("flag", "6", "70000")
    assert "hush-4711" not in result.output


def test_settings_that_will_not_do_are_all_told(run: Run) -> None:
    result = run("worker", "--batch-records", "many", "--compression", "rar")
    assert result.exit_code == 2
    assert "batch_records (flag)" in result.stderr
    assert "compression (flag)" in result.stderr


def test_reference_info_shows_every_table_and_policy(run: Run) -> None:
    result = run("reference", "info")
    assert result.exit_code == 0
    reference = load()
    assert reference.digest in result.stdout
    for table in reference.tables:
        (row,) = (line for line in result.stdout.splitlines() if line.split()[:1] == [table.kind])
        assert table.release in row
        assert ("complete" if table.complete else "starter") in row
    assert "medicare" in result.stdout


def test_reference_info_says_what_cannot_be_used(run: Run, tmp_path: Path) -> None:
    (tmp_path / "default.toml").write_text("id = 'else'")
    result = run("reference", "info", "--payer-folder", tmp_path)
    assert result.exit_code == 2
    assert "default.toml" in result.stderr


def test_help_imports_nothing_heavy() -> None:
    """How long a start takes depends on the machine; what it loads does not."""
    code = (
        "import sys, json\nfrom scrubber.cli import app\n"
        "try: app(['--help'], prog_name='scrubber')\nexcept SystemExit: pass\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stderr))
    assert "Check healthcare claims" in done.stdout
    assert not loaded & {"faust", "aiokafka", "asyncio", "msgspec", "rich.console", "scrubber.rules", "scrubber.engine"}


def test_the_reader_of_a_pipe_may_go() -> None:
    """`scrubber rules | head -1` is no error and leaves no trace on stderr."""
    command = f"{sys.executable} -m scrubber rules | head -c 1 >/dev/null; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.strip() in ("0", "141")


def test_python_m_scrubber() -> None:
    done = subprocess.run([sys.executable, "-m", "scrubber", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"scrubber {scrubber.__version__}\n"
