"""The broker that a test runs against: one fixture, `broker`, and every test that takes it runs unchanged on each.

`SCRUBBER_TEST_BROKER=host:port` names one. Otherwise tests run twice: on the embedded broker, and on Apache Kafka in a
container where a Docker engine answers (image: `SCRUBBER_KAFKA_IMAGE`). What is skipped says why.
"""

import gc
import os
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import docker
import pytest
from docker.errors import DockerException, ImageNotFound
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from scrubber.kafka.embedded import EmbeddedBrokerError, embedded_broker, free_port

# Ours are removed as they were started; a container that watches over them is one more image to be had.
testcontainers_config.ryuk_disabled = True

Kind = Literal["given", "embedded", "kafka"]
GIVEN = os.environ.get("SCRUBBER_TEST_BROKER")
IMAGE = os.environ.get("SCRUBBER_KAFKA_IMAGE", "apache/kafka:4.3.0")

# Timings that make a test quick: no wait before the first rebalance, one partition for each of Kafka's own topics.
_QUICK = {
    "OFFSETS_TOPIC_NUM_PARTITIONS": "1",
    "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "TRANSACTION_STATE_LOG_NUM_PARTITIONS": "1",
    "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "GROUP_MIN_SESSION_TIMEOUT_MS": "1000",
    "TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS": "1000",
    "AUTO_CREATE_TOPICS_ENABLE": "false",
}


@dataclass(frozen=True, slots=True)
class Broker:
    """A running broker. `failover`: whether it notices members that die."""

    kind: Kind
    address: str

    @property
    def failover(self) -> bool:
        """The embedded broker does not expire members."""
        return self.kind != "embedded"

    def __str__(self) -> str:
        """For the test report."""
        return f"{self.kind} broker at {self.address}"


@contextmanager
def running(kind: Kind) -> Iterator[Broker]:
    """Start a broker of this kind, or skip the test with the reason why there is none."""
    if kind == "given":
        assert GIVEN is not None
        yield Broker("given", GIVEN)
    elif kind == "embedded":
        try:
            with embedded_broker() as address:
                yield Broker("embedded", address)
        except EmbeddedBrokerError as error:
            pytest.skip(str(error))
    else:
        with kafka_container() as address:
            yield Broker("kafka", address)


def _docker() -> tuple[docker.DockerClient | None, str]:
    """A client of the engine, or the type of what keeps us from one."""
    try:
        client = docker.from_env(timeout=60)
        client.ping()
    except DockerException as error:
        return None, type(error).__name__
    return client, ""


def require_image() -> None:
    """Skip where no Docker engine answers, or where it cannot have Kafka's image."""
    client, problem = _docker()
    if client is None:
        # The client leaves the socket it could not use to the collector, which would blame a later test for it.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
        pytest.skip(f"no Docker engine answers ({problem}): Apache Kafka is not tested")
    try:
        client.images.get(IMAGE)
    except ImageNotFound:
        try:
            client.images.pull(IMAGE)
        except DockerException as error:
            pytest.skip(f"the Docker engine cannot have {IMAGE} ({type(error).__name__}): Apache Kafka is not tested")
    finally:
        client.close()


@contextmanager
def kafka_container(more: Mapping[str, str] | None = None) -> Iterator[str]:
    """Apache Kafka, one node, in a container; yields `host:port`. Skips where no Docker engine answers.

    `more`: broker settings in the form of the image's variables, without `KAFKA_`.
    """
    require_image()
    port = free_port()
    # Two listeners: clients outside see the host's port; the broker itself must not go round by it.
    env = {
        "NODE_ID": "1",
        "PROCESS_ROLES": "broker,controller",
        "CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "INTER_BROKER_LISTENER_NAME": "INTERNAL",
        "LISTENERS": "OUTSIDE://:9092,INTERNAL://:9094,CONTROLLER://:9093",
        "ADVERTISED_LISTENERS": f"OUTSIDE://127.0.0.1:{port},INTERNAL://localhost:9094",
        "LISTENER_SECURITY_PROTOCOL_MAP": "OUTSIDE:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
        **_QUICK,
        **(more or {}),
    }
    container = DockerContainer(IMAGE).with_bind_ports(9092, port)
    container.with_env("KAFKA_HEAP_OPTS", "-Xmx512m -XX:TieredStopAtLevel=1")
    for name, value in env.items():
        container.with_env(f"KAFKA_{name}", value)
    container.waiting_for(LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(60))
    with container:
        yield f"127.0.0.1:{port}"


@pytest.fixture(scope="session", params=["given"] if GIVEN else ["embedded", "kafka"])
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """A broker, one for the whole run; use topics and groups of your own."""
    began = time.monotonic()
    with running(request.param) as started:
        report(request.config, f"{started}, ready in {time.monotonic() - began:.1f} s")
        yield started


def report(config: pytest.Config, line: str) -> None:
    """Print a line that shows in the test run's output without -s."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:
        terminal.ensure_newline()
        terminal.write_line(line)
