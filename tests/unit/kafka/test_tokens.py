"""Tokens for OAUTHBEARER, from a real endpoint over TLS and from files."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaError

from scrubber.kafka.tokens import (
    ClientRefusedError,
    EndpointTokens,
    FileTokens,
    TokenUnavailableError,
    token_provider,
)
from scrubber.settings import Secret, Settings
from tests.secured import write_certificates
from tests.tokens import TokenEndpoint, token_endpoint

SECRET = "Zzyzx-secret-7733"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("certificates")
    write_certificates(made)
    return made


@pytest.fixture
def endpoint(folder: Path) -> Iterator[TokenEndpoint]:
    with token_endpoint(folder) as serving:
        serving.body = {"access_token": "first", "expires_in": 3600}
        yield serving


def tokens(endpoint: TokenEndpoint, folder: Path, scope: str = "", ca: str = "ca.pem") -> EndpointTokens:
    return EndpointTokens(endpoint.url, "cli%ent", Secret(SECRET), scope, folder / ca)


async def test_the_endpoint_is_asked_as_the_standard_says(endpoint: TokenEndpoint, folder: Path) -> None:
    assert await tokens(endpoint, folder).token() == "first"
    assert await tokens(endpoint, folder, "claims kafka").token() == "first"
    login, form = f"cli%ent:{SECRET}", {"grant_type": "client_credentials"}
    assert endpoint.asked == [(login, form), (login, form | {"scope": "claims kafka"})]


async def test_a_token_is_kept_until_shortly_before_it_expires(endpoint: TokenEndpoint, folder: Path) -> None:
    held = tokens(endpoint, folder)
    assert set(await asyncio.gather(*(held.token() for _ in range(20)))) == {"first"}
    assert len(endpoint.asked) == 1
    endpoint.body = {"access_token": "second", "expires_in": 1}
    assert await held.token() == "first"
    held.forget()
    assert await held.token() == "second"
    await asyncio.sleep(0.85)
    endpoint.body = {"access_token": "third"}
    assert await held.token() == "third"
    endpoint.body = {"access_token": "fourth"}
    assert await held.token() == "fourth", "without a lifetime nothing is kept"


@pytest.mark.parametrize(
    ("status", "body", "error", "said"),
    [
        (401, {"error": "invalid_client", "error_description": SECRET}, ClientRefusedError, "401 invalid_client"),
        (400, {"error": SECRET}, ClientRefusedError, "400"),
        (403, SECRET.encode(), ClientRefusedError, "403"),
        (302, {}, TokenUnavailableError, "302"),
        (500, SECRET.encode(), TokenUnavailableError, "500"),
        (200, SECRET.encode(), TokenUnavailableError, "none"),
        (200, b"[]", TokenUnavailableError, "none"),
        (200, b"\xff", TokenUnavailableError, "none"),
        (200, b" " * 300_000 + b'{"access_token": "x"}', TokenUnavailableError, "none"),
        (200, {"access_token": f"{SECRET}\u0001auth=other"}, TokenUnavailableError, "none"),
        (200, {"access_token": 5}, TokenUnavailableError, "none"),
    ],
)
async def test_what_an_endpoint_may_answer(
    endpoint: TokenEndpoint, folder: Path, status: int, body: Any, error: type[KafkaError], said: str
) -> None:
    endpoint.status, endpoint.body, endpoint.headers = status, body, {"Location": endpoint.url}
    with pytest.raises(error, match=said) as caught:
        await tokens(endpoint, folder).token()
    assert SECRET not in str(caught.value)
    assert len(endpoint.asked) == 1, "a redirect is not followed"


@pytest.mark.parametrize("ca", ["other-ca.pem", None])
async def test_an_endpoint_that_is_not_who_it_should_be_gets_no_secret(
    endpoint: TokenEndpoint, folder: Path, ca: str | None
) -> None:
    held = EndpointTokens(endpoint.url, "client", Secret(SECRET), "", folder / ca if ca else None)
    with pytest.raises(TokenUnavailableError, match="cannot be reached"):
        await held.token()
    wrong_host = EndpointTokens(endpoint.url.replace("127.0.0.1", "localhost"), "client", Secret(SECRET))
    with pytest.raises(TokenUnavailableError, match="cannot be reached"):
        await wrong_host.token()
    assert endpoint.asked == []


async def test_a_file_is_read_each_time(tmp_path: Path) -> None:
    file = tmp_path / "token"
    held = FileTokens(file)
    with pytest.raises(TokenUnavailableError):
        await held.token()
    file.write_text("a.b.c\n")
    assert await held.token() == "a.b.c"
    file.write_text("d.e.f")
    assert await held.token() == "d.e.f"
    for wrong in (b"", b"two words", b"\xff", b"a\x01auth=other"):
        file.write_bytes(wrong)
        with pytest.raises(TokenUnavailableError):
            await held.token()


async def test_all_clients_of_a_process_share_one_token(endpoint: TokenEndpoint, folder: Path) -> None:
    settings = Settings.load(
        {"security_protocol": "SASL_SSL", "sasl_mechanism": "OAUTHBEARER", "sasl_username": "client",
         "sasl_token_url": endpoint.url, "sasl_token_ca_file": folder / "ca.pem"},
        {"SCRUBBER_SASL_PASSWORD": SECRET},
    )  # fmt: skip
    assert {await token_provider(settings).token() for _ in range(3)} == {"first"}
    assert len(endpoint.asked) == 1
