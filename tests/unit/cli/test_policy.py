"""`scrubber policy`: what is wrong with a file, and what a policy says in the end."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scrubber.reference import data_folder
from tests.unit.cli.conftest import Run

File = Callable[..., Path]
SHIPPED = sorted((data_folder() / "payers").glob("*.toml"))
GOOD = b'id = "mine"\ntitle = "Mine"\nversion = "7"\nextends = "medicare"\nprior_authorization = ["20983"]\n'


def test_the_files_that_ship_are_good(run: Run) -> None:
    result = run("policy", "check", *SHIPPED)
    assert (result.exit_code, result.stdout) == (0, "")
    assert f"{len(SHIPPED)} files: good" in result.stderr


def test_problems_end_with_1_and_each_has_its_line(run: Run, file: File) -> None:
    wrong = file(GOOD + b'ndc = 1\n[severity]\nnpi = "loud"\n', "mine.toml")
    result = run("policy", "check", wrong, SHIPPED[0])
    assert result.exit_code == 1
    first, second = result.stdout.splitlines()
    assert first == f"{wrong}:6: ndc is 1; it must be a table"
    assert second.startswith(f"{wrong}:8: severity.npi is 'loud'; it must be deny, info, warn or off")
    assert "2 files: 2 problems in 1" in result.stderr


@pytest.mark.parametrize("content", [None, b"id = ", b"\xff"])
def test_what_cannot_be_read_ends_with_2(run: Run, file: File, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "gone.toml" if content is None else file(content, "mine.toml")
    result = run("policy", "check", path)
    assert result.exit_code == 2
    assert result.stdout.startswith(f"{path}: ")


def test_show_tells_where_each_value_comes_from(run: Run, file: File) -> None:
    folder = file(GOOD, "mine.toml").parent
    for shipped in SHIPPED:
        (folder / shipped.name).write_bytes(shipped.read_bytes())
    result = run("policy", "show", "mine", "--payer-folder", folder)
    assert result.exit_code == 0
    rows = {line.split()[0]: line.split()[-1] for line in result.stdout.splitlines() if ".toml" in line}
    assert rows["prior_authorization"] == "mine.toml"
    assert rows["filing_limit_months"] == "medicare.toml"
    assert "lines_of_business" not in rows, "never inherited"
    assert "mine@7+" in result.stdout
    shown = json.loads(run("policy", "show", "mine", "--payer-folder", folder, "--format", "json").stdout)
    values = {each["field"]: (each["value"], each["from"]) for each in shown["values"]}
    assert values["prior_authorization"] == (["20983"], "mine")
    assert values["filing_limit_months"] == (12, "medicare")
    assert "telehealth" in shown["unsaid"]
    assert "prior_authorization" not in shown["unsaid"]


def test_an_unknown_policy_suggests_one(run: Run) -> None:
    result = run("policy", "show", "medicar")
    assert result.exit_code == 2
    assert "did you mean 'medicare'?" in result.stderr


def test_scrub_refuses_with_the_same_words(run: Run, file: File) -> None:
    wrong = file(b'id = "default"\ntitle = "Any"\nversion = " "\n', "default.toml")
    told = run("policy", "check", wrong).stdout.strip()
    result = run("scrub", file(b"{}", "claims.json"), "--payer-folder", wrong.parent)
    assert result.exit_code == 2
    assert told
    assert told in result.stderr
    assert told in run("policy", "show", "default", "--payer-folder", wrong.parent).stderr
