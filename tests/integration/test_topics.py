"""Topics made from topics/topics.toml, on a real broker."""

from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import UnknownTopicOrPartitionError

from scrubber.kafka import topics
from scrubber.kafka.dead_letter_reader import partition_count
from scrubber.kafka.topics import create_topics, plan_topics
from tests.brokers import Broker
from tests.sites import TOPICS_FILE, Site

pytestmark = pytest.mark.broker


async def test_what_is_missing_is_made_and_what_differs_is_told(broker: Broker, tmp_path: Path) -> None:
    settings = Site(broker, tmp_path).settings()
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.address)
    await admin.start()
    try:
        await admin.create_topics(
            [NewTopic(settings.passed_topic, 2, broker.replication, topic_configs={"retention.ms": "1000"})]
        )
    finally:
        await admin.close()

    plans = plan_topics(settings, TOPICS_FILE, partitions=3, replication=broker.replication)
    first = {report.name: report for report in await create_topics(settings, plans)}
    assert first.pop(settings.passed_topic).state == "differs"
    assert {report.state for report in first.values()} == {"created"}
    assert len(first) == 4

    again = {report.name: report for report in await create_topics(settings, plans)}
    differs = again.pop(settings.passed_topic)
    assert differs.differences["partitions"] == ("3", "2")
    if broker.kind != "embedded":  # it takes no settings from topics
        assert differs.differences["retention.ms"] == ("604800000", "1000")
    assert {report.state for report in again.values()} == {"exists"}


async def test_a_topic_that_the_broker_does_not_yet_tell_of_is_waited_for(
    broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Site(broker, tmp_path).settings()
    plans = plan_topics(settings, TOPICS_FILE, partitions=3, replication=broker.replication)
    await create_topics(settings, plans)
    describe = AIOKafkaAdminClient.describe_topics
    told = [_unknown, _leaderless, _whole]

    async def late(admin: AIOKafkaAdminClient, names: list[str]) -> list[dict[str, Any]]:
        """What a node answers that hears of a topic late: nothing, then no leaders, then all."""
        tell = told.pop(0) if len(told) > 1 else told[0]
        return [tell(topic) for topic in await describe(admin, names)]

    monkeypatch.setattr(AIOKafkaAdminClient, "describe_topics", late)
    assert {report.state for report in await create_topics(settings, plans)} == {"exists"}
    assert told == [_whole]
    told[:] = [_unknown, _leaderless, _whole]
    assert await partition_count(settings, settings.input_topic) == 3


async def test_a_topic_that_the_broker_never_tells_of_is_an_error(
    broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Site(broker, tmp_path).settings()
    plans = plan_topics(settings, TOPICS_FILE, partitions=3, replication=broker.replication)
    describe = AIOKafkaAdminClient.describe_topics

    async def never(admin: AIOKafkaAdminClient, names: list[str]) -> list[dict[str, Any]]:
        return [_unknown(topic) for topic in await describe(admin, names)]

    monkeypatch.setattr(AIOKafkaAdminClient, "describe_topics", never)
    monkeypatch.setattr(topics, "_NOT_YET_SECONDS", 0.3)
    with pytest.raises(UnknownTopicOrPartitionError, match=r"could not be described"):
        await create_topics(settings, plans)


def _unknown(topic: dict[str, Any]) -> dict[str, Any]:
    return topic | {"error_code": UnknownTopicOrPartitionError.errno, "partitions": []}


def _leaderless(topic: dict[str, Any]) -> dict[str, Any]:
    return topic | {"partitions": [each | {"leader": -1} for each in topic["partitions"]]}


def _whole(topic: dict[str, Any]) -> dict[str, Any]:
    return topic


def test_every_topic_can_hold_the_largest_record(broker: Broker, tmp_path: Path) -> None:
    settings = Site(broker, tmp_path).settings()
    plans = {plan.name: plan for plan in plan_topics(settings, TOPICS_FILE)}
    for name in (settings.input_topic, settings.dead_letter_topic):
        assert int(plans[name].config["max.message.bytes"]) > 16 * 1024 * 1024
    assert all("min.insync.replicas" not in plan.config for plan in plans.values())
    three = plan_topics(settings, TOPICS_FILE, replication=3)
    assert {plan.config["min.insync.replicas"] for plan in three} == {"2"}
