"""Tokens for SASL OAUTHBEARER: out of a file, or from an endpoint that gives them to clients (RFC 6749, section 4.4).

aiokafka asks for a token at each login: once for every connection to every broker. No error's text holds a token, a
secret or what an endpoint answered.
"""

import asyncio
import base64
import functools
import re
import time
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec
from aiokafka import errors as kafka
from aiokafka.abc import AbstractTokenProvider

from scrubber.settings import Secret, Settings
from scrubber.settings.tls import tls_context

_TIMEOUT_SECONDS: Final = 10.0
_LARGEST_ANSWER: Final = 256 * 1024
# A token is not used in the last part of its life: the login itself takes time, and clocks differ.
_MARGIN_SECONDS: Final = 30.0
_MARGIN_SHARE: Final = 0.2
# RFC 6750, section 2.1. What is outside of it could end the field that it is sent in.
_TOKEN: Final = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
# RFC 6749, section 5.2; an endpoint's other words are not repeated.
_REFUSALS: Final = frozenset(
    {"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type",
     "invalid_scope"}
)  # fmt: skip


class TokenUnavailableError(kafka.KafkaConnectionError):  # type: ignore[misc]  # aiokafka ships no types
    """No token can be had at the moment."""


class TokenRefusedError(kafka.KafkaConnectionError):  # type: ignore[misc]  # aiokafka ships no types
    """A broker does not take the token; the next one may do."""


class ClientRefusedError(kafka.SaslAuthenticationFailed):  # type: ignore[misc]  # aiokafka ships no types
    """The token endpoint does not take our client id, secret or scope."""


def token_provider(settings: Settings) -> AbstractTokenProvider:
    """The provider that the settings describe; an endpoint's is shared, and its token with it. Needs a running loop."""
    if settings.sasl_token_file is not None:
        return FileTokens(settings.sasl_token_file)
    return _shared(
        asyncio.get_running_loop(), settings.sasl_token_url, settings.sasl_username, settings.sasl_password,
        settings.sasl_token_scope, settings.sasl_token_ca_file,
    )  # fmt: skip


class FileTokens(AbstractTokenProvider):  # type: ignore[misc]  # aiokafka ships no types
    """Reads the file anew for each login, since others write new tokens into it."""

    def __init__(self, path: Path) -> None:
        """`path`: a file that holds a token and nothing else but space around it."""
        self._path = path

    async def token(self) -> str:
        """The token that the file holds now. Raises TokenUnavailableError."""
        try:
            return _checked(self._path.read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            raise TokenUnavailableError("the token's file cannot be read") from error

    def forget(self) -> None:
        """Nothing is remembered."""


class EndpointTokens(AbstractTokenProvider):  # type: ignore[misc]  # aiokafka ships no types
    """Asks the endpoint, and again shortly before the token expires; logins at the same time share one answer."""

    def __init__(self, url: str, client: str, secret: Secret, scope: str = "", ca_file: Path | None = None) -> None:
        """`url`: https. `scope`: empty to ask for none. `ca_file`: PEM, None for the system's authorities."""
        self._url, self._client, self._secret, self._scope, self._ca_file = url, client, secret, scope, ca_file
        self._lock = asyncio.Lock()
        self._token = ""
        self._use_until = 0.0

    async def token(self) -> str:
        """A token with some of its life left. Raises TokenUnavailableError or ClientRefusedError."""
        async with self._lock:
            if time.monotonic() >= self._use_until:
                asked = time.monotonic()
                self._token, lifetime = await self._ask()
                self._use_until = asked + lifetime - min(_MARGIN_SECONDS, lifetime * _MARGIN_SHARE)
            return self._token

    def forget(self) -> None:
        """Ask anew for the next login: a broker did not take this token."""
        self._use_until = 0.0

    async def _ask(self) -> tuple[str, float]:
        """A new token and its lifetime in seconds; 0 where the endpoint does not say."""
        form = {"grant_type": "client_credentials"} | ({"scope": self._scope} if self._scope else {})
        login = base64.b64encode(f"{self._client}:{self._secret.reveal()}".encode()).decode()
        limit = aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as session,
                session.post(
                    self._url,
                    data=form,
                    headers={"Authorization": f"Basic {login}"},
                    ssl=tls_context(self._ca_file),
                    # A redirect would take the secret to a place that nobody named.
                    allow_redirects=False,
                ) as answer,  # fmt: skip
            ):
                status, body = answer.status, await _read(answer.content)
        except (aiohttp.ClientError, OSError) as error:
            raise TokenUnavailableError("the token endpoint cannot be reached") from error
        if status in {400, 401, 403}:
            word = body.get("error")
            said = f" {word}" if word in _REFUSALS else ""
            raise ClientRefusedError(f"the token endpoint refuses the client: {status}{said}")
        if status != 200:  # noqa: PLR2004  the one good answer
            raise TokenUnavailableError(f"the token endpoint answers {status}")
        lifetime = body.get("expires_in")
        return _checked(body.get("access_token")), float(lifetime) if isinstance(lifetime, int | float) else 0.0


@functools.lru_cache(maxsize=1)
def _shared(
    _loop: asyncio.AbstractEventLoop, url: str, client: str, secret: Secret, scope: str, ca_file: Path | None
) -> EndpointTokens:
    return EndpointTokens(url, client, secret, scope, ca_file)


async def _read(content: aiohttp.StreamReader) -> dict[str, Any]:
    """The JSON object of an answer; empty where it is none, or too large to be one of tokens."""
    text = bytearray()
    async for chunk in content.iter_any():
        text += chunk
        if len(text) > _LARGEST_ANSWER:
            return {}
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return value if isinstance(value, dict) else {}


def _checked(token: object) -> str:
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise TokenUnavailableError("what should be a token is none")
    return token
