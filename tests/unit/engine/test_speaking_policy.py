"""What holds for every claim under a policy that speaks on every field: the example of docs/payer-policies.md."""

import datetime as dt
import re
import tomllib
from pathlib import Path

from hypothesis import given
from msgspec.structs import replace

from scrubber.engine import Engine, load_engine
from scrubber.engine.examples import with_fields
from scrubber.engine.patch import apply_patch
from scrubber.policy import Policies
from scrubber.rules import RULES
from scrubber.rules.example import Example
from scrubber.rules.families import FAMILIES
from tests.unit.engine.strategies import examples

AS_OF = dt.date(2026, 9, 18)
PAGE = (Path(__file__).parents[3] / "docs" / "payer-policies.md").read_text("utf-8")
FOUND = re.search(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
assert FOUND
SHIPPED = load_engine()
POLICIES = Policies({"default": with_fields(SHIPPED.policies.default, tomllib.loads(FOUND[1]) | {"id": "default"})})
ENGINE = Engine(SHIPPED.reference, POLICIES)


@given(examples())
def test_what_was_seen_before_changes_nothing(sample: Example) -> None:
    claim = replace(sample, payer="default").claim()
    fresh = Engine(SHIPPED.reference, POLICIES).scrub(claim, as_of=AS_OF)
    assert ENGINE.scrub(claim, as_of=AS_OF) == fresh
    assert {entry.family for entry in fresh.coverage} == set(FAMILIES)
    assert "policy-silent" not in {entry.reason for entry in fresh.coverage}
    unchecked = {e.family: set(e.lines) for e in fresh.coverage if e.status == "not-checked"}
    for finding in fresh.findings:
        name = RULES[finding.rule].family
        family = FAMILIES[name]
        if family.policy or family.widened or family.yields:
            assert not set(finding.lines) & unchecked.get(name, set()), "found where nothing looked"


@given(examples(max_lines=3))
def test_every_fix_clears_what_it_says(sample: Example) -> None:
    claim = replace(sample, payer="default").claim()
    verdict = ENGINE.scrub(claim, as_of=AS_OF)
    for fix in verdict.fixes:
        after = ENGINE.scrub(apply_patch(claim, fix.patch), as_of=AS_OF)
        said = {(finding.rule, finding.lines, finding.message) for finding in after.findings}
        for index in fix.clears:
            finding = verdict.findings[index]
            assert (finding.rule, finding.lines, finding.message) not in said
