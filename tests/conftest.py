"""Fixtures for every test: `broker` (see brokers.py) and `site`, topics and a group of a test's own on it."""

import os

from tests.brokers import broker, require_chosen
from tests.sites import site

__all__ = ["broker", "site"]


def pytest_configure() -> None:
    """Tables that whoever runs the tests has imported must not change what the tests see."""
    os.environ["XDG_DATA_HOME"] = os.devnull
    os.environ.pop("SCRUBBER_REFERENCE_BUNDLE", None)


def pytest_sessionstart() -> None:
    require_chosen()
