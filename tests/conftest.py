"""Fixtures for every test: `broker` (see brokers.py) and `site`, topics and a group of a test's own on it."""

import os
import signal
from typing import Any

import pytest

from tests.brokers import broker, report, require_chosen
from tests.sites import site

__all__ = ["broker", "site"]


def pytest_configure() -> None:
    """Nothing of whoever runs the tests may change what they see: tables imported, SIGINT ignored in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ["XDG_DATA_HOME"] = os.devnull
    os.environ.pop("SCRUBBER_REFERENCE_BUNDLE", None)


def pytest_sessionstart() -> None:
    require_chosen()


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs once on each broker, so that it can be run on other brokers without the rest."""
    for item in items:
        if "broker" in getattr(item, "fixturenames", ()):
            item.add_marker("each_broker")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Print what the tests of one of xdist's processes reported."""
    for line in getattr(node, "workeroutput", {}).get("lines", ()):
        report(node.config, line)
