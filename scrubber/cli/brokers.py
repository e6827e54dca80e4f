"""Talking to Kafka from a command: its errors become one line and an exit code."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

from scrubber.cli.terminal import fail
from scrubber.settings import Settings

KAFKA: Final = 3
"""Exit code: Kafka cannot be reached, or refuses. The worker's is the same."""

_NOBODY_THERE: Final = frozenset({"name-unknown", "connection-refused", "no-answer"})

T = TypeVar("T")


def quiet_kafka() -> None:
    """Keep the Kafka client from printing: its warnings tell nothing that its errors do not."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


def run_kafka(settings: Settings, work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end. Ends the command where Kafka fails it."""
    from aiokafka.errors import KafkaError

    quiet_kafka()
    try:
        return asyncio.run(_or_say_why(settings, work))
    except KafkaError as error:
        fail(f"Kafka at {settings.bootstrap_servers} refuses: {type(error).__name__}", KAFKA)


async def _or_say_why(settings: Settings, work: Coroutine[Any, Any, T]) -> T:
    """Run `work`; where no broker can be reached, end the command with the reason."""
    from aiokafka.errors import KafkaConnectionError

    try:
        return await work
    except KafkaConnectionError as error:
        fail(await _why(settings, error), KAFKA)


async def _why(settings: Settings, error: Exception) -> str:
    from scrubber.kafka.unreachable import REASONS, why_unreachable

    why, where = await why_unreachable(settings, error), settings.bootstrap_servers
    if why.reason in _NOBODY_THERE:
        return f"no broker answers at {where}; start it, or name another with --bootstrap-servers"
    said = REASONS[why.reason].replace("`", "")
    return f"no broker at {where} lets us in ({why.reason}, {why.error}). {said}"


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
