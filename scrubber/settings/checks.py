"""What shows only when settings are seen together."""

import os
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from scrubber.settings.loading import ENV_PREFIX
from scrubber.settings.options import shown
from scrubber.settings.tls import tls_context

if TYPE_CHECKING:
    from scrubber.settings.worker import Settings


def conflicts(settings: "Settings") -> list[str]:
    """One sentence for each problem."""
    return [*_topics(settings), *_times(settings), *_security(settings), *_certificates(settings), *_paths(settings)]


def _topics(settings: "Settings") -> Iterator[str]:
    topics = [settings.input_topic, *settings.output_topics().values()]
    for topic in sorted({topic for topic in topics if topics.count(topic) > 1}):
        yield f"topic {topic}: is named for two purposes; each of the five needs its own"


def _times(settings: "Settings") -> Iterator[str]:
    session, sources = settings.session_timeout_ms, settings.sources
    if settings.heartbeat_interval_ms * 3 > session:
        yield (
            f"heartbeat_interval_ms ({sources['heartbeat_interval_ms']}): {shown(settings.heartbeat_interval_ms)} is "
            f"more than a third of session_timeout_ms {session}; lower it or raise the session"
        )
    if settings.claim_seconds * 2000 > session:
        yield (
            f"claim_seconds ({sources['claim_seconds']}): {settings.claim_seconds} is more than half of "
            f"session_timeout_ms {session}, and no heartbeat is sent meanwhile; lower it or raise the session"
        )


def _security(settings: "Settings") -> Iterator[str]:
    if settings.security_protocol.startswith("SASL"):
        tokens = settings.sasl_mechanism == "OAUTHBEARER"
        if tokens:
            yield from _tokens(settings)
        if not tokens or settings.sasl_token_url:
            yield from _password(settings)
    if (settings.tls_cert_file is None) != (settings.tls_key_file is None):
        yield "tls_cert_file and tls_key_file: one needs the other"


def _password(settings: "Settings") -> Iterator[str]:
    if not settings.sasl_username:
        yield "sasl_username: needed with a SASL security_protocol"
    if not settings.sasl_password.reveal() and settings.sasl_password_file is None:
        yield f"sasl_password: needed with a SASL security_protocol; set {ENV_PREFIX}SASL_PASSWORD"


def _tokens(settings: "Settings") -> Iterator[str]:
    if (settings.sasl_token_file is None) != bool(settings.sasl_token_url):
        yield "sasl_token_file and sasl_token_url: OAUTHBEARER needs one of them, and not both"
    if settings.sasl_token_url:
        if not settings.sasl_token_url.startswith("https://"):
            yield "sasl_token_url: must begin with https://, since the client's secret is sent there"
        if ":" in settings.sasl_username:
            yield "sasl_username: a client id with a colon cannot be sent to a token endpoint"


def _certificates(settings: "Settings") -> Iterator[str]:
    for name in ("tls_ca_file", "sasl_token_ca_file"):
        path = getattr(settings, name)
        if path is not None and not _makes_context(path):
            yield f"{name} ({settings.sources[name]}): {path} holds no certificate in PEM"
    cert, key = settings.tls_cert_file, settings.tls_key_file
    if cert is not None and key is not None and not _makes_context(None, cert, key):
        yield (
            f"tls_cert_file ({settings.sources['tls_cert_file']}) and tls_key_file "
            f"({settings.sources['tls_key_file']}): {cert} and {key} are no certificate and its key in PEM, or the "
            "key is encrypted"
        )


def _makes_context(ca: Path | None, cert: Path | None = None, key: Path | None = None) -> bool:
    try:
        tls_context(ca, cert, key)
    except ssl.SSLError:
        return False
    except OSError:
        return True  # told by _paths
    return True


def _paths(settings: "Settings") -> Iterator[str]:
    for name in (
        "sasl_password_file", "sasl_token_file", "sasl_token_ca_file", "tls_ca_file", "tls_cert_file", "tls_key_file"
    ):  # fmt: skip
        path = getattr(settings, name)
        if path is not None and (path.is_dir() or not os.access(path, os.R_OK)):
            yield f"{name} ({settings.sources[name]}): {path} cannot be read"
    for name in ("reference_folder", "payer_folder"):
        path = getattr(settings, name)
        if path is not None and not path.is_dir():
            yield f"{name} ({settings.sources[name]}): {path} is no folder"
