"""Create a worker's topics as `topics/topics.toml` describes them, or say how those that exist differ."""

import asyncio
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from aiokafka import errors as kafka
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from scrubber.kafka.clients import make_admin
from scrubber.settings import Settings

_ALREADY_EXISTS: Final = 36

# A broker that made a topic, or heard that it exists, may for a moment tell of it as unknown or without leaders.
_NOT_YET: Final = (kafka.UnknownTopicOrPartitionError, kafka.LeaderNotAvailableError)
_NOT_YET_SECONDS: Final = 15.0
_ASK_AGAIN_SECONDS: Final = 0.1

State = Literal["created", "exists", "differs"]


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """A topic as it should be. `replication` -1: the broker's default."""

    name: str
    partitions: int
    replication: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TopicReport:
    """What became of a plan. `differences`: setting -> (planned, found), for `differs`."""

    name: str
    state: State
    differences: Mapping[str, tuple[str, str]]


def plan_topics(
    settings: Settings, file: Path, *, partitions: int | None = None, replication: int | None = None
) -> list[TopicPlan]:
    """Read the plans; `partitions` and `replication` override the file's for every topic."""
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    names = {"input": settings.input_topic, **settings.output_topics()}
    count = partitions or table["partitions"]
    copies = replication or table["replication"]
    common = dict(table["all"])
    if copies > 1:
        common["min.insync.replicas"] = min(table["min_insync_replicas"], copies)
    return [
        TopicPlan(name, count, copies, {key: str(value) for key, value in (common | table["topics"][role]).items()})
        for role, name in names.items()
    ]


async def create_topics(settings: Settings, plans: list[TopicPlan]) -> list[TopicReport]:
    """Create what is missing and compare what is there. Changes nothing that exists.

    Returns when the broker tells of every topic, so that who comes next finds them. Raises KafkaError.
    """
    admin = make_admin(settings)
    await admin.start()
    try:
        created = await _create(admin, plans)
        reports = []
        for plan in plans:
            partitions = await describe_partitions(admin, plan.name)
            if plan.name in created:
                reports.append(TopicReport(plan.name, "created", {}))
                continue
            differences = await _differences(admin, plan, partitions)
            reports.append(TopicReport(plan.name, "differs" if differences else "exists", differences))
        return reports
    finally:
        await admin.close()


async def describe_partitions(admin: AIOKafkaAdminClient, name: str) -> list[dict[str, Any]]:
    """The partitions of a topic that exists, as Kafka's metadata has them.

    Waits until the broker asked tells of them, each with its leader. Raises KafkaError where it goes on not to.
    """
    until = time.monotonic() + _NOT_YET_SECONDS
    while True:
        (topic,) = await admin.describe_topics([name])
        partitions: list[dict[str, Any]] = topic["partitions"]
        error = kafka.for_code(topic["error_code"])
        if error is kafka.NoError:
            if all(each["leader"] >= 0 for each in partitions):
                return partitions
            error = kafka.LeaderNotAvailableError
        if not issubclass(error, _NOT_YET) or time.monotonic() > until:
            raise error(f"topic {name} could not be described")
        await asyncio.sleep(_ASK_AGAIN_SECONDS)


async def _create(admin: AIOKafkaAdminClient, plans: list[TopicPlan]) -> set[str]:
    """Names of the topics that were created."""
    new = [
        NewTopic(
            plan.name,
            plan.partitions,
            plan.replication,
            # aiokafka takes the broker's default (-1) only together with an assignment, even an empty one.
            replica_assignments={} if plan.replication < 0 else None,
            topic_configs=dict(plan.config),
        )
        for plan in plans
    ]
    response = await admin.create_topics(new)
    created = set()
    for name, code, *_ in response.topic_errors:
        if code == 0:
            created.add(name)
        elif code != _ALREADY_EXISTS:
            raise kafka.for_code(code)(f"topic {name} could not be created")
    return created


async def _differences(
    admin: AIOKafkaAdminClient, plan: TopicPlan, partitions: list[dict[str, Any]]
) -> dict[str, tuple[str, str]]:
    """How an existing topic differs from its plan, in the settings that the plan names."""
    found: dict[str, str] = {"partitions": str(len(partitions))}
    wanted: dict[str, str] = {"partitions": str(plan.partitions), **plan.config}
    if plan.replication > 0:
        wanted["replication"] = str(plan.replication)
        found["replication"] = str(min(len(each["replicas"]) for each in partitions))
    found |= await _config(admin, plan.name)
    return {key: (value, found[key]) for key, value in wanted.items() if key in found and found[key] != value}


async def _config(admin: AIOKafkaAdminClient, name: str) -> dict[str, str]:
    responses: list[Any] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
    return {
        key: value
        for response in responses
        for _code, _message, _type, _name, entries in response.resources
        for key, value, *_ in entries
        if value is not None
    }
