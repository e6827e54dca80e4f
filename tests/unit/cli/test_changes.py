"""What a fix would change, told in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.cli.changes import describe
from scrubber.contract import PatchOp
from scrubber.engine import Engine
from scrubber.engine.examples import scrub_example
from scrubber.rules import RULES
from scrubber.rules.example import Example, example

TWO = example("17000", "99213-25", dx="L57.0 I10").claim()


@pytest.mark.parametrize(
    ("ops", "words"),
    [
        ([PatchOp("replace", "/service_lines/0/units", 2)], ["line 1: units 1 → 2"]),
        ([PatchOp("replace", "/service_lines/0/charge", "75.00")], []),
        ([PatchOp("add", "/service_lines/0/modifiers/0", "59")], ["line 1: modifier 59 added"]),
        ([PatchOp("replace", "/service_lines/1/modifiers/0", "57")], ["line 2: modifier 25 → 57"]),
        ([PatchOp("remove", "/service_lines/1/modifiers/0")], ["line 2: modifier 25 removed"]),
        ([PatchOp("remove", "/service_lines/1")], ["line 2: removed (99213-25 x1, 75.00)"]),
        ([PatchOp("replace", "/diagnoses/1", "I11.9")], ["diagnosis 2: I10 → I11.9"]),
        ([PatchOp("remove", "/diagnoses/0")], ["diagnosis 1: removed (L57.0)"]),
        ([PatchOp("replace", "/service_lines/0/diagnosis_pointers", (1,))], ["line 1: diagnosis pointers 1,2 → 1"]),
        ([PatchOp("replace", "/total_charge", "75.00")], ["claim charge 150.00 → 75.00"]),
        (
            [PatchOp("remove", "/service_lines/0"), PatchOp("replace", "/service_lines/0/procedure_code", "99214")],
            ["line 1: removed (17000 x1, 75.00)", "line 2: code 99213 → 99214"],
        ),
    ],
)
def test_each_kind_of_change(ops: list[PatchOp], words: list[str]) -> None:
    assert describe(TWO, ops) == words


@given(st.sampled_from([each for rule in RULES.values() for each in rule.fires]))
def test_every_fix_of_every_rule_can_be_told(engine: Engine, given_example: Example) -> None:
    for fix in scrub_example(engine, given_example).fixes:
        assert describe(given_example.claim(), fix.patch), fix.title
