"""`make audit` through pip-audit itself, against a source of advisories that speaks OSV's protocol on loopback."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
LOCK = "aiokafka==0.14.0 \\\n    --hash=sha256:00\ncolorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n"
Advisories = dict[str, str]


@pytest.fixture
def source() -> Iterator[tuple[str, Advisories]]:
    """Its address, and what it knows: package to advisory. It knows what any real one knows of the canary."""
    known = {"urllib3": "GHSA-canary"}

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = asked["package"]["name"]
            found = [{
                "id": known[name], "modified": "2026-01-01T00:00:00Z", "summary": "", "details": "", "aliases": [],
                "affected": [{"package": {"name": name, "ecosystem": "PyPI"},
                              "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99"}]}]}],
            }] if name in known else []  # fmt: skip
            body = json.dumps({"vulns": found} if found else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query", known
    server.shutdown()
    thread.join()
    server.server_close()


def audit(folder: Path, address: str, *options: str, accepted: str = "") -> tuple[int, str]:
    (folder / "worker.txt").write_text(LOCK, encoding="utf-8")
    (folder / "accepted.toml").write_text(accepted, encoding="utf-8")
    command = [
        sys.executable,
        str(ROOT / ".ci/audit.py"),
        "--osv-url",
        address,
        "--accepted",
        "accepted.toml",
        *options,
    ]
    # No PyPI either: this is about what the source says.
    env = {"HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": "127.0.0.1", "HOME": str(folder), "PATH": ""}
    done = subprocess.run([*command, "worker.txt"], cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.returncode, done.stdout


def test_every_package_of_a_lock_is_asked_about(tmp_path: Path, source: tuple[str, Advisories]) -> None:
    """With what is accepted today, which has to be well-formed."""
    accepted = (ROOT / "requirements" / "accepted-advisories.toml").read_text(encoding="utf-8")
    done = audit(tmp_path, source[0], "--require", accepted=accepted)
    assert done == (0, "audit: worker.txt: 2 of 2 packages asked about (osv)\n")


def test_advisories_fail(tmp_path: Path, source: tuple[str, Advisories]) -> None:
    """On packages for other platforms too."""
    source[1].update(aiokafka="GHSA-1", colorama="GHSA-2")
    code, words = audit(tmp_path, source[0])
    assert code == 1
    assert "ADVISORY GHSA-1 on aiokafka 0.14.0, mended in 99" in words
    assert "ADVISORY GHSA-2 on colorama" in words


@pytest.mark.parametrize(("until", "code"), [("2999-12-31", 0), ("2020-12-31", 1)])
def test_an_advisory_is_accepted_until_its_day(
    tmp_path: Path, source: tuple[str, Advisories], until: str, code: int
) -> None:
    source[1]["aiokafka"] = "GHSA-1"
    accepted = f'[GHSA-1]\nreason = "We do not call it."\nuntil = {until}\n'
    assert audit(tmp_path, source[0], accepted=accepted)[0] == code


@pytest.mark.parametrize("accepted", ["[GHSA-1]\nuntil = 2999-12-31\n", '[GHSA-1]\nreason = "x"\n', "["])
def test_nothing_is_accepted_without_a_reason_and_a_day(
    tmp_path: Path, source: tuple[str, Advisories], accepted: str
) -> None:
    code, words = audit(tmp_path, source[0], accepted=accepted)
    assert (code, "accepted.toml" in words) == (2, True)


@pytest.mark.parametrize(("answers", "exits"), [(True, 3), (False, 0)])
def test_no_source_is_never_a_pass_in_silence(
    tmp_path: Path, source: tuple[str, Advisories], answers: bool, exits: int
) -> None:
    """Neither one that is not there, nor one that finds nothing in what everybody knows to be bad."""
    source[1].clear()
    options = ["--require"] if exits else []
    code, words = audit(tmp_path, source[0] if answers else "http://127.0.0.1:1/v1/query", *options)
    assert (code, words.startswith("audit: NOT DONE.")) == (exits, True)
