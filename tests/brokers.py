"""The broker that a test runs against: one fixture, `broker`, and every test that takes it runs unchanged on each.

By default tests run twice: on the embedded broker, and on one node of Apache Kafka in a container where a Docker engine
answers (image: `SCRUBBER_KAFKA_IMAGE`); what is skipped says why. `SCRUBBER_TEST_BROKERS=kafka,cluster` chooses among
`embedded`, `kafka` and `cluster` (three nodes): what is asked for by name must be there, so nothing is skipped.
`SCRUBBER_TEST_BROKER=host:port` names one that runs already.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, get_args

import pytest

from scrubber.kafka.embedded import EmbeddedBrokerError, embedded_broker
from tests.cluster import Cluster, running_cluster
from tests.containers import why_no_kafka

Kind = Literal["given", "embedded", "kafka", "cluster"]
GIVEN = os.environ.get("SCRUBBER_TEST_BROKER")
CHOSEN = os.environ.get("SCRUBBER_TEST_BROKERS", "").replace(",", " ").split()
KINDS = ["given"] if GIVEN else CHOSEN or ["embedded", "kafka"]
_NODES = {"kafka": 1, "cluster": 3}


@dataclass(frozen=True, slots=True)
class Broker:
    """A running broker. `cluster`: its nodes, to be killed and cut off, where it is Apache Kafka of our own."""

    kind: Kind
    address: str
    cluster: Cluster | None = None

    @property
    def failover(self) -> bool:
        """The embedded broker does not expire members."""
        return self.kind != "embedded"

    @property
    def replication(self) -> int:
        """Replicas that a topic should have."""
        return min(3, len(self.cluster.nodes)) if self.cluster else 1

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
        with running_cluster(_NODES[kind]) as cluster:
            yield Broker(kind, cluster.address, cluster)


def require_chosen() -> None:
    """End the run before its first test when a broker that was asked for by name cannot be had."""
    if unknown := sorted(set(CHOSEN) - set(get_args(Kind)[1:])):
        raise pytest.UsageError(f"SCRUBBER_TEST_BROKERS: no broker is called {unknown[0]}; there are "
                                f"{', '.join(get_args(Kind)[1:])}")  # fmt: skip
    if _NODES.keys() & set(CHOSEN) and (problem := why_no_kafka()):
        raise pytest.UsageError(f"SCRUBBER_TEST_BROKERS={','.join(CHOSEN)}: {problem}, so nothing was tested")


@pytest.fixture(scope="session", params=KINDS)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """A broker, one for the whole run; use topics and groups of your own."""
    began = time.monotonic()
    with running(request.param) as started:
        report(request.config, f"{started}, ready in {time.monotonic() - began:.1f} s")
        yield started


def report(config: pytest.Config, line: str) -> None:
    """Print a line that shows in the test run's output without -s; with xdist, at the end (see conftest.py)."""
    if hasattr(config, "workeroutput"):
        config.workeroutput.setdefault("lines", []).append(line)
        return
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")
    if terminal is not None and capture is not None:
        with capture.global_and_fixture_disabled():
            terminal.ensure_newline()
            terminal.write_line(line)
