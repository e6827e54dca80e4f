"""The broker of a chaos test: Apache Kafka, one for the whole run, and topics of a test's own on it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.brokers import Broker, report, running
from tests.chaos.arena import PARTITIONS
from tests.sites import Site


@pytest.fixture(scope="session")
def chaos_broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """One node. Skips where no Docker engine answers."""
    began = time.monotonic()
    with running("kafka") as started:
        report(request.config, f"{started}, ready in {time.monotonic() - began:.1f} s")
        yield started


@pytest.fixture
async def chaos_site(chaos_broker: Broker, tmp_path: Path) -> Site:
    made = Site(chaos_broker, tmp_path)
    await made.create_topics(PARTITIONS)
    return made
