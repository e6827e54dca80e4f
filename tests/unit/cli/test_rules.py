"""`scrubber rules`: every rule can be listed and shown, with the verdicts its examples really get."""

import json

import pytest

from scrubber.engine import Engine
from scrubber.engine.examples import scrub_example
from scrubber.rules import RULES
from tests.unit.cli.conftest import Run


def test_the_list_has_every_rule_with_what_it_predicts(run: Run) -> None:
    out = run("rules").stdout
    for rule in RULES.values():
        (row,) = (line for line in out.splitlines() if line.split()[:1] == [rule.id])
        assert rule.title in row
        assert f"{rule.predicts.group}-{rule.predicts.carc}" in row
        assert rule.severity in row


def test_the_list_for_programs(run: Run) -> None:
    listed = json.loads(run("rules", "--format", "json").stdout)
    assert [each["id"] for each in listed] == list(RULES)
    assert all(each["explanation"] and each["source"] and each["predicts"]["carc"] for each in listed)


def test_show_tells_source_and_both_examples(run: Run) -> None:
    result = run("rules", "show", "lesion-count")
    rule = RULES["lesion-count"]
    assert result.exit_code == 0
    for words in (rule.title, rule.explanation, rule.source, "CO-151 (N362)", "17000x3, L57.0, 2026-09-15"):
        assert words in result.stdout
    fires, passes = result.stdout.split("Lets pass")
    assert "Fix: Bill 17000 x1 and 17003 x2" in fires
    assert "Would be denied" not in passes


@pytest.mark.parametrize("rule_id", RULES)
def test_every_rule_can_be_shown(run: Run, rule_id: str, engine: Engine) -> None:
    rule = RULES[rule_id]
    result = run("rules", "show", rule_id)
    assert result.exit_code == 0
    fires, _ = result.stdout.split("Lets pass")
    for example in rule.fires:
        finding = next(each for each in scrub_example(engine, example).findings if each.rule == rule_id)
        assert finding.message[:60] in fires


def test_show_for_programs_has_claims_and_verdicts(run: Run) -> None:
    shown = json.loads(run("rules", "show", "visit-needs-25", "--format", "json").stdout)
    assert shown["fires"][0]["verdict"]["disposition"] == "fix-suggestion"
    assert all(
        "visit-needs-25" not in [finding["rule"] for finding in each["verdict"]["findings"]] for each in shown["passes"]
    )


def test_an_unknown_id_suggests_near_ones(run: Run) -> None:
    result = run("rules", "show", "lesion-counts")
    assert result.exit_code == 2
    assert "did you mean lesion-count?" in result.stderr
    assert run("rules", "show", "zzzzzz").exit_code == 2
