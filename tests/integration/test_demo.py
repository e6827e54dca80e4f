"""`scrubber demo` as a user runs it: what it shows, and that nothing stays behind."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scrubber.demo import RECORDS
from scrubber.engine import load_engine
from scrubber.engine.examples import scrub_example

pytestmark = pytest.mark.broker
COMMAND = (sys.executable, "-m", "scrubber")
SUMMARY = re.compile(r"(\d+) records: (\d+) pass, (\d+) fix suggested, (\d+) denial risk, (\d+) dead letters")
HEADLINE = re.compile(r"^[✓✗] DEMO-(\d\d)  (PASS|FIX SUGGESTED|DENIAL RISK)", re.MULTILINE)
STRICT = {"demo-strict": "denial-risk"}
"""Payer policies of the demo's own, which an engine over what ships does not have, with what they lead to."""


def environment(folder: Path) -> dict[str, str]:
    # A broker that the user's settings name must not matter to the demo.
    return os.environ | {"TMPDIR": str(folder), "COLUMNS": "110", "SCRUBBER_BOOTSTRAP_SERVERS": "127.0.0.1:1"}


def leftovers(folder: Path) -> list[str]:
    """Files in the demo's temporary folder, and processes whose command line names it."""
    found = [str(path) for path in folder.iterdir()]
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = line.read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in command:
            found.append(command.replace(b"\0", b" ").decode())
    return found


@contextmanager
def kept(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """`demo --keep`, once it says how to go on, with what it printed so far."""
    process = subprocess.Popen(
        [*COMMAND, "demo", "--keep"],
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    said = ""
    try:
        for line in process.stdout:
            said += line
            if "worker's log is in" in line:
                break
        yield process, said
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def test_the_demo_shows_every_verdict_and_cleans_up(tmp_path: Path) -> None:
    began = time.monotonic()
    done = subprocess.run(
        [*COMMAND, "demo"], env=environment(tmp_path), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - began < 60
    assert done.stderr == ""
    assert leftovers(tmp_path) == []

    engine = load_engine()
    claims = [record for record in RECORDS if record.claim is not None]
    wanted = {
        f"{number:02}": STRICT.get(record.claim.payer, scrub_example(engine, record.claim).disposition)
        for number, record in enumerate(RECORDS, 1)
        if record.claim is not None
    }
    shown = {number: words.lower().replace(" ", "-") for number, words in HEADLINE.findall(done.stdout)}
    assert {number: words.replace("suggested", "suggestion") for number, words in shown.items()} == wanted

    count = list(wanted.values()).count
    dead = len(RECORDS) - len(claims)
    summary = SUMMARY.search(done.stdout)
    assert summary is not None
    expected = [len(RECORDS), count("pass"), count("fix-suggestion"), count("denial-risk"), dead]
    assert [int(number) for number in summary.groups()] == expected
    assert all(record.story in done.stdout for record in RECORDS)
    assert [
        reason for reason in ("not-json", "empty", "too-large") if f"DEAD LETTER  {reason}" not in done.stdout
    ] == []
    assert "at risk" in done.stdout


def test_kept_running_it_can_be_used_as_it_says(tmp_path: Path) -> None:
    folder = tmp_path / "tmp"
    folder.mkdir()
    claims = tmp_path / "claims.jsonl"
    claims.write_bytes(RECORDS[1].value("OURS-1"))
    with kept(folder) as (process, said):
        publish = re.search(r"scrubber (publish .*?) FILE", said)
        watch = re.search(r"scrubber (watch .*? --from-beginning)", said)
        assert publish is not None
        assert watch is not None
        environment_ = os.environ | {"COLUMNS": "110"}
        sent = subprocess.run(
            [*COMMAND, *publish[1].split(), claims], env=environment_, capture_output=True, text=True, check=False
        )
        assert sent.returncode == 0, sent.stderr
        assert "1 claim acknowledged by claims.submitted, 0 not, 0 not read" in sent.stderr

        reader = subprocess.Popen(
            [*COMMAND, *watch[1].split()],
            env=environment_ | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert reader.stdout is not None
        with reader.stdout:
            found = any("OURS-1  FIX SUGGESTED" in line for line in reader.stdout)
            reader.send_signal(signal.SIGINT)
            reader.stdout.read()
        assert found
        assert reader.wait(20) == 130

        # Ctrl-C reaches every process that shares the terminal.
        os.killpg(process.pid, signal.SIGINT)
        rest, errors = process.communicate(timeout=30)
        assert process.returncode == 0
        assert "Broker and worker stopped, folder removed." in rest
        assert errors == ""
    assert leftovers(folder) == []


@pytest.mark.parametrize("after", ["Starting", "One premalignant lesion"])
def test_ctrl_c_in_the_middle_cleans_up_as_well(tmp_path: Path, after: str) -> None:
    process = subprocess.Popen(
        [*COMMAND, "demo"],
        env=environment(tmp_path) | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    with process.stdout:
        if after == "Starting":
            # The worker's process is on its way by then; nothing is printed yet.
            until = time.monotonic() + 30
            while time.monotonic() < until and not any("worker" in each for each in leftovers(tmp_path)):
                time.sleep(0.02)
        else:
            assert any(after in line for line in process.stdout)
        os.killpg(process.pid, signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(30) == 130
    assert "Traceback" not in rest
    assert leftovers(tmp_path) == []


def test_without_its_extra_it_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys, importlib.util as util\nfound = util.find_spec\n"
        "import scrubber.kafka.embedded as embedded\n"
        "embedded.find_spec = lambda name, *rest: None if name == 'noida_db' else found(name, *rest)\n"
        "embedded.which = lambda name: None\n"
        "from scrubber.cli import main\nsys.argv = ['scrubber', 'demo']\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.strip().endswith("pip install 'claim-scrubber[demo]'")
    assert leftovers(tmp_path) == []
