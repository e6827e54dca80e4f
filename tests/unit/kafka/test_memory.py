"""What was answered is let go of at once: with the collector told to run seldom, a cycle would hold it for minutes."""

import datetime as dt
import gc
import json
import sys
from collections.abc import Iterator

import pytest
from aiokafka import ConsumerRecord

from scrubber.contract import decode_claim
from scrubber.engine import Engine
from scrubber.kafka.handler import ClaimHandler, Tally
from scrubber.settings import Settings
from tests.claims import claim, claim_bytes

_WRONG_TYPE = json.dumps(claim() | {"payer": {"id": 7}}).encode()
_WRONG_AMOUNT = json.dumps(claim() | {"total_charge": "1.2.3"}).encode()
_MISSING = json.dumps({"claim_id": "T-1", "claim_type": "professional"}).encode()


@pytest.fixture
def _without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_without_collector")
@pytest.mark.parametrize(
    "value",
    [claim_bytes(), claim_bytes(units=3), b"no", b"[" * 4000, _MISSING, _WRONG_TYPE, _WRONG_AMOUNT, b" " * 5000],
    ids=["passed", "fix", "no-json", "too-deep", "missing", "wrong-type", "wrong-amount", "too-large"],
)
def test_nothing_holds_a_value_once_it_is_answered(engine: Engine, value: bytes) -> None:
    handler = ClaimHandler(engine, Settings.load({"instance": "a", "max_claim_bytes": 4096}, {}))
    record = ConsumerRecord("claims.submitted", 2, 41, 1_790_000_000_000, 0, b"K", value, None, 1, 1, ())
    before = sys.getrefcount(value), sys.getrefcount(record)
    for _ in range(3):
        handler(record, Tally())
    assert (sys.getrefcount(value), sys.getrefcount(record)) == before


def test_nothing_holds_the_coverage_of_an_engine_that_was_replaced(engine: Engine) -> None:
    handler = ClaimHandler(engine, Settings.load({"instance": "a"}, {}))
    coverage = engine.scrub(decode_claim(claim_bytes()), as_of=dt.date(2026, 9, 20)).coverage
    handler.use(engine)
    before = sys.getrefcount(coverage)
    handler(ConsumerRecord("t", 2, 41, 1_790_000_000_000, 0, b"K", claim_bytes(), None, 1, 1, ()), Tally())
    assert sys.getrefcount(coverage) > before
    handler.use(engine)
    assert sys.getrefcount(coverage) == before
