"""A claim whose rules never end is set aside, and those around it are not."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from scrubber.contract import Claim, Verdict
from scrubber.engine import Engine
from scrubber.kafka.handler import ClaimHandler, Tally
from scrubber.kafka.watchdog import ClaimTimeoutError, Watchdog
from scrubber.settings import Settings
from tests.claims import claim_bytes

SECONDS = 0.1


@pytest.fixture
def endless(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[ClaimHandler]:
    """Loops for ever, deaf to exceptions, on claims called LOOP."""
    scrub = Engine.scrub

    def looping(self: Engine, claim: Claim, **more: Any) -> Verdict:
        while claim.claim_id == "LOOP":
            try:
                sum(range(1000))
            except Exception:  # noqa: BLE001, S112 - what a careless rule would do
                continue
        return scrub(self, claim, **more)

    monkeypatch.setattr(Engine, "scrub", looping)
    made = ClaimHandler(engine, Settings.load({"instance": "a", "claim_seconds": SECONDS}, {}))
    with made.watchdog.running():
        yield made


def record(value: bytes) -> ConsumerRecord:
    return ConsumerRecord("claims.submitted", 2, 41, 0, 0, b"K", value, None, 1, 1, ())


@pytest.mark.timeout(20)
def test_a_rule_that_never_ends_costs_its_claim_only(endless: ClaimHandler) -> None:
    tally = Tally()
    for name in ("ONE", "LOOP", "TWO", "LOOP"):
        topic, value, headers = endless(record(claim_bytes(name)), tally)
        if name == "LOOP":
            assert (topic, value) == ("claims.dead-letter", claim_bytes(name))
            assert dict(headers)["scrubber_reason"] == b"engine-timeout"
    assert tally.verdicts == {"pass": 2}
    assert tally.dead_letters == {"engine-timeout": 2}


@pytest.mark.timeout(20)
def test_time_between_claims_and_time_asleep_is_no_claims() -> None:
    watchdog = Watchdog(SECONDS)
    with watchdog.running():
        watchdog.arm()
        watchdog.disarm()
        burn(SECONDS * 3)
        watchdog.arm()
        time.sleep(SECONDS * 3)
        watchdog.disarm()


@pytest.mark.timeout(20)
def test_it_barks_after_its_time_and_not_before() -> None:
    watchdog = Watchdog(SECONDS)
    with watchdog.running():
        watchdog.arm()
        burn(SECONDS * 0.9)
        began = time.thread_time()
        with pytest.raises(ClaimTimeoutError):
            burn(SECONDS * 5)
        assert time.thread_time() - began < SECONDS
        watchdog.disarm()


def burn(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass
