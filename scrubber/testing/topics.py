"""Make a worker's topics from a test that is not async."""

from contextlib import closing
from typing import Final

from scrubber.kafka.topics import create_topics, plan_topics
from scrubber.settings import Settings
from scrubber.shipped import shipped_folder
from scrubber.testing.background import BackgroundLoop

_PARTITIONS: Final = 3


def make_topics(settings: Settings) -> None:
    """Create the topics that are missing, three partitions each; what exists stays as it is. Raises KafkaError."""
    plans = plan_topics(settings, shipped_folder("topics") / "topics.toml", partitions=_PARTITIONS)
    with closing(BackgroundLoop()) as background:
        background.call(create_topics(settings, plans))
