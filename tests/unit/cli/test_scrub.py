"""`scrubber scrub`: exit codes, both formats, and what must never be printed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scrubber.contract import Verdict, decode_verdict
from scrubber.engine import Engine
from scrubber.rules.example import Example, example
from tests.unit.cli.conftest import Run

MARK = "Zzyzx-7731"
"""Stands in every free field of a claim; no message may repeat it."""


def lines(*examples: Example) -> bytes:
    return b"\n".join(json.dumps(each.event(f"C-{number}")).encode() for number, each in enumerate(examples, 1))


PASSES, FIXABLE, DENIED = example("17000"), example("17000x3"), example("57520", dx="L57.0")


@pytest.mark.parametrize(
    ("examples", "code"), [((PASSES,), 0), ((PASSES, FIXABLE), 1), ((DENIED,), 1), ((PASSES, PASSES), 0)]
)
@pytest.mark.parametrize("format_", ["text", "jsonl"])
def test_the_exit_code_says_whether_anything_would_be_denied(
    run: Run, file: Callable[..., Path], examples: tuple[Example, ...], code: int, format_: str
) -> None:
    assert run("scrub", file(lines(*examples)), "--format", format_).exit_code == code


def test_text_says_what_is_wrong_what_denial_and_what_would_mend_it(run: Run, file: Callable[..., Path]) -> None:
    result = run("scrub", file(lines(PASSES, FIXABLE)))
    out = result.stdout
    assert "✓ C-1  PASS" in out
    assert "✗ C-2  FIX SUGGESTED  $225.00 at risk, denial 97% likely" in out
    assert "17000 pays for the first lesion only: 3 units on one date." in out
    assert "Would be denied: CO-151 (N362)" in out
    assert "Fix: Bill 17000 x1 and 17003 x2. Needs a person's confirmation." in out
    assert "line 1: units 3 → 1, charge 225.00 → 75.00; new line 2: 17003 x2, 150.00" in out
    assert "2 claims: 1 pass, 1 fix suggested, 0 denial risk; $225.00 at risk." in out
    assert "not checked: documentation (not on the claim)" in out
    assert not result.stderr


def test_jsonl_is_one_verdict_a_line_and_nothing_else(run: Run, file: Callable[..., Path], engine: Engine) -> None:
    result = run("scrub", file(lines(PASSES, FIXABLE, DENIED)), "--format", "jsonl")
    verdicts = [decode_verdict(line) for line in result.stdout_bytes.splitlines()]
    assert [v.claim_id for v in verdicts] == ["C-1", "C-2", "C-3"]
    assert [v.disposition for v in verdicts] == ["pass", "fix-suggestion", "denial-risk"]
    assert verdicts[0] == engine.scrub(PASSES.claim("C-1"), as_of=verdicts[0].as_of)
    assert "3 claims: 1 pass, 1 fix suggested, 1 denial risk" in result.stderr


def test_the_day_of_filing_is_the_day_received_unless_given(run: Run, file: Callable[..., Path]) -> None:
    claims = file(lines(PASSES))

    def verdict(*options: str) -> Verdict:
        return decode_verdict(run("scrub", claims, "--format", "jsonl", *options).stdout_bytes.splitlines()[0])

    assert str(verdict().as_of) == "2026-09-18"
    late = verdict("--as-of", "2027-12-01")
    assert str(late.as_of) == "2027-12-01"
    assert "timely-filing" in [finding.rule for finding in late.findings]
    assert run("scrub", claims, "--as-of", "next week").exit_code == 2


def test_a_policy_can_be_put_in_place_of_the_claims_own(run: Run, file: Callable[..., Path]) -> None:
    claims = file(lines(example("3753F@50.00", "99213")))
    assert run("scrub", claims).exit_code == 1
    assert run("scrub", claims, "--policy", "aetna").exit_code == 0
    wrong = run("scrub", claims, "--policy", "aetno")
    assert wrong.exit_code == 2
    assert "did you mean 'aetna'?" in wrong.stderr


def test_only_blocking_leaves_out_what_passes_but_counts_it(run: Run, file: Callable[..., Path]) -> None:
    out = run("scrub", file(lines(PASSES, FIXABLE)), "--only-blocking").stdout
    assert "C-1" not in out
    assert "C-2" in out
    assert "2 claims: 1 pass" in out


def test_standard_input_and_several_files(run: Run, file: Callable[..., Path]) -> None:
    assert run("scrub", "-", stdin=lines(PASSES)).exit_code == 0
    empty = run("scrub", "-", stdin=b"")
    assert empty.exit_code == 2
    assert "standard input: no-claims" in empty.stderr
    first, second = file(lines(PASSES), "a.jsonl"), file(json.dumps([FIXABLE.event("X")]).encode(), "b.json")
    result = run("scrub", first, second)
    assert result.exit_code == 1
    assert f"{first}:1" in result.stdout
    assert f"{second}:1" in result.stdout


def test_a_broken_line_is_told_and_the_rest_is_scrubbed(run: Run, file: Callable[..., Path]) -> None:
    claims = file(b"\n".join([lines(PASSES), b'{"claim_id": "' + MARK.encode(), lines(FIXABLE)]))
    result = run("scrub", claims, "--format", "jsonl")
    assert result.exit_code == 2
    assert len(result.stdout.splitlines()) == 2
    assert f"scrubber: {claims}:2: not-json: The bytes are not JSON." in result.stderr
    assert MARK not in result.stderr


def test_files_that_cannot_be_read_do_not_keep_others_from_it(
    run: Run, file: Callable[..., Path], tmp_path: Path
) -> None:
    good = file(lines(PASSES))
    result = run("scrub", tmp_path / "missing.jsonl", tmp_path, file(bytes(range(256)), "binary"), good)
    assert result.exit_code == 2
    assert "missing.jsonl: there is no such file" in result.stderr
    assert f"{tmp_path}: this is a folder; name the files in it" in result.stderr
    assert "binary: not-text" in result.stderr
    assert "C-1  PASS" in result.stdout


def test_many_refusals_are_counted_rather_than_told(run: Run, file: Callable[..., Path]) -> None:
    result = run("scrub", file(b"nonsense\n" * 500))
    assert result.exit_code == 2
    assert result.stderr.count("not-json") == 20
    assert "480 more could not be read as claims" in result.stderr
    assert "500 not read" in result.stdout


def _marked() -> dict[str, Any]:
    """A claim with the mark in every field that takes a text."""
    event = example("17000x3").event(MARK)
    event["payer"] |= {"id": MARK, "name": MARK, "line_of_business": MARK, "policy": MARK}
    for person in ("subscriber", "patient"):
        event[person] |= {"first_name": MARK, "last_name": MARK}
    event["subscriber"]["member_id"] = event["patient"]["account_number"] = MARK
    for provider in ("billing_provider", "rendering_provider"):
        event[provider] = {"npi": MARK, "taxonomy_code": MARK, "tax_id": MARK, "name": MARK}
    for field in ("prior_authorization_number", "clia_number", "original_reference_number", "place_of_service"):
        event[field] = MARK
    event["diagnoses"], event["documentation"] = [MARK], [MARK]
    event["service_lines"][0] |= {"procedure_code": MARK, "modifiers": [MARK], "ndc": MARK}
    return event


@pytest.mark.parametrize(
    "spoil",
    [
        {},
        {"claim_type": MARK},
        {"total_charge": MARK},
        {"received_at": MARK},
        {"service_lines": MARK},
        {"service_lines": [{MARK: MARK, "units": MARK}]},
        {"claim_id": [MARK]},
        {"subscriber": {"birth_date": MARK}},
        {"payer": {MARK: MARK}},
    ],
)
@pytest.mark.parametrize("format_", ["text", "jsonl"])
def test_no_value_of_a_claim_reaches_stderr(run: Run, spoil: dict[str, Any], format_: str) -> None:
    result = run("scrub", "-", "--format", format_, stdin=json.dumps(_marked() | spoil).encode())
    assert result.exit_code == (2 if spoil else 1)
    assert MARK not in result.stderr
    if spoil:
        assert MARK not in result.stdout


def test_an_error_nobody_foresaw_shows_its_place_and_nothing_else(
    run: Run, file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object, **_named: object) -> Verdict:
        raise ValueError(MARK)

    monkeypatch.setattr(Engine, "scrub", fail)
    result = run("scrub", file(lines(PASSES, PASSES)))
    assert result.exit_code == 2
    assert result.stderr.count("could not be scrubbed, please report it: ValueError at ") == 2
    assert "2 not read" in result.stdout

    monkeypatch.setattr("scrubber.engine.load_engine", fail)
    result = run("scrub", file(lines(PASSES)))
    assert result.exit_code == 70
    assert "an error nobody foresaw, please report it: ValueError at " in result.stderr
    assert MARK not in result.stderr


def test_what_a_claim_holds_does_not_steer_the_terminal(run: Run) -> None:
    event = PASSES.event("\x1b[2J\x1b]0;title\x07[red]C-1")
    out = run("scrub", "-", stdin=json.dumps(event).encode()).stdout
    assert "\x1b" not in out
    assert "\x07" not in out
    assert "[red]C-1" in out


def test_reference_data_that_will_not_do_is_told_in_one_line(
    run: Run, file: Callable[..., Path], tmp_path: Path
) -> None:
    result = run("scrub", file(lines(PASSES)), "--reference-folder", tmp_path)
    assert result.exit_code == 2
    assert "manifest.toml" in result.stderr
    assert "Traceback" not in result.stderr
