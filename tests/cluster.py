"""Apache Kafka in containers: one node or several, on a network of their own, that can be killed, frozen and cut off.

Each node is broker and controller (KRaft) and has three listeners: OUTSIDE, a port of the host, for the tests; INTERNAL
and CONTROLLER, by its name on the network, for the nodes among themselves. With three nodes every partition has three
replicas and a write wants two of them, Kafka's own topics included.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.protocol.metadata import MetadataRequest
from docker.errors import APIError
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network

from scrubber.kafka.embedded import free_port
from tests.containers import IMAGE, require_image

# Timings that make a test quick: a dead node is noticed after 2 s, no wait before the first rebalance.
QUICK_SETTINGS = {
    "BROKER_SESSION_TIMEOUT_MS": "2000",
    "BROKER_HEARTBEAT_INTERVAL_MS": "250",
    "OFFSETS_TOPIC_NUM_PARTITIONS": "1",
    "TRANSACTION_STATE_LOG_NUM_PARTITIONS": "1",
    "GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "GROUP_MIN_SESSION_TIMEOUT_MS": "1000",
    "TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS": "1000",
    "AUTO_CREATE_TOPICS_ENABLE": "false",
}
# A node that was cut off may come back with another address: the JVM must not remember names for 30 s.
QUICK_JVM = "-Xmx512m -XX:TieredStopAtLevel=1 -Dsun.net.inetaddr.ttl=1 -Dsun.net.inetaddr.negative.ttl=0"
_ASK_MS = 3000
_FREEZE_TRIES = 10

# What a client sees while a node is away or not ready.
_NOT_YET = (KafkaError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Node:
    """A container that runs a broker. `port`: the host's, for clients outside."""

    number: int
    port: int
    container: DockerContainer

    @property
    def name(self) -> str:
        """The node's name on the network."""
        return _name(self.number)


class Cluster:
    """Running nodes, numbered from 1. All of it works alike for one node and for several."""

    def __init__(self, nodes: list[Node], network: Network) -> None:
        """`nodes`: started, and on `network`."""
        self._nodes = {node.number: node for node in nodes}
        self._network = network

    @property
    def nodes(self) -> list[int]:
        """The nodes' numbers, which are their ids in Kafka."""
        return list(self._nodes)

    @property
    def address(self) -> str:
        """Bootstrap servers, for clients outside."""
        return ",".join(f"127.0.0.1:{node.port}" for node in self._nodes.values())

    # What happens to nodes

    async def kill(self, node: int) -> None:
        """End the broker with SIGKILL; its data stays."""
        await asyncio.to_thread(self._nodes[node].container.get_wrapped_container().kill)

    async def start(self, node: int) -> None:
        """Start a killed node on its data; ready after `wait_healthy()`."""
        await asyncio.to_thread(self._nodes[node].container.get_wrapped_container().start)

    async def pause(self, node: int) -> None:
        """Freeze the broker: its connections stay open and nothing answers."""
        container = self._nodes[node].container.get_wrapped_container()
        for left in reversed(range(_FREEZE_TRIES)):
            try:
                await asyncio.to_thread(container.pause)
            except APIError:  # "unable to freeze": the engine gives up early on a process with much to do
                if not left:
                    raise
            else:
                return

    async def resume(self, node: int) -> None:
        """Let a frozen broker go on."""
        await asyncio.to_thread(self._nodes[node].container.get_wrapped_container().unpause)

    async def cut(self, node: int) -> None:
        """Take the node off the network, away from other nodes and from clients: its published port goes as well."""
        network, container = self._network._unwrap_network, self._nodes[node].container
        await asyncio.to_thread(network.disconnect, container.get_container_id())

    async def heal(self, node: int) -> None:
        """Put a node that was cut off back on the network."""
        container, names = self._nodes[node].container, [self._nodes[node].name]
        await asyncio.to_thread(self._network.connect, container.get_container_id(), names)

    # What the cluster says

    async def coordinator_of(self, group: str) -> int:
        """The node that coordinates a consumer group."""
        async with asyncio.timeout(30):
            while True:
                admin = AIOKafkaAdminClient(bootstrap_servers=self.address, request_timeout_ms=_ASK_MS)
                try:
                    await admin.start()
                    found: int = await admin.find_coordinator(group)
                except _NOT_YET:  # Kafka makes __consumer_offsets when it is first asked
                    await asyncio.sleep(0.2)
                else:
                    return found
                finally:
                    await admin.close()

    async def leader_of(self, topic: str, partition: int) -> int:
        """The node that leads a partition; -1 while there is none."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.address, request_timeout_ms=_ASK_MS)
        await admin.start()
        try:
            (found,) = await admin.describe_topics([topic])
            (leader,) = (each["leader"] for each in found["partitions"] if each["partition"] == partition)
            return int(leader)
        finally:
            await admin.close()

    async def wait_healthy(self, seconds: float = 60) -> None:
        """Until every node answers outside clients, knows of all nodes, and has every replica of every partition."""
        until = time.monotonic() + seconds
        for node in self._nodes.values():
            while problem := await self._problem_at(node):
                assert time.monotonic() < until, f"the cluster is not healthy after {seconds:.0f} s: {problem}"
                await asyncio.sleep(0.1)

    async def _problem_at(self, node: Node) -> str:
        """What one node finds wrong with the cluster; empty when nothing is."""
        admin = AIOKafkaAdminClient(bootstrap_servers=f"127.0.0.1:{node.port}", request_timeout_ms=_ASK_MS)
        try:
            await admin.start()
            answer = (await admin._send_request_to_node(node.number, MetadataRequest(None))).to_object()
        except _NOT_YET as error:
            return f"{node.name} does not answer ({type(error).__name__})"
        finally:
            await admin.close()
        present = sorted(broker["node_id"] for broker in answer["brokers"])
        if present != sorted(self._nodes):
            return f"{node.name} knows of nodes {present}"
        partitions = [(topic["topic"], each) for topic in answer["topics"] for each in topic["partitions"]]
        lacking = sum(each["leader"] < 0 or len(each["isr"]) < len(each["replicas"]) for _, each in partitions)
        return f"{node.name} says {lacking} partitions lack replicas" if lacking else ""


@contextmanager
def running_cluster(count: int, more: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """Start `count` nodes; skips where no Docker engine answers. Containers and network are gone afterwards.

    `more`: broker settings in the form of the image's variables, without `KAFKA_`.
    """
    require_image()
    with ExitStack() as stack:
        network = stack.enter_context(Network())
        nodes = [_make_node(number, count, network, more or {}) for number in range(1, count + 1)]
        for node in nodes:
            stack.enter_context(node.container)
        cluster = Cluster(nodes, network)
        with ThreadPoolExecutor(1) as aside:  # whoever starts a cluster may be in a running loop
            aside.submit(asyncio.run, cluster.wait_healthy(120)).result()
        yield cluster


def _make_node(number: int, count: int, network: Network, more: Mapping[str, str]) -> Node:
    port = free_port()
    replicas, insync = str(min(count, 3)), str(2 if count > 2 else 1)
    env = {
        "NODE_ID": str(number),
        "PROCESS_ROLES": "broker,controller",
        "CONTROLLER_QUORUM_VOTERS": ",".join(f"{each}@{_name(each)}:9093" for each in range(1, count + 1)),
        "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "INTER_BROKER_LISTENER_NAME": "INTERNAL",
        "LISTENERS": "OUTSIDE://:9092,INTERNAL://:9094,CONTROLLER://:9093",
        "ADVERTISED_LISTENERS": f"OUTSIDE://127.0.0.1:{port},INTERNAL://{_name(number)}:9094",
        "LISTENER_SECURITY_PROTOCOL_MAP": "OUTSIDE:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "DEFAULT_REPLICATION_FACTOR": replicas,
        "MIN_INSYNC_REPLICAS": insync,
        "OFFSETS_TOPIC_REPLICATION_FACTOR": replicas,
        "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": replicas,
        "TRANSACTION_STATE_LOG_MIN_ISR": insync,
        **QUICK_SETTINGS,
        **more,
    }
    container = DockerContainer(IMAGE).with_network(network).with_network_aliases(_name(number))
    container.with_bind_ports(9092, port).with_env("KAFKA_HEAP_OPTS", QUICK_JVM)
    container.with_envs(**{f"KAFKA_{name}": value for name, value in env.items()})
    return Node(number, port, container)


def _name(number: int) -> str:
    return f"kafka-{number}"
