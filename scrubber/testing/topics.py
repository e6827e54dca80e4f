"""Make a worker's topics from a test that is not async."""

from contextlib import closing
from typing import Final

from scrubber.cli.topics import topics_folder
from scrubber.kafka.topics import create_topics, plan_topics
from scrubber.settings import Settings
from scrubber.testing.background import BackgroundLoop

_PARTITIONS: Final = 3


def make_topics(settings: Settings) -> None:
    """Create the topics that are missing, three partitions each; what exists stays as it is. Raises KafkaError."""
    plans = plan_topics(settings, topics_folder() / "topics.toml", partitions=_PARTITIONS)
    with closing(BackgroundLoop()) as background:
        background.call(create_topics(settings, plans))
