"""Why no broker lets us in.

aiokafka tells every failure to connect alike, a wrong password as a network that is down, and takes a refused token for
a login. So after a failure each bootstrap broker is asked once more, by a connection that says what went wrong.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import errors as kafka
from aiokafka.conn import AIOKafkaConnection, OAuthAuthenticator, collect_hosts
from aiokafka.protocol.metadata import MetadataRequest

from scrubber.kafka.clients import connection
from scrubber.kafka.errors import FATAL
from scrubber.kafka.tokens import ClientRefusedError, TokenRefusedError, TokenUnavailableError
from scrubber.settings import Settings

REASONS: Final[dict[str, str]] = {
    "name-unknown": "The broker's name is not known here (DNS).",
    "connection-refused": "Nothing listens at this port.",
    "no-answer": "No answer in time: a firewall, or a broker that hangs.",
    "closed": "The broker closed the connection: it wants another `security_protocol`, or a certificate it trusts.",
    "tls-unknown-authority": "The broker's certificate is not signed by an authority in `tls_ca_file`.",
    "tls-wrong-host": "The broker's certificate is for other host names than the one in `bootstrap_servers`.",
    "tls-expired": "The broker's certificate, or its authority's, has expired or is not valid yet.",
    "tls-failed": "TLS did not come about: no TLS at this port, no common version, or it wants a certificate of ours.",
    "token-unavailable": "`sasl_token_file` holds no token, or `sasl_token_url` gives none.",
    "token-refused": "The broker does not take the token: expired, or not meant for it.",
    "other": "A broker takes the connection now; what failed is something else, and `error` is its type.",
}

_ASK_MS: Final = 5000
_CLOSE_SECONDS: Final = 1.0
# OpenSSL's numbers for why a certificate was refused (X509_V_ERR_*).
_VERIFY: Final = {
    **dict.fromkeys((2, 18, 19, 20, 21), "tls-unknown-authority"),
    **dict.fromkeys((9, 10), "tls-expired"),
    **dict.fromkeys((62, 64), "tls-wrong-host"),
}
# The first that fits, so the narrower ones come first.
_TYPES: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (TokenRefusedError, "token-refused"),
    (ssl.SSLEOFError, "closed"),
    (ssl.SSLError, "tls-failed"),
    (socket.gaierror, "name-unknown"),
    (ConnectionRefusedError, "connection-refused"),
    (TimeoutError, "no-answer"),
    (OSError, "closed"),
    (EOFError, "closed"),
    (kafka.KafkaConnectionError, "closed"),
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """`reason`: one of REASONS. `error`: name of the type behind it."""

    reason: str
    error: str


async def why_unreachable(settings: Settings, seen: BaseException) -> Refusal:
    """What keeps us from the brokers. `seen`: what a client raised.

    Raises one of errors.FATAL when a broker, or the token endpoint, refuses our login for good and no broker takes it.
    """
    hosts = collect_hosts(settings.bootstrap_servers, randomize=False)
    options = {name: value for name, value in connection(settings).items() if name != "bootstrap_servers"}
    problems = await asyncio.gather(*(_problem(host, port, options) for host, port, _ in hosts))
    found = [problem for problem in problems if problem is not None]
    if len(found) < len(problems):
        return Refusal("other", type(seen).__qualname__)
    for problem in found:
        if isinstance(problem, FATAL):
            raise problem
    return _refusal(found[0])


async def _problem(host: str, port: int, options: dict[str, Any]) -> BaseException | None:
    """What one broker says to a connection; None when it takes it."""
    probe = _Probe(host, port, request_timeout_ms=_ASK_MS, **options)
    try:
        await probe.connect()
        # A broker that wants a login says so only now, by closing the connection.
        await probe.send(MetadataRequest([]))
    except (kafka.KafkaError, OSError, TimeoutError) as error:
        return error
    finally:
        await probe.end()
    return None


class _Probe(AIOKafkaConnection):  # type: ignore[misc]  # aiokafka ships no types
    async def end(self) -> None:
        """Close, and wait until the socket is gone, also where a failure has closed it already."""
        if self._protocol is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.close(), _CLOSE_SECONDS)

    def authenticator_oauth(self) -> OAuthAuthenticator:
        return _OAuth(sasl_oauth_token_provider=self._sasl_oauth_token_provider)

    async def _do_sasl_handshake(self) -> None:
        try:
            await super()._do_sasl_handshake()
        except ClientRefusedError:
            raise
        except kafka.SaslAuthenticationFailed as error:
            if self._sasl_mechanism != "OAUTHBEARER":
                raise
            self._sasl_oauth_token_provider.forget()
            raise TokenRefusedError("the broker refuses the token") from error


class _OAuth(OAuthAuthenticator):  # type: ignore[misc]  # aiokafka ships no types
    """Reads the broker's answer: a refusal comes as a challenge (RFC 7628, section 3.2.2), not as an error."""

    async def step(self, payload: bytes | None) -> tuple[bytes, bool] | None:
        if payload:
            raise kafka.SaslAuthenticationFailed("the broker refuses the token")
        step: tuple[bytes, bool] | None = await super().step(payload)
        return step


def _refusal(error: BaseException) -> Refusal:
    """The word for what lies deepest; but that no token is to be had matters more than what kept it."""
    chain = list(_causes(error))
    name = type(chain[-1]).__qualname__
    if isinstance(error, TokenUnavailableError):
        return Refusal("token-unavailable", name)
    for each in reversed(chain):
        if isinstance(each, ssl.SSLCertVerificationError):
            return Refusal(_VERIFY.get(each.verify_code, "tls-failed"), name)
        for kind, reason in _TYPES:
            if isinstance(each, kind):
                return Refusal(reason, name)
    return Refusal("other", name)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
