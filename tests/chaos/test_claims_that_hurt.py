"""Claims that rules fall ill of, and records whose clocks are wrong: each is answered, and none holds the others up."""

import dataclasses

import pytest

from tests.chaos import shapes
from tests.chaos.arena import arena
from tests.chaos.shapes import Shape, mixed
from tests.chaos.sick_rules import LOOPS, RAISES
from tests.chaos.topics import configure
from tests.sites import Site

pytestmark = [pytest.mark.broker, pytest.mark.chaos, pytest.mark.slow]

_TWO_CENTURIES = range(0, 2 * 36_500, 1231)
_CLOCKS = (
    dataclasses.replace(shapes.LATE, name="years-ahead", days=_TWO_CENTURIES[1:]),
    # The service lies ahead of the day of filing.
    dataclasses.replace(shapes.LATE, name="years-behind", days=range(-15_000, -1000, 997)),
    dataclasses.replace(shapes.LATE, name="no-clock", stamp=-1),
    shapes.PASSES,
)


def clocks(partition: int, sequence: int) -> Shape:
    return _CLOCKS[(sequence + partition) % len(_CLOCKS)]


async def test_clocks_that_are_wrong_by_years(chaos_site: Site) -> None:
    # Kafka refuses what lies more than an hour ahead, unless the topic says otherwise.
    ahead = 300 * 365 * 86_400_000
    await configure(chaos_site, chaos_site.settings().input_topic, retention_ms=-1,
                    message_timestamp_after_max_ms=ahead)  # fmt: skip
    async with arena(chaos_site, choose=clocks) as all_:
        await all_.driver.publish(300)
        judgement = await all_.finish()
    assert not any(judgement.faults.values()), judgement.examples
    assert judgement.answers.keys() == {"pass", "denial-risk"}


def sick(partition: int, sequence: int) -> Shape:
    ill = {7: shapes.ill(RAISES, "engine-error"), 60: shapes.ill(LOOPS, "engine-timeout")}
    return ill.get(sequence % 97 if partition < 3 else 0, mixed(partition, sequence))


@pytest.mark.short
async def test_rules_that_raise_and_rules_that_never_end(chaos_site: Site) -> None:
    """Three partitions have such claims, at each batch or two; nobody leaves the group for them."""
    async with arena(chaos_site, choose=sick, module="tests.chaos.sick_rules", claim_seconds=0.1) as all_:
        await all_.driver.publish(300)
        judgement = await all_.finish()
        assigned = [len(all_.crew[slot].events("partitions-assigned")) for slot in all_.crew.slots]
    assert not any(judgement.faults.values()), judgement.examples
    # Joining may take a round or two while the three start.
    assert max(assigned) <= 4, assigned
