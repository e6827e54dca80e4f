import os

import pytest
from hypothesis import settings

from scrubber.engine import Engine, load_engine

# Machines are shared and noisy: how long one example takes says nothing here.
# In CI the same examples every time, so that a change fails for what it changed; elsewhere new ones.
settings.register_profile("scrubber", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("scrubber")


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The engine over everything that ships."""
    return load_engine()
