"""`scrubber dead-letters` without a broker: its filters, what it prints, and what it does not."""

import datetime as dt
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import typer

from scrubber.cli.dead_letter_options import selection_of
from scrubber.cli.dead_letter_printers import printer_of
from scrubber.cli.dead_letter_reading import write_value
from scrubber.cli.dead_letter_view import Counts, describe, row_of, tell_counts, tell_strangers
from scrubber.contract import DEAD_LETTER_ACTIONS, DEAD_LETTER_REASONS, Origin
from scrubber.contract.replay import Letter
from scrubber.kafka.dead_letters import DeadLetter, Strangers
from tests.unit.cli.conftest import Run

MARK = b"Zzyzx-7731"
COUNTS: Counts = Counter({("waiting", "too-large"): 1200, ("waiting", "not-json"): 3, ("replayed", "too-large"): 2})


def dead(value: bytes | None = MARK, key: bytes | None = MARK) -> DeadLetter:
    kept = (("content-type", b"application/json"),)
    origin = Origin("claims.submitted", 3, 41)
    letter = Letter("dead-letter", "claims.submitted.3.41", origin, "too-large", "/a", "2026-09-10T00:26:40.123Z", kept)
    return DeadLetter(letter, 1, 7, 1_789_000_000_123, key, value, "waiting")


@pytest.mark.parametrize(
    ("text", "wanted"), [("7", (7, 7)), ("7-12", (7, 12)), ("7-", (7, 2**63 - 1)), ("-12", (0, 12)), ("0", (0, 0))]
)
def test_offsets_are_one_or_a_range(text: str, wanted: tuple[int, int]) -> None:
    assert selection_of(offsets=text).offsets == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-09-10T00:26:40", 1_789_000_000_000),
        ("2026-09-10T02:26:40+02:00", 1_789_000_000_000),
        ("2026-09-10", 1_788_998_400_000),
    ],
)
def test_times_are_utc_unless_they_say(text: str, wanted: int) -> None:
    assert selection_of(since=text, until=text).since == selection_of(since=text, until=text).until == wanted


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("90m", 5400), ("2h", 7200), ("3d ago", 259_200)])
def test_times_may_be_so_long_ago(text: str, seconds: int) -> None:
    since = selection_of(since=text).since
    assert since is not None
    assert dt.datetime.now(dt.UTC).timestamp() - seconds - since / 1000 == pytest.approx(0, abs=60)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["list", "--reason", "to-large"], "choose from empty, not-json"),
        (["list", "--offsets", "7-3"], "ends before it begins"),
        (["list", "--offsets", "-"], "say 7, 7-12, 7- or -12"),
        (["list", "--offsets", "seven"], "say 7, 7-12, 7- or -12"),
        (["list", "--since", "yesterday"], "no time"),
        (["list", "--until", "99999999999d"], "no time"),
        (["list", "--since", "999999999d"], "no time"),
        (["list", "--path", "service_lines"], "no JSON Pointer"),
        (["show", "41"], "no id of a dead letter"),
        (["replay", "claims.submitted.41"], "no id of a dead letter"),
    ],
)
def test_a_filter_that_will_not_do_is_said_before_kafka_is_asked(run: Run, arguments: list[str], words: str) -> None:
    result = run("dead-letters", *arguments, "--bootstrap-servers", "127.0.0.1:1")
    assert result.exit_code == 2
    assert words in result.stderr


@pytest.mark.parametrize("arguments", [["list"], ["show", "a.1.2"], ["replay", "--yes"], ["replay", "--dry-run"]])
def test_no_broker_is_three(run: Run, arguments: list[str]) -> None:
    result = run("dead-letters", *arguments, "--bootstrap-servers", "127.0.0.1:1")
    assert result.exit_code == 3
    assert "no broker answers at 127.0.0.1:1" in result.stderr


def test_everything_is_replayed_only_with_a_yes(run: Run) -> None:
    result = run("dead-letters", "replay", "--bootstrap-servers", "127.0.0.1:1")
    assert result.exit_code == 2
    assert "give --yes" in result.stderr


def test_text_has_the_ids_whole_and_the_counts(capsys: pytest.CaptureFixture[str]) -> None:
    printer = printer_of("text")
    printer.row(row_of(dead()))
    printer.close(COUNTS)
    head, row, counts = capsys.readouterr().out.splitlines()
    assert head.split() == ["id", "reason", "path", "set_aside", "value_bytes", "state"]
    assert row.split() == ["claims.submitted.3.41", "too-large", "/a", "2026-09-10T00:26:40.123Z", "10", "waiting"]
    assert counts == "1,203 waiting (1,200 too-large, 3 not-json), 2 replayed (2 too-large); 1 shown"
    assert tell_counts(Counter()) == "0 waiting, 0 replayed"


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_json_is_one_document_and_jsonl_an_object_a_line(rows: int, capsys: pytest.CaptureFixture[str]) -> None:
    said: dict[str, Any] = {}
    for form in ("json", "jsonl"):
        printer = printer_of(form)
        for _ in range(rows):
            printer.row(row_of(dead()))
        printer.close(COUNTS)
        said[form] = capsys.readouterr().out
    document = json.loads(said["json"])
    assert document["dead_letters"] == [json.loads(line) for line in said["jsonl"].splitlines()]
    assert len(document["dead_letters"]) == rows
    assert document["counts"] == {"waiting": {"too-large": 1200, "not-json": 3}, "replayed": {"too-large": 2}}


def test_neither_key_nor_value_is_told() -> None:
    for each in (dead(), dead(None, None)):
        told = json.dumps(row_of(each)) + "\n".join(describe(each, "claims.dead-letter"))
        assert MARK.decode() not in told
        assert "claims.submitted.3.41" in told
    assert [row_of(dead(None, b""))[name] for name in ("key_bytes", "value_bytes")] == [0, None]


def test_every_reason_says_what_to_do() -> None:
    assert DEAD_LETTER_ACTIONS.keys() == DEAD_LETTER_REASONS.keys()
    assert all(DEAD_LETTER_ACTIONS.values())


def test_strangers_are_named_by_their_place(capsys: pytest.CaptureFixture[str]) -> None:
    tell_strangers("dead", Strangers())
    assert capsys.readouterr().err == ""
    tell_strangers("dead", Strangers(30, [(1, 7), (2, 9)]))
    assert "30 records of dead (partition@offset: 1@7, 2@9 and 10 more)" in capsys.readouterr().err


def test_a_value_goes_to_a_new_file_of_its_owner_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "value"
    before = os.umask(0)
    try:
        write_value(str(file), MARK)
    finally:
        os.umask(before)
    assert file.read_bytes() == MARK
    assert file.stat().st_mode & 0o777 == 0o600
    assert "protected health information" in capsys.readouterr().err
    with pytest.raises(typer.Exit):
        write_value(str(file), b"other")
    assert file.read_bytes() == MARK


def test_a_value_does_not_steer_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("scrubber.cli.dead_letter_reading.is_terminal", lambda _: True)
    write_value("-", b"a\x1b[31mb\nc\xff")
    said = capsys.readouterr()
    assert said.out == "a\N{REPLACEMENT CHARACTER}[31mb\nc\N{REPLACEMENT CHARACTER}\n"
    assert "protected health information" in said.err
