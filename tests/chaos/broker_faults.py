"""What is done to the nodes of Apache Kafka: the same on one node as on several."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from tests.chaos.faults import Fault, Scene, Strike
from tests.cluster import Cluster

_DOWN_SECONDS: Final = 2.0
_AWAY_SECONDS: Final = 12.0
"""Longer than Kafka (2 s in these tests) and the workers' group (6 s) wait for anybody."""
_TRANSACTIONS: Final = "__transaction_state"

Act = Callable[[Cluster, int], Awaitable[None]]
Pick = Callable[[Scene, Cluster], Awaitable[int]]


async def _any(scene: Scene, cluster: Cluster) -> int:
    return scene.random.choice(cluster.nodes)


async def _group_coordinator(scene: Scene, cluster: Cluster) -> int:
    return await cluster.coordinator_of(scene.crew.site.settings().group)


async def _transaction_coordinator(_: Scene, cluster: Cluster) -> int:
    return await cluster.leader_of(_TRANSACTIONS, 0)  # these tests give it one partition


def _away(pick: Pick, hurt: Act, seconds: float, mend: Act) -> Strike:
    """Hurt a node, and mend it after some seconds."""

    async def strike(scene: Scene, _: str) -> float:
        cluster = _cluster(scene)
        node = await pick(scene, cluster)
        await hurt(cluster, node)
        await asyncio.sleep(seconds)
        await mend(cluster, node)
        return time.monotonic()

    return strike


def _kill(pick: Pick) -> Strike:
    return _away(pick, Cluster.kill, _DOWN_SECONDS, Cluster.start)


def _pause(pick: Pick) -> Strike:
    return _away(pick, Cluster.pause, _AWAY_SECONDS, Cluster.resume)


def _cut(pick: Pick) -> Strike:
    return _away(pick, Cluster.cut, _AWAY_SECONDS, Cluster.heal)


def _cluster(scene: Scene) -> Cluster:
    cluster = scene.crew.site.broker.cluster
    assert cluster is not None
    return cluster


BROKER_FAULTS: Final = (
    Fault("broker-kill", _kill(_any), 4),
    Fault("broker-kill-coordinator", _kill(_transaction_coordinator), 2),
    Fault("broker-pause", _pause(_any), 1),
    Fault("broker-pause-coordinator", _pause(_group_coordinator), 1),
    Fault("broker-cut", _cut(_any), 1),
    Fault("broker-cut-group-coordinator", _cut(_group_coordinator), 1),
    Fault("broker-cut-transaction-coordinator", _cut(_transaction_coordinator), 1),
)


def broker_faults(cluster: Cluster) -> tuple[Fault, ...]:
    """Those that differ on this cluster: its only node is every coordinator."""
    return tuple(fault for fault in BROKER_FAULTS if len(cluster.nodes) > 1 or "coordinator" not in fault.kind)
