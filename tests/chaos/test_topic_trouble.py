"""Output topics that take nothing for a while: claims wait, the others' go on, and none is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from scrubber.kafka.topics import create_topics, plan_topics
from tests.chaos import shapes
from tests.chaos.arena import PARTITIONS, Arena, arena
from tests.chaos.shapes import POISON, Shape, mixed
from tests.chaos.topics import configure, delete
from tests.sites import TOPICS_FILE, Site

pytestmark = [pytest.mark.broker, pytest.mark.chaos, pytest.mark.slow]

VICTIM = 0
OTHERS = (1, 2, 3, 4, 5)
_WAITS_SECONDS = 8.0


def only_there(*rare: Shape) -> shapes.Choose:
    """The usual claims, but these shapes on partition VICTIM alone."""

    def choose(partition: int, sequence: int) -> Shape:
        shape = mixed(partition, sequence)
        return shapes.PASSES if partition != VICTIM and shape in rare else shape

    return choose


@asynccontextmanager
async def held_up(all_: Arena, trouble: AbstractAsyncContextManager[None]) -> AsyncIterator[None]:
    """In `trouble` partition VICTIM gets no further and all others do, again and again; after it all of them do."""
    async with all_.flowing():
        async with trouble:
            # Whatever the mixture, there is something among these that cannot be written.
            await all_.driver.publish(120)
            async with asyncio.timeout(90):
                await all_.watch.reaches({number: all_.driver.published[number] for number in OTHERS}, 90)
            stuck = all_.watch.offsets[VICTIM]
            for _ in range(2):
                before = dict(all_.watch.offsets)
                await asyncio.sleep(_WAITS_SECONDS)
                moved = {number: all_.watch.offsets[number] - before[number] for number in OTHERS}
                assert min(moved.values()) > 0, moved
            assert all_.watch.offsets[VICTIM] == stuck
            yield
        await all_.watch.moves(PARTITIONS, 60)


@asynccontextmanager
async def configured(site: Site, topic: str, **changes: object) -> AsyncIterator[None]:
    """The topic with other settings meanwhile."""
    await configure(site, topic, **changes)
    yield
    await configure(site, topic)


@asynccontextmanager
async def lacking_replicas(site: Site, topic: str) -> AsyncIterator[None]:
    """One node down, and the topic wants all three; others are content with two."""
    cluster = site.broker.cluster
    assert cluster is not None
    if len(cluster.nodes) == 1:
        pytest.skip("wants three nodes: Kafka never asks for more replicas than a topic has")
    busy = {await cluster.coordinator_of(site.settings().group), await cluster.leader_of("__transaction_state", 0)}
    node = next(number for number in cluster.nodes if number not in busy)
    await configure(site, topic, min_insync_replicas=3)
    await cluster.kill(node)
    try:
        yield
    finally:
        await cluster.start(node)
        await cluster.wait_healthy()


async def test_an_output_topic_without_enough_replicas(chaos_site: Site) -> None:
    async with arena(chaos_site) as all_:
        async with all_.flowing():
            async with lacking_replicas(chaos_site, chaos_site.settings().fix_suggested_topic):
                await asyncio.sleep(5)
                stuck = dict(all_.watch.offsets)
                await asyncio.sleep(_WAITS_SECONDS)
                assert all_.watch.offsets == stuck
            await all_.watch.moves(PARTITIONS, 60)
        judgement = await all_.finish()
    assert not any(judgement.faults.values()), judgement.examples


async def test_a_dead_letter_topic_without_enough_replicas(chaos_site: Site) -> None:
    async with arena(chaos_site, choose=only_there(*POISON)) as all_:
        async with held_up(all_, lacking_replicas(chaos_site, chaos_site.settings().dead_letter_topic)):
            pass
        judgement = await all_.finish()
    assert not any(judgement.faults.values()), judgement.examples


@pytest.mark.short
async def test_dead_letters_that_are_too_large_for_their_topic(chaos_site: Site) -> None:
    topic = chaos_site.settings().dead_letter_topic
    async with arena(chaos_site, choose=only_there(POISON[-1])) as all_:
        async with held_up(all_, configured(chaos_site, topic, max_message_bytes=4000)):
            assert reasons(all_) == {"too-large"}
        judgement = await all_.finish()
    assert not any(judgement.faults.values()), judgement.examples


async def test_verdicts_that_are_too_large_for_their_topic(chaos_site: Site) -> None:
    topic = chaos_site.settings().fix_suggested_topic
    async with arena(chaos_site, choose=only_there(shapes.FIX)) as all_:
        async with held_up(all_, configured(chaos_site, topic, max_message_bytes=1000)):
            assert reasons(all_) == {"too-large"}
        judgement = await all_.finish()
    assert not any(judgement.faults.values()), judgement.examples


async def test_an_output_topic_that_is_deleted_and_made_again(chaos_site: Site) -> None:
    """It is empty when it goes, or the verdicts in it would be lost with it."""
    settings = chaos_site.settings()
    begun = 60

    def choose(partition: int, sequence: int) -> Shape:
        shape = mixed(partition, sequence)
        return shapes.PASSES if sequence < begun and shape is shapes.FIX else shape

    async with arena(chaos_site, choose=choose, late=True) as all_:
        await delete(chaos_site, settings.fix_suggested_topic)
        await all_.driver.publish(begun - 10)
        async with all_.flowing():
            await asyncio.sleep(_WAITS_SECONDS)
            plans = plan_topics(settings, TOPICS_FILE, partitions=PARTITIONS, replication=chaos_site.broker.replication)
            await create_topics(settings, plans)
            await all_.watch.moves(PARTITIONS, 90)
        judgement = await all_.finish()
    assert not any(judgement.faults.values()), judgement.examples
    assert judgement.answers["fix-suggestion"] > 0


def reasons(all_: Arena) -> set[str]:
    """Why transactions failed, as the workers tell."""
    return {line["reason"] for slot in all_.crew.slots for line in all_.crew[slot].events("transaction-failed")}
