"""NCCI edits beyond the rules' own examples: every modifier that lifts a pair, every kind of limit and of add-on."""

import datetime as dt

import pytest

from scrubber.contract import CENTS
from scrubber.engine import Engine
from scrubber.engine.examples import scrub_example
from scrubber.engine.patch import apply_patch
from scrubber.rules.example import DAY, example

OF_VISITS = ["24", "25", "57"]
BYPASS = [
    *OF_VISITS, "27", "58", "59", "78", "79", "91", "XE", "XP", "XS", "XU", "LT", "RT", "LC", "LD", "LM", "RC", "RI",
    *(f"E{n}" for n in range(1, 5)), "FA", *(f"F{n}" for n in range(1, 10)), "TA", *(f"T{n}" for n in range(1, 10)),
]  # fmt: skip
NO_BYPASS = ["22", "26", "50", "51", "52", "62", "76", "77", "80", "99", "AS", "GA", "KX", "TC", "GY"]
QUIET = {"severity": {"visit-needs-57": "off", "visit-needs-25": "off"}}


def _rules(engine: Engine, *lines: str, dx: str = "C79.51 N87.1") -> set[str]:
    verdict = scrub_example(engine, example(*lines, dx=dx, policy=QUIET))
    return {finding.rule for finding in verdict.findings}


@pytest.mark.parametrize("modifier", BYPASS)
def test_a_modifier_that_lifts_a_pair_with_indicator_1(engine: Engine, modifier: str) -> None:
    lifted = "ptp-unless-separate" not in _rules(engine, "20983", f"77013-{modifier}")
    assert lifted == (modifier not in OF_VISITS), "24, 25 and 57 belong on a visit"
    assert "ptp-unless-separate" not in _rules(engine, f"99213-{modifier}", "57520")


@pytest.mark.parametrize("modifier", NO_BYPASS)
def test_a_modifier_that_lifts_nothing(engine: Engine, modifier: str) -> None:
    assert "ptp-unless-separate" in _rules(engine, "20983", f"77013-{modifier}")
    assert "ptp-unless-separate" in _rules(engine, f"99213-{modifier}", "57520")


@pytest.mark.parametrize("modifier", BYPASS)
def test_nothing_lifts_a_pair_with_indicator_0(engine: Engine, modifier: str) -> None:
    verdict = scrub_example(engine, example("17004", f"17000-{modifier}", policy=QUIET))
    pair = next(i for i, finding in enumerate(verdict.findings) if finding.rule == "ptp-never")
    for fix in verdict.fixes:
        if pair in fix.clears:
            assert [op.op for op in fix.patch if op.path != "/total_charge"] == ["remove"], "a line, never a modifier"


@pytest.mark.parametrize(
    ("line", "titles"),
    [
        ("A0425-RHx251@753.00", ["x250, the limit", "x1 with 76"]),
        ("A0425-RHx500", ["x250, the limit", "x250 with 76"]),
        ("A0425-RHx501@1503.00", ["x250, the limit"]),  # two lines are not enough
        ("A0425-RHx251@100.00", []),  # what a mile costs is not known
        ("A0425-RHx250.5", []),
        ("A0425-RH-76x300", ["x250, the limit"]),  # a repetition already
    ],
)
def test_a_limit_of_a_line(engine: Engine, line: str, titles: list[str]) -> None:
    sample = example(line, dx="R55")
    verdict = scrub_example(engine, sample)
    (index,) = [i for i, finding in enumerate(verdict.findings) if finding.rule == "mue-line"]
    fixes = [fix for fix in verdict.fixes if index in fix.clears]
    assert len(fixes) == len(titles)
    for fix, title in zip(fixes, titles, strict=True):
        assert title in fix.title
    for fix in fixes[1:]:
        first, second = apply_patch(sample.claim(), fix.patch).service_lines
        assert second.modifiers == ("76", *first.modifiers)
        assert first.charge
        assert second.charge
        assert CENTS[first.charge] + CENTS[second.charge] == CENTS[sample.event()["total_charge"]]


def test_a_limit_of_a_line_is_each_lines_own(engine: Engine) -> None:
    assert "mue-line" not in _rules(engine, "A0425-RHx250", "A0425-RH-76x250", dx="R55")
    verdict = scrub_example(engine, example("A0425-RHx300", "A0425-RH-76x400", dx="R55"))
    assert [f.lines for f in verdict.findings if f.rule == "mue-line"] == [(1,), (2,)]


def test_a_span_of_days_spreads_the_units_of_a_line(engine: Engine) -> None:
    event = example("A0425-RHx300", dx="R55").event()
    event["service_lines"][0]["service_date_from"] = str(DAY - dt.timedelta(days=1))
    sample = example("A0425", dx="R55", service_lines=event["service_lines"], total_charge=event["total_charge"])
    assert "mue-line" not in {finding.rule for finding in scrub_example(engine, sample).findings}


@pytest.mark.parametrize("payer", ["medicare", "aetna"])
def test_a_limit_of_zero_is_no_limit_to_reduce_to(engine: Engine, payer: str) -> None:
    verdict = scrub_example(engine, example("A4206x3", "A4206-76x2", dx="E10.9", payer=payer))
    found = [finding for finding in verdict.findings if "mue" in finding.rule]
    assert [(f.rule, f.severity) for f in found] == [("mue-zero", "deny" if payer == "medicare" else "warn")] * 2
    assert verdict.fixes == ()


@pytest.mark.parametrize(
    ("lines", "rules"),
    [
        (["G0506", "17000"], {"add-on-without-listed"}),  # a contractor may take 17000
        (["G0506", "99213/2026-09-14"], {"add-on-without-listed"}),
        (["G0501", "17000"], set()),
        (["G0501", "17003"], {"add-on-nothing-else", "add-on-alone"}),  # an add-on to an add-on
        (["G0501", "99213/2026-09-14"], {"add-on-nothing-else"}),
    ],
)
def test_add_ons_by_type(engine: Engine, lines: list[str], rules: set[str]) -> None:
    verdict = scrub_example(engine, example(*lines))
    found = {finding.rule: finding.severity for finding in verdict.findings if finding.rule.startswith("add-on")}
    assert set(found) == rules
    assert all((severity == "deny") == (rule == "add-on-alone") for rule, severity in found.items())


@pytest.mark.parametrize("line", ["A4206-NUx3", "A4253-NUx900"])
@pytest.mark.parametrize("place", ["11", "12"])
def test_a_supplier_has_limits_of_its_own(engine: Engine, line: str, place: str) -> None:
    """Equipment that is sold or rented, and anything delivered to a home: practitioners' limits do not hold there."""
    verdict = scrub_example(engine, example(line, dx="E10.9", place_of_service=place))
    assert not {"mue-zero", "status-bundled-supply"} & {finding.rule for finding in verdict.findings}
    entries = [(each.status, each.reason) for each in verdict.coverage if each.family == "ncci-mue"]
    assert entries == [("not-checked", "supplier-claim")]
    delivered = scrub_example(engine, example("A4206", "A0425-RHx300", "17000x2", dx="E10.9", place_of_service="12"))
    found = [
        (finding.rule, finding.lines) for finding in delivered.findings if finding.rule.startswith(("mue", "lesion"))
    ]
    assert sorted(found) == [("lesion-count", (3,)), ("mue-line", (2,))]
