"""Fixtures for every test: `broker` (see brokers.py) and `site`, topics and a group of a test's own on it."""

from tests.brokers import broker
from tests.sites import site

__all__ = ["broker", "site"]
