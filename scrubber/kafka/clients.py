"""How the worker connects: aiokafka clients made from settings, with the values that were measured to hold."""

from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor

from scrubber.kafka.tokens import token_provider
from scrubber.settings import KIB, MAX_RECORD_BYTES, RECORD_OVERHEAD_BYTES, Settings
from scrubber.settings.tls import tls_context

_BATCH_BYTES: Final = 512 * KIB
_FETCHED_AT_ONCE: Final = 4


def connection(settings: Settings) -> dict[str, Any]:
    """What every client needs to reach the brokers and to log in. Needs a running loop."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap_servers,
        "client_id": f"claim-scrubber-{settings.instance}",
        "security_protocol": settings.security_protocol,
    }
    if settings.security_protocol.endswith("SSL"):
        options["ssl_context"] = tls_context(settings.tls_ca_file, settings.tls_cert_file, settings.tls_key_file)
    if settings.security_protocol.startswith("SASL"):
        options["sasl_mechanism"] = settings.sasl_mechanism
        if settings.sasl_mechanism == "OAUTHBEARER":
            options["sasl_oauth_token_provider"] = token_provider(settings)
        else:
            options["sasl_plain_username"] = settings.sasl_username
            options["sasl_plain_password"] = settings.sasl_password.reveal()
    return options


def make_consumer(settings: Settings) -> AIOKafkaConsumer:
    """A consumer of the worker's group that never commits and never picks a position by itself."""
    return AIOKafkaConsumer(
        **connection(settings),
        group_id=settings.group,
        group_instance_id=f"{settings.group}-{settings.instance}" if settings.membership == "static" else None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
        session_timeout_ms=settings.session_timeout_ms,
        heartbeat_interval_ms=settings.heartbeat_interval_ms,
        rebalance_timeout_ms=max(10_000, settings.session_timeout_ms),
        request_timeout_ms=max(20_000, settings.session_timeout_ms * 2),
        # When partitions are added to the input, their claims wait this long until somebody takes note.
        metadata_max_age_ms=30_000,
        partition_assignment_strategy=(StickyPartitionAssignor,),
        max_partition_fetch_bytes=settings.fetch_bytes,
        # Over all partitions: a broker's whole answer has to arrive within the request's time, or it is asked for again
        # and again. With aiokafka's 50 MB a slow link would never bring any.
        fetch_max_bytes=settings.fetch_bytes * _FETCHED_AT_ONCE,
    )


def make_producer(settings: Settings, tp: TopicPartition) -> AIOKafkaProducer:
    """The transactional producer of one input partition; starting it fences whoever had the partition before."""
    return _transactional(settings, f"{settings.group}.{tp.topic}.{tp.partition}")


def make_replayer(settings: Settings) -> AIOKafkaProducer:
    """The transactional producer of replays; starting it fences a replay that still runs, and aborts what it began."""
    return _transactional(settings, f"{settings.group}.dead-letters")


def _transactional(settings: Settings, name: str) -> AIOKafkaProducer:
    return AIOKafkaProducer(
        **connection(settings),
        transactional_id=name,
        transaction_timeout_ms=settings.transaction_timeout_ms,
        compression_type=None if settings.compression == "none" else settings.compression,
        max_batch_size=_BATCH_BYTES,
        max_request_size=MAX_RECORD_BYTES + RECORD_OVERHEAD_BYTES,
        linger_ms=5,
        retry_backoff_ms=20,
        request_timeout_ms=10_000,
    )


def make_admin(settings: Settings) -> AIOKafkaAdminClient:
    """A client for looking at topics and creating them."""
    return AIOKafkaAdminClient(**connection(settings), request_timeout_ms=15_000)
