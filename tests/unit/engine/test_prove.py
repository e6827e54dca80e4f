"""When a claim is said to be mendable."""

from scrubber.engine import Engine
from scrubber.engine.examples import scrub_example
from scrubber.rules.example import example


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
    assert len(verdict.fixes) <= 3
