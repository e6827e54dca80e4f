"""The soak in small: what it samples is there, and its judge is asked."""

from pathlib import Path

import pytest

from scrubber.kafka.embedded import EmbeddedBrokerError, embedded_broker
from tests.brokers import Broker
from tests.soak.plan import Plan
from tests.soak.run import Outcome, soak

pytestmark = [pytest.mark.broker, pytest.mark.slow]


async def test_a_short_soak_samples_everything_and_answers_every_claim(tmp_path: Path) -> None:
    try:
        with embedded_broker() as address:
            outcome = await soak(Plan(seconds=8, rate=100), Broker("embedded", address), tmp_path, lambda _: None)
    except EmbeddedBrokerError as error:
        pytest.skip(str(error))
    assert outcome.problems == []
    assert outcome.passed
    assert outcome.timed > 60
    assert outcome.samples[-1].committed == outcome.samples[-1].published > 400
    assert outcome.samples[-1].waiting == 0
    own = [sample.workers["a"] for sample in outcome.samples if "a" in sample.workers]
    assert len(own) >= 3
    assert all(each.keys() == {"memory", "fds", "tasks", "cpu"} for each in own)
    assert [each.verdict for each in outcome.trends] == ["cannot tell"] * 3  # eight seconds show no trend
    assert [what for _, what in outcome.events][:1] == ["b joins"]
    assert outcome.log["worker-starting"] == 1


def test_growth_and_problems_fail_a_soak() -> None:
    from tests.soak.judge import Bound, trend

    leak = trend([(at, at / 10) for at in range(3600)], 120, Bound("memory", "MiB", 20, 12))
    assert not Outcome(Plan(60, 1), trends=[leak]).passed
    assert not Outcome(Plan(60, 1), problems=["b ended with exit code 4"]).passed
    assert Outcome(Plan(60, 1)).passed
