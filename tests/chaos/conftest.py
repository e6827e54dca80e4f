"""The broker of a chaos test: Apache Kafka, one for the whole run, and topics of a test's own on it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.brokers import CHOSEN, Broker, report, running
from tests.chaos.arena import PARTITIONS
from tests.sites import Site

# Of the two kinds that notice a dead member and can be hurt, those that were chosen for all broker tests.
_KINDS = [kind for kind in ("kafka", "cluster") if kind in (CHOSEN or ("kafka", "cluster"))]


@pytest.fixture(scope="session", params=_KINDS)
def chaos_broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """One node or three. Skips where no Docker engine answers."""
    began = time.monotonic()
    with running(request.param) as started:
        report(request.config, f"{started}, ready in {time.monotonic() - began:.1f} s")
        yield started


@pytest.fixture
async def chaos_site(chaos_broker: Broker, tmp_path: Path) -> Site:
    made = Site(chaos_broker, tmp_path)
    await made.create_topics(PARTITIONS)
    return made
