"""What shows only when settings are seen together."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scrubber.settings.loading import ENV_PREFIX

if TYPE_CHECKING:
    from scrubber.settings.worker import Settings


def conflicts(settings: "Settings") -> list[str]:
    """One sentence for each problem."""
    return [*_topics(settings), *_times(settings), *_security(settings), *_paths(settings)]


def _topics(settings: "Settings") -> Iterator[str]:
    topics = [settings.input_topic, *settings.output_topics().values()]
    for topic in sorted({topic for topic in topics if topics.count(topic) > 1}):
        yield f"topic {topic}: is named for two purposes; each of the five needs its own"


def _times(settings: "Settings") -> Iterator[str]:
    session, sources = settings.session_timeout_ms, settings.sources
    if settings.heartbeat_interval_ms * 3 > session:
        yield (
            f"heartbeat_interval_ms ({sources['heartbeat_interval_ms']}): {settings.heartbeat_interval_ms} is more "
            f"than a third of session_timeout_ms {session}; lower it or raise the session"
        )
    if settings.claim_seconds * 2000 > session:
        yield (
            f"claim_seconds ({sources['claim_seconds']}): {settings.claim_seconds} is more than half of "
            f"session_timeout_ms {session}, and no heartbeat is sent meanwhile; lower it or raise the session"
        )


def _security(settings: "Settings") -> Iterator[str]:
    if settings.security_protocol.startswith("SASL"):
        if not settings.sasl_username:
            yield "sasl_username: needed with a SASL security_protocol"
        if not settings.sasl_password.reveal() and settings.sasl_password_file is None:
            yield f"sasl_password: needed with a SASL security_protocol; set {ENV_PREFIX}SASL_PASSWORD"
    if (settings.tls_cert_file is None) != (settings.tls_key_file is None):
        yield "tls_cert_file and tls_key_file: one needs the other"


def _paths(settings: "Settings") -> Iterator[str]:
    for name in ("sasl_password_file", "tls_ca_file", "tls_cert_file", "tls_key_file"):
        path = getattr(settings, name)
        if path is not None and not os.access(path, os.R_OK):
            yield f"{name} ({settings.sources[name]}): {path} cannot be read"
    for name in ("reference_folder", "payer_folder"):
        path = getattr(settings, name)
        if path is not None and not path.is_dir():
            yield f"{name} ({settings.sources[name]}): {path} is no folder"
