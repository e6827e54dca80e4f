"""The fuzzer's laws, over fewer inputs: `make fuzz` looks for more. See docs/fuzzing.md."""

import copy
import importlib
import json
import struct
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubber.contract import ContractError, decode_claim
from tests.bench.tables import VARIABLE
from tests.fuzz.claims import Mutator, engine_and_events
from tests.fuzz.laws import claim_is_written_and_read, verdict_holds
from tests.fuzz.target import TARGETS

ENGINE, EVENTS = engine_and_events()
CHANGED = Mutator(EVENTS, [])


@st.composite
def changed_events(draw: st.DrawFn) -> Any:
    """An example with some changes, odd values among them."""
    random = Random(draw(st.integers(0, 2**63)))
    event = copy.deepcopy(draw(st.sampled_from(EVENTS)))
    for _ in range(draw(st.integers(1, 4))):
        event = CHANGED(event, random)
    return event


@given(changed_events())
@settings(max_examples=150)
def test_every_claim_that_can_be_read_gets_a_verdict_that_holds(event: Any) -> None:
    with suppress(ContractError):
        claim = decode_claim(json.dumps(event).encode())
        claim_is_written_and_read(claim)
        verdict_holds(ENGINE, claim, fixes=len(claim.service_lines) < 5)


@given(
    st.integers(-(2**63), 2**63 - 1),
    st.integers(0, 255),
    st.binary(max_size=40) | changed_events().map(lambda event: json.dumps(event).encode()),
)
def test_every_record_is_answered(time: int, headers: int, value: bytes) -> None:
    from tests.fuzz.targets.decode import one

    one(struct.pack("<qB", time, headers) + value)


@pytest.mark.parametrize("name", TARGETS)
def test_what_the_fuzzer_starts_from_holds(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    target = importlib.import_module(f"tests.fuzz.targets.{name}")
    seeds = target.seeds()
    assert seeds
    for seed in seeds[:40]:
        target.one(seed)
