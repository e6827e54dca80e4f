"""`scrubber topics` without a broker: the plan, and the schemas in sync with the code."""

import shutil
from pathlib import Path

import pytest

from scrubber.cli import topics
from scrubber.contract.schemas import documents
from scrubber.shipped import shipped_folder
from tests.unit.cli.conftest import Run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of topics/ in place of the checkout's."""
    copy = tmp_path / "topics"
    shutil.copytree(shipped_folder("topics"), copy)
    monkeypatch.setattr(topics, "shipped_folder", lambda _: copy)
    return copy


def test_list_shows_the_five_topics_by_the_names_they_have(run: Run) -> None:
    result = run("topics", "list", "--input-topic", "ours.in")
    assert result.exit_code == 0
    names = [line.split()[0] for line in result.stdout.splitlines()[1:]]
    assert names == ["ours.in", "claims.passed", "claims.fix-suggested", "claims.denial-risk", "claims.dead-letter"]


def test_write_brings_the_folder_in_sync_and_check_says_so(run: Run, folder: Path) -> None:
    (folder / "claim.schema.json").write_text("{}")
    (folder / "asyncapi.json").unlink(missing_ok=True)
    stale = run("topics", "schema", "--check")
    assert stale.exit_code == 1
    assert "asyncapi.json" in stale.stderr
    assert "claim.schema.json" in stale.stderr

    assert run("topics", "schema", "--write").exit_code == 0
    assert {name: (folder / name).read_bytes() for name in documents()} == documents()
    assert run("topics", "schema", "--check").exit_code == 0


def test_a_document_can_be_printed(run: Run) -> None:
    assert run("topics", "schema", "claim.schema.json").stdout_bytes == documents()["claim.schema.json"]
    listed = run("topics", "schema").stdout
    assert all(name in listed for name in documents())
    assert run("topics", "schema", "claims.json").exit_code == 2


def test_create_says_when_no_broker_answers(run: Run) -> None:
    result = run("topics", "create", "--bootstrap-servers", "127.0.0.1:1")
    assert result.exit_code == 3
    assert "no broker answers at 127.0.0.1:1" in result.stderr


def test_an_installed_package_is_not_written_to(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = tmp_path / "_data" / "topics"
    installed.mkdir(parents=True)
    monkeypatch.setattr(topics, "shipped_folder", lambda _: installed)
    assert run("topics", "schema", "--write").exit_code == 2
    assert list(installed.iterdir()) == []
