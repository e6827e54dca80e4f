"""Talking to Kafka from a command: its errors become one line and an exit code."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from scrubber.cli.terminal import fail
from scrubber.settings import Settings

KAFKA: Final = 3
"""Exit code: Kafka cannot be reached, or refuses. The worker's is the same."""

T = TypeVar("T")


def quiet_kafka() -> None:
    """Keep the Kafka client from printing: its warnings tell nothing that its errors do not."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


def run_kafka(settings: Settings, work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end. Ends the command where Kafka fails it."""
    from aiokafka.errors import KafkaConnectionError, KafkaError

    quiet_kafka()
    try:
        return asyncio.run(work)
    except KafkaConnectionError:
        fail(
            f"no broker answers at {settings.bootstrap_servers}; start it, or name another with --bootstrap-servers",
            KAFKA,
        )
    except KafkaError as error:
        fail(f"Kafka at {settings.bootstrap_servers} refuses: {type(error).__name__}", KAFKA)


async def require_topics(settings: Settings, names: list[str]) -> None:
    """End the command where the brokers do not know a topic; asking a client for it might create it."""
    from scrubber.kafka.clients import make_admin

    admin = make_admin(settings)
    try:
        await admin.start()
        known = await admin.list_topics()
    finally:
        await admin.close()
    if missing := [name for name in names if name not in known]:
        fail(f"no topic {', '.join(missing)} at {settings.bootstrap_servers}; create it: scrubber topics create")
