"""When a claim is said to be mendable."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from scrubber.contract import Fix
from scrubber.engine import Engine
from scrubber.engine.detect import Detector
from scrubber.engine.examples import scrub_example
from scrubber.engine.prove import Prover
from scrubber.engine.views import Views
from scrubber.rules import RULES, Rule
from scrubber.rules.example import example
from scrubber.rules.form import HERE, Hit, Hits, Remedy
from scrubber.rules.remedies import DropLine, DropModifier
from scrubber.rules.scopes import Case, Service


def test_no_modifier_is_added_beyond_the_fourth(engine: Engine) -> None:
    verdict = scrub_example(engine, example("99213-95-GT-KX-93", "17000"))
    assert "visit-needs-25" in {finding.rule for finding in verdict.findings}
    assert not [op for fix in verdict.fixes for op in fix.patch if "modifiers" in op.path]


def test_a_visit_modifier_in_the_wrong_place_lifts_no_pair(engine: Engine) -> None:
    """Were 24 on a procedure taken for a bypass, dropping it, as another finding asks, would open the pair again."""
    verdict = scrub_example(engine, example("17000-24", "17110-24"))
    assert "ptp-unless-separate" in {finding.rule for finding in verdict.findings}


def test_a_finding_without_a_fix_makes_a_denial_risk_of_the_claim(engine: Engine) -> None:
    verdict = scrub_example(engine, example("99213", "17000", total_charge="1.00"))
    assert verdict.disposition == "denial-risk"
    assert [fix.patch[0].value for fix in verdict.fixes] == [("25",)], "what can be mended is still offered"


def test_the_number_of_proofs_is_bounded(engine: Engine) -> None:
    lines = [f"20983@{n}.00" for n in range(25)] + [f"77013@{n}.00" for n in range(25)]
    verdict = scrub_example(engine, example(*lines, dx="C79.51"))
    assert len(verdict.findings) == 200, "of over six hundred"
    assert 0 < len(verdict.fixes) <= 3
    assert all(fix.clears and max(fix.clears) < 200 for fix in verdict.fixes), "clears counts findings that are there"


def test_a_fix_makes_no_warning_block(engine: Engine) -> None:
    """I82.A21 is of the right side, as H35.361 is: with both the side of the line would block, and not only warn."""
    verdict = scrub_example(engine, example("20983-LT", dx="H35.361 I82.A2"))
    assert [(finding.rule, finding.severity) for finding in verdict.findings] == [
        ("diagnosis-not-billable", "deny"), ("side-mismatch", "warn"),
    ]  # fmt: skip
    offered = {op.value for fix in verdict.fixes for op in fix.patch}
    assert "I82.A22" in offered
    assert "I82.A21" not in offered


def _rule(name: str, detect: Callable[[Any], Hits], scope: Literal["line", "claim"]) -> Rule:
    return replace(RULES["modifier-sides"], id=name, detect=detect, scope=scope, needs=(), supersedes=())


def _prove(engine: Engine, rules: list[Rule], *lines: str) -> tuple[list[Fix], bool]:
    """The fixes that rules of a test's own propose, and whether they lead to a pass."""
    views = Views(engine.reference, [rule for rule in rules if rule.scope == "line"])
    detector = Detector(engine.policies.default, rules, views)
    case, found = detector.detect(example(*lines).claim(), dt.date(2026, 9, 18))
    assert found
    prover = Prover(detector, case, found)
    fixes = list(prover.fixes(case, found))
    return fixes, prover.leads_to_pass(case, found, fixes)


def _carries_lt(service: Service) -> Hits:
    if "LT" not in service.modifiers:
        return None
    return [Hit("/modifiers", "LT", (), (Remedy("Drop LT", (DropModifier(HERE, "LT"),), "none"),))]


def test_a_remedy_that_leaves_its_finding_is_not_offered(engine: Engine) -> None:
    def useless(service: Service) -> Hits:
        return [Hit("/modifiers", "always", (), (Remedy("Drop LT", (DropModifier(HERE, "LT"),), "none"),))]

    fixes, mendable = _prove(engine, [_rule("useless", useless, "line")], "17000-LT")
    assert fixes == []
    assert not mendable


def test_fixes_that_hold_alone_and_not_together_make_no_suggestion(engine: Engine) -> None:
    def none_left(case: Case) -> Hits:
        if any("LT" in line.service.modifiers for line in case.lines):
            return None
        return [Hit("/service_lines", "no LT left")]

    rules = [_rule("carries-lt", _carries_lt, "line"), _rule("none-left", none_left, "claim")]
    fixes, mendable = _prove(engine, rules, "17000-LT", "99213-LT")
    assert [fix.clears for fix in fixes] == [(0,), (1,)], "each holds alone"
    assert not mendable
    fixes, mendable = _prove(engine, rules[:1], "17000-LT", "99213-LT")
    assert len(fixes) == 2
    assert mendable


def test_a_finding_whose_line_is_dropped_may_go_on_at_another_of_its_lines(engine: Engine) -> None:
    """Neither new, which would forbid the fix, nor cleared."""

    def too_many(case: Case) -> Hits:
        return [Hit(case.lines[0].at("units"), "too many", case.lines)]

    def misplaced(case: Case) -> Hits:
        if len(case.lines) == 1:
            return None
        return [Hit(case.lines[0].at(), "misplaced", case.lines[:1], (Remedy("Drop it", (DropLine(0),), "none"),))]

    rules = [_rule("too-many", too_many, "claim"), _rule("misplaced", misplaced, "claim")]
    fixes, mendable = _prove(engine, rules, "17000", "17000")
    assert [fix.clears for fix in fixes] == [(1,)]
    assert not mendable
