import pytest
from hypothesis import settings

from scrubber.engine import Engine, load_engine

# Machines are shared and noisy: how long one example takes says nothing here.
settings.register_profile("scrubber", deadline=None)
settings.load_profile("scrubber")


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The engine over everything that ships."""
    return load_engine()
