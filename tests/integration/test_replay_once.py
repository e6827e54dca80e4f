"""A replay publishes each dead letter once, whatever kills, interrupts or meets it."""

import asyncio
import signal
from collections import Counter
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from tests.replays import KILLED, headers, listed, replays, scrubber, set_aside, stopped_at
from tests.sites import Site

pytestmark = pytest.mark.broker


async def test_a_replay_killed_in_a_transaction_and_run_again_publishes_each_once(site: Site) -> None:
    settings = site.settings()
    count = 90
    await set_aside(site, count)
    killed = await scrubber(site, "replay", "--yes", code=KILLED)
    assert killed.returncode == -9, killed.stderr
    rest = len(await listed(site))
    assert 0 < count - rest < count
    done = await scrubber(site, "replay", "--yes")
    assert done.returncode == 0, done.stderr
    assert f"{rest} replayed".encode() in done.stderr
    assert b"0 replayed" in (await scrubber(site, "replay", "--yes")).stderr

    records = await site.read(2 * count, settings.input_topic, quiet=1)
    places = {f"{each.topic}.{each.partition}.{each.offset}": each for each in records[:]}
    replayed = [each for each in records if "scrubber_replay_of" in headers(each)]
    named = Counter(headers(each)["scrubber_replay_of"].decode() for each in replayed)
    assert len(named) == count
    assert set(named.values()) == {1}
    for each in replayed:
        original = places[headers(each)["scrubber_replay_of"].decode()]
        assert (original.partition, original.key, original.value) == (each.partition, each.key, each.value)
    letters = await site.read(2 * count, settings.dead_letter_topic, quiet=1)
    markers = Counter(headers(each)["ce_id"] for each in letters if b"replayed" in headers(each)["ce_type"])
    assert len(markers) == count
    assert set(markers.values()) == {1}

    with site.worker():
        answers = await site.read(3 * count, settings.dead_letter_topic, quiet=1)
    assert len(answers) == 3 * count
    assert {str(each["id"]) for each in await listed(site)} == set(named)


async def test_a_second_replay_ends_the_first_and_each_is_published_once(site: Site, tmp_path: Path) -> None:
    await set_aside(site, 30)
    async with stopped_at("_acknowledged", site, tmp_path) as first:
        second = await scrubber(site, "replay", "--yes")
        assert second.returncode == 0, second.stderr
        assert b"30 replayed" in second.stderr
    _, errors = await first.communicate()
    assert first.returncode == 1, errors
    assert b"another replay of this group began" in errors
    assert b"0 replayed" in errors
    assert set((await replays(site, 30)).values()) == {1}
    assert len(await listed(site, "--state", "replayed")) == 30


async def test_an_interrupted_replay_leaves_nothing_open(site: Site, tmp_path: Path) -> None:
    await set_aside(site, 30)
    async with stopped_at("_acknowledged", site, tmp_path) as replaying:
        replaying.send_signal(signal.SIGINT)
        _, errors = await replaying.communicate()
    assert replaying.returncode == 130, errors
    assert b"0 replayed" in errors
    # Nobody has to wait for the transaction to grow old.
    producer = AIOKafkaProducer(bootstrap_servers=site.broker.address)
    await producer.start()
    sent = await producer.send_and_wait(site.settings().input_topic, b"behind it", partition=0)
    await producer.stop()
    found = await site.read(31, site.settings().input_topic, seconds=20)
    assert [each.value for each in found if (each.partition, each.offset) == (0, sent.offset)] == [b"behind it"]
    assert [each.offset for each in found if "scrubber_replay_of" in headers(each)] == []


async def test_markers_behind_an_open_transaction_are_waited_for(site: Site, tmp_path: Path) -> None:
    await set_aside(site, 12)
    settings = site.settings()
    producer = AIOKafkaProducer(bootstrap_servers=site.broker.address, transactional_id=f"{settings.group}.elsewhere")
    await producer.start()
    try:
        async with stopped_at("_transact", site, tmp_path) as first:
            await producer.begin_transaction()
            for partition in range(3):
                await producer.send_and_wait(settings.dead_letter_topic, b"x", b"x", partition=partition)
        assert first.returncode == 0
        # All that waited is replayed, but no reader of what is committed can see that yet.
        assert len(await listed(site)) == 12
        (tmp_path / "second").mkdir()
        async with stopped_at("partition_count", site, tmp_path / "second") as second:
            (tmp_path / "second" / "go").touch()
            await asyncio.sleep(5)
            waits = second.returncode is None
            assert waits
            await producer.commit_transaction()
            _, said = await second.communicate()
    finally:
        await producer.stop()
    assert second.returncode == 0, said
    assert b"0 replayed" in said
    assert b"3 records" in said
    assert b"come from no worker" in said
    assert set((await replays(site, 12)).values()) == {1}
