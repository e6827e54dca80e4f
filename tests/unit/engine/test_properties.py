"""What holds for every claim."""

import datetime as dt
import json
from random import Random
from typing import Any

import jsonpatch
import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubber.contract import CENTS, Claim, Origin, Verdict, encode_claim, encode_verdict
from scrubber.engine import Engine, load_engine
from scrubber.engine.patch import apply_patch
from scrubber.rules import RULES
from scrubber.rules.example import DAY, Example, example
from scrubber.rules.families import FAMILIES
from tests.properties import fixes_hold, instructions, mends_to_the_end, order_of_lines_does_not_matter
from tests.unit.engine.strategies import examples

ENGINE = load_engine()
AS_OF = dt.date(2026, 9, 18)


def _scrub(claim: Claim, engine: Engine = ENGINE) -> Verdict:
    return engine.scrub(claim, as_of=AS_OF)


def _builtins(claim: Claim) -> Any:
    return json.loads(encode_claim(claim))


@given(examples())
def test_the_disposition_follows_from_findings_and_fixes(sample: Example) -> None:
    verdict = _scrub(sample.claim())
    blocking = {i for i, f in enumerate(verdict.findings) if f.severity == "deny"}
    cleared = {i for fix in verdict.fixes for i in fix.clears}
    assert (verdict.disposition == "pass") == (not blocking)
    if verdict.disposition == "fix-suggestion":
        assert blocking <= cleared
    if len(blocking) == 1 and cleared >= blocking:
        assert verdict.disposition == "fix-suggestion", "one fix, proven to leave nothing that blocks"
    assert all(finding.rule in RULES for finding in verdict.findings)
    assert (verdict.risk.denial_probability > 0) == bool(verdict.findings)


@given(examples())
def test_every_fix_clears_what_it_says_and_blocks_nothing_new(sample: Example) -> None:
    fixes_hold(_scrub, sample.claim())


@given(examples())
def test_a_patch_is_what_rfc_6902_says(sample: Example) -> None:
    """The Structs are patched by code of ours; a JSON Patch library does the same to the JSON."""
    claim = sample.claim()
    for fix in _scrub(claim).fixes:
        operations = json.loads(msgspec.json.encode(fix.patch))
        patched = jsonpatch.apply_patch(_builtins(claim), operations)
        assert msgspec.convert(patched, Claim) == apply_patch(claim, fix.patch)


@given(examples())
def test_a_fix_moves_no_money_but_what_leaves_with_its_line(sample: Example) -> None:
    claim = sample.claim()
    for fix in _scrub(claim).fixes:
        patched = apply_patch(claim, fix.patch)
        assert patched.total_charge is not None
        assert CENTS[patched.total_charge] == sum(CENTS[line.charge or 0] for line in patched.service_lines)
        assert claim.total_charge is not None
        assert CENTS[patched.total_charge] <= CENTS[claim.total_charge], "a fix never asks for more than was billed"


@given(examples())
def test_a_fix_suggestion_can_be_mended_to_the_end(sample: Example) -> None:
    mends_to_the_end(_scrub, sample.claim())


@given(examples())
def test_scrubbing_is_deterministic(sample: Example) -> None:
    claim = sample.claim()
    fresh = load_engine()
    assert encode_verdict(_scrub(claim)) == encode_verdict(_scrub(claim)) == encode_verdict(_scrub(claim, fresh))


test_scrubbing_is_deterministic = settings(max_examples=20)(test_scrubbing_is_deterministic)


@given(examples(), st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(sample: Example, random: Random) -> None:
    order_of_lines_does_not_matter(_scrub, sample.claim(), random)


@given(examples())
def test_every_family_is_accounted_for(sample: Example) -> None:
    verdict = _scrub(sample.claim())
    assert {entry.family for entry in verdict.coverage} >= set(FAMILIES)
    for entry in verdict.coverage:
        assert (entry.reason is None) == (entry.status == "checked")


@given(st.integers(0, 5), st.integers(0, 2**40), st.integers(0, 5), st.integers(0, 2**40))
def test_a_verdict_id_belongs_to_one_record(partition: int, offset: int, other_partition: int, other: int) -> None:
    claim = Example(("17000",)).claim()
    first = ENGINE.scrub(claim, as_of=AS_OF, origin=Origin("t", partition, offset))
    second = ENGINE.scrub(claim, as_of=AS_OF, origin=Origin("t", other_partition, other))
    assert (first.verdict_id == second.verdict_id) == ((partition, offset) == (other_partition, other))
    assert len(first.verdict_id) == 32


def _instructions(sample: Example) -> int:
    claim = sample.claim()
    _scrub(claim)  # what it needs of the tables is then known
    return instructions(lambda: _scrub(claim))


@given(st.lists(st.sampled_from(["G0008", "J1100x3", "17000", "57520"]), min_size=10, max_size=10))
@settings(max_examples=20)
def test_time_grows_with_the_number_of_lines(some: list[str]) -> None:
    """Counted in instructions, which are the same on every machine. Each line on a date of its own: nothing blocks."""
    days = [DAY - dt.timedelta(days=day) for day in range(50)]
    short, long = (
        example(*(f"{line}/{day}" for line, day in zip(some * 5, days[:count], strict=False)), dx="L57.0 N87.1")
        for count in (10, 50)
    )
    assert _instructions(long) / 50 < 1.3 * _instructions(short) / 10
