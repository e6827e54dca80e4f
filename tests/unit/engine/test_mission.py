"""What the first release must answer: the table it was built for, row by row."""

import re
from typing import Any

import pytest

from scrubber.contract import Claim, Fix, Verdict
from scrubber.engine import Engine
from scrubber.engine.examples import scrub_example
from scrubber.engine.patch import apply_patch
from scrubber.rules.example import Example, example


def _scrub(engine: Engine, *lines: str, **about: Any) -> Verdict:
    return scrub_example(engine, example(*lines, **about))


def _fixed(sample: Example, fix: Fix) -> Claim:
    return apply_patch(sample.claim(), fix.patch)


def _rules(verdict: Verdict) -> set[str]:
    return {finding.rule for finding in verdict.findings}


def _said(verdict: Verdict) -> str:
    return " ".join([f.message for f in verdict.findings] + [f.title for f in verdict.fixes])


def _not_checked(verdict: Verdict, family: str) -> str | None:
    entries = [entry for entry in verdict.coverage if entry.family == family and entry.status == "not-checked"]
    return entries[0].reason if entries else None


@pytest.mark.parametrize("lines", [["17000"], ["99213-25", "17000"], ["17000", "17003x13"], ["17004"]])
def test_clean_claims_pass(engine: Engine, lines: list[str]) -> None:
    verdict = _scrub(engine, *lines)
    assert (verdict.disposition, verdict.findings, verdict.fixes) == ("pass", (), ())
    assert verdict.risk.denial_probability == 0


@pytest.mark.parametrize("count", range(2, 15))
def test_two_to_fourteen_lesions(engine: Engine, count: int) -> None:
    verdict = _scrub(engine, f"17000x{count}@100.00")
    assert verdict.disposition == "fix-suggestion"
    (fix,) = verdict.fixes
    units, charge, added = fix.patch
    assert (units.path, units.value) == ("/service_lines/0/units", 1)
    assert (added.path, added.value["procedure_code"], added.value["units"]) == ("/service_lines/1", "17003", count - 1)
    assert float(charge.value) + float(added.value["charge"]) == pytest.approx(100)
    assert fix.needs == "confirmation"


def test_fifteen_lesions_are_17004_alone(engine: Engine) -> None:
    verdict = _scrub(engine, "17000x1", "17003x20")
    assert verdict.disposition == "fix-suggestion"
    assert [(op.op, op.path, op.value) for op in verdict.fixes[0].patch[:2]] == [
        ("remove", "/service_lines/1", verdict.fixes[0].patch[0].value),
        ("replace", "/service_lines/0/procedure_code", "17004"),
    ]
    assert "/total_charge" not in [op.path for op in verdict.fixes[0].patch], "the charge stays what was billed"


def test_17003_goes_when_17004_is_there(engine: Engine) -> None:
    verdict = _scrub(engine, "17004", "17003x2")
    assert verdict.disposition == "fix-suggestion"
    assert [fix.title for fix in verdict.fixes] == ["Remove 17003 (line 2)"]
    assert "59" not in [op.value for fix in verdict.fixes for op in fix.patch], "indicator 0"


@pytest.mark.parametrize("lines", [("17004@0.00", "17004x2@0.00"), ("17004x2@0.00", "17004@0.00")])
def test_of_two_lines_with_17004_the_one_billed_once_stays(engine: Engine, lines: tuple[str, str]) -> None:
    verdict = _scrub(engine, *lines)
    assert verdict.disposition == "fix-suggestion"
    (left,) = _fixed(example(*lines), verdict.fixes[0]).service_lines
    assert left.line_number == lines.index("17004@0.00") + 1


def test_17003_needs_17000(engine: Engine) -> None:
    verdict = _scrub(engine, "17003x2")
    assert verdict.disposition == "denial-risk"
    assert _rules(verdict) == {"add-on-alone"}


@pytest.mark.parametrize(
    ("lines", "about", "modifier"),
    [(["99213", "17000"], {}, "25"), (["99213-25", "57520"], {"dx": "N87.1"}, "57")],
)
def test_the_visit_modifier(engine: Engine, lines: list[str], about: dict[str, Any], modifier: str) -> None:
    verdict = _scrub(engine, *lines, **about)
    assert verdict.disposition == "fix-suggestion"
    (fix,) = verdict.fixes
    assert fix.needs == "documentation"
    assert _fixed(example(*lines, **about), fix).service_lines[0].modifiers == (modifier,)


def test_57520_on_a_man_is_a_warning_that_a_payer_may_make_blocking(engine: Engine) -> None:
    about: dict[str, Any] = {"dx": "N87.1", "sex": "M"}
    verdict = _scrub(engine, "57520", **about)
    assert (verdict.disposition, [f.severity for f in verdict.findings]) == ("pass", ["warn"])
    strict = _scrub(engine, "57520", **about, policy={"severity": {"procedure-sex": "deny"}})
    assert (strict.disposition, strict.fixes) == ("denial-risk", ())
    off = _scrub(engine, "57520", **about, policy={"severity": {"procedure-sex": "off"}})
    assert (off.findings, _not_checked(off, "sex")) == ((), "policy-off")


def test_57520_needs_a_cervical_diagnosis(engine: Engine) -> None:
    verdict = _scrub(engine, "57520", dx="L57.0")
    assert (verdict.disposition, _rules(verdict)) == ("denial-risk", {"diagnosis-support"})


@pytest.mark.parametrize("dx", ["N87.0", "N87.9", "D06.9", "C53.9", "R87.610", "R87.619"])
def test_57520_supporting_diagnoses(engine: Engine, dx: str) -> None:
    assert _scrub(engine, "57520", dx=dx).disposition == "pass"


@pytest.mark.parametrize("guidance", ["76940", "77002", "77013", "77022", "77012", "77021", "20982"])
def test_20983_includes_its_guidance(engine: Engine, guidance: str) -> None:
    verdict = _scrub(engine, "20983", guidance, dx="C79.51")
    assert verdict.disposition == "fix-suggestion"
    drop, separate = verdict.fixes
    assert (drop.patch[0].op, drop.needs) == ("remove", "confirmation")
    assert separate.needs == "documentation"
    assert _fixed(example("20983", guidance, dx="C79.51"), separate).service_lines[1].modifiers == ("59",)
    assert _scrub(engine, "20983", f"{guidance}-59", dx="C79.51").disposition == "pass"


def test_20983_begins_in_2015(engine: Engine) -> None:
    verdict = _scrub(engine, "20983", dx="C79.51", date="2014-12-31")
    assert verdict.disposition == "denial-risk"
    assert "procedure-not-valid" in _rules(verdict)


ELEMENTS = [
    "Diagnosis and need",
    "technique_and_guidance",
    "procedure date",
    "START-AND-END-TIME",
    "tumor size and location",
    "probe position confirmed",
    "progress",
    "signature",
]


def test_20983_documentation(engine: Engine) -> None:
    assert _scrub(engine, "20983", dx="C79.51", documentation=ELEMENTS).disposition == "pass"
    without = [element for element in ELEMENTS if "probe" not in element]
    verdict = _scrub(engine, "20983", dx="C79.51", documentation=without)
    assert verdict.disposition != "pass"
    assert "position of the probe" in _said(verdict)
    assert _not_checked(_scrub(engine, "20983", dx="C79.51"), "documentation") == "field-absent"


def test_3753f_with_a_charge(engine: Engine) -> None:
    verdict = _scrub(engine, "99213", "3753F@50.00")
    assert verdict.disposition != "pass"
    assert "description not available" in _said(verdict)
    (fix,) = verdict.fixes
    assert [(op.path, op.value) for op in fix.patch] == [
        ("/service_lines/1/charge", "0.00"),
        ("/total_charge", "75.00"),
    ]
    silent = _scrub(engine, "99213", "3753F@50.00", payer="aetna")
    assert _not_checked(silent, "tracking-code-charge") == "policy-silent"


def test_3753f_takes_no_visit_modifier(engine: Engine) -> None:
    verdict = _scrub(engine, "99213", "3753F-25@0.00")
    assert verdict.disposition != "pass"
    assert re.search("25 belongs on an evaluation and management code", _said(verdict))


def test_a_heading_is_not_billable(engine: Engine) -> None:
    verdict = _scrub(engine, "17000", dx="L57")
    assert verdict.disposition == "fix-suggestion"
    offered = {op.value for fix in verdict.fixes for op in fix.patch}
    assert offered == {f"L57.{n}" for n in (0, 1, 2, 3, 4, 5, 8, 9)}, "all children: a person chooses"
    assert {fix.needs for fix in verdict.fixes} == {"clinical-review"}


def test_99201_ended(engine: Engine) -> None:
    assert _rules(_scrub(engine, "99201")) == {"procedure-not-valid"}
    assert "procedure-not-valid" not in _rules(_scrub(engine, "99201", date="2020-12-31"))


def test_a_code_no_table_knows_is_not_checked(engine: Engine) -> None:
    verdict = _scrub(engine, "17000", "12345")
    entry = next(e for e in verdict.coverage if e.family == "procedure-validity" and e.status == "not-checked")
    assert (entry.reason, entry.lines) == ("code-not-in-table", (2,))


def test_charges_out_of_balance_have_no_fix(engine: Engine) -> None:
    verdict = _scrub(engine, "17000@75.00", total_charge="80.00")
    assert (verdict.disposition, verdict.fixes) == ("denial-risk", ())


def test_an_unknown_policy_is_not_checked(engine: Engine) -> None:
    verdict = _scrub(engine, "17000", payer="nobody")
    assert _not_checked(verdict, "payer-policy") == "unknown-policy"
    assert verdict.ruleset.policy.startswith("default@")
