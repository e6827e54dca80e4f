"""Fixtures for containers: the worker's image, built from this checkout, and Apache Kafka on a network with it."""

from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from docker.errors import BuildError
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from scrubber.kafka.embedded import free_port
from tests.containers import IMAGE, require_image

ROOT = Path(__file__).parent.parent
TAG = "claim-scrubber:checkout"
# How a cluster would run it. Nothing that the worker does needs more: it peaked at 251 MB with CMS's tables and six
# partitions of backlog, and deploy/ gives it up to 1 GB, for what a producer may send.
LOCKED_DOWN = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
    "pids_limit": 64,
    "mem_limit": "512m",
    "memswap_limit": "512m",
}


def build(engine: docker.DockerClient, dockerfile: str, tag: str, folder: Path = ROOT) -> str:
    """Build an image from `folder` and return its tag; the end of the log is the failure's text."""
    try:
        engine.images.build(path=str(folder), dockerfile=dockerfile, tag=tag, rm=True, forcerm=True)
    except BuildError as error:
        log = "".join(str(line.get("stream", line.get("error", ""))) for line in error.build_log)
        pytest.fail(f"{tag} was not built:\n{log[-3000:]}", pytrace=False)
    return tag


@pytest.fixture(scope="module")
def engine() -> Iterator[docker.DockerClient]:
    require_image()
    client = docker.from_env(timeout=300)
    yield client
    client.close()


@pytest.fixture(scope="module")
def image(engine: docker.DockerClient) -> str:
    return build(engine, "deploy/Dockerfile", TAG)


@pytest.fixture(scope="module")
def network(engine: docker.DockerClient) -> Iterator[Network]:
    with Network() as made:
        yield made


@pytest.fixture(scope="module")
def kafka(network: Network) -> Iterator[str]:
    """Kafka's address for the tests; for containers on the network it is kafka:9094."""
    port = free_port()
    env = {
        "NODE_ID": "1",
        "PROCESS_ROLES": "broker,controller",
        "CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "INTER_BROKER_LISTENER_NAME": "NETWORK",
        "LISTENERS": "TESTS://:9092,CONTROLLER://:9093,NETWORK://:9094",
        "ADVERTISED_LISTENERS": f"TESTS://127.0.0.1:{port},NETWORK://kafka:9094",
        "LISTENER_SECURITY_PROTOCOL_MAP": "TESTS:PLAINTEXT,NETWORK:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "OFFSETS_TOPIC_NUM_PARTITIONS": "1",
        "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_NUM_PARTITIONS": "1",
        "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "AUTO_CREATE_TOPICS_ENABLE": "false",
    }
    container = DockerContainer(IMAGE).with_network(network).with_network_aliases("kafka").with_bind_ports(9092, port)
    container.with_envs(**{f"KAFKA_{name}": value for name, value in env.items()})
    container.with_env("KAFKA_HEAP_OPTS", "-Xmx512m -XX:TieredStopAtLevel=1")
    with container.waiting_for(LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(60)):
        yield f"127.0.0.1:{port}"
