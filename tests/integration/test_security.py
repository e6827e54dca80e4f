"""Brokers that ask who is there: every way to log in, and what is said when it fails."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from scrubber.kafka.unreachable import why_unreachable
from scrubber.settings import Settings
from scrubber.worker import ExitCode
from tests.claims import claim_bytes
from tests.integration.test_cli_kafka import scrubber, watch_until
from tests.secured import BRIEF_SECONDS, PASSWORD, STRANGER, USER, Secured, running_secured
from tests.sites import Sent, Site, Worker, wait_until
from tests.tokens import TokenEndpoint, token_endpoint, unsigned_token

pytestmark = [pytest.mark.broker, pytest.mark.docker]
WRONG = "Zzyzx-wrong-7732"
SECRET = "Zzyzx-secret-7733"
Options = dict[str, Any]


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    with running_secured(tmp_path_factory.mktemp("secured")) as broker:
        yield broker


@pytest.fixture
async def site(secured: Secured, tmp_path: Path) -> Site:
    """Topics that are read and written by the test without any login; workers say how they connect."""
    made = Site(secured.plain, tmp_path)
    await made.create_topics()
    return made


@pytest.fixture
def endpoint(secured: Secured) -> Iterator[TokenEndpoint]:
    with token_endpoint(secured.folder) as serving:
        serving.body = {"access_token": unsigned_token(USER), "expires_in": 3600}
        yield serving


def with_endpoint(secured: Secured, endpoint: TokenEndpoint) -> Options:
    return secured.settings(
        "OAUTH", sasl_mechanism="OAUTHBEARER", sasl_username="scrubber-client", sasl_password=SECRET,
        sasl_token_url=endpoint.url, sasl_token_ca_file=secured.folder / "ca.pem", sasl_token_scope="kafka",
    )  # fmt: skip


def with_token(secured: Secured, folder: Path, token: str) -> Options:
    file = folder / "token"
    file.write_text(f"{token}\n")
    return secured.settings("OAUTH", sasl_mechanism="OAUTHBEARER", sasl_token_file=file)


def with_certificate(secured: Secured, name: str) -> Options:
    return secured.settings(
        "MUTUAL", tls_cert_file=secured.folder / f"{name}.pem", tls_key_file=secured.folder / f"{name}.key"
    )


@pytest.fixture(params=["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN", "password file", "certificate", "token", "endpoint"])
def login(request: pytest.FixtureRequest, secured: Secured, endpoint: TokenEndpoint, tmp_path: Path) -> Options:
    """Each way to log in."""
    match request.param:
        case "PLAIN":
            return secured.settings("PLAIN", sasl_mechanism="PLAIN", sasl_username=USER, sasl_password=PASSWORD)
        case "password file":
            file = tmp_path / "password"
            file.write_text(f"{PASSWORD}\n")
            return secured.scram(sasl_password="", sasl_password_file=file)
        case "certificate":
            return with_certificate(secured, "client")
        case "token":
            return with_token(secured, tmp_path, unsigned_token(USER))
        case "endpoint":
            return with_endpoint(secured, endpoint)
        case mechanism:
            return secured.scram(sasl_mechanism=mechanism)


def numbered(numbers: range) -> list[Sent]:
    return [(str(number).encode(), claim_bytes(f"T-{number}"), []) for number in numbers]


def names(values: list[bytes]) -> Counter[str]:
    return Counter(json.loads(value)["claim_id"] for value in values)


def secrets(options: Options) -> list[str]:
    """What must be seen nowhere: passwords, tokens, keys."""
    files = [options[name] for name in ("sasl_password_file", "sasl_token_file", "tls_key_file") if name in options]
    held = [line for file in files for line in Path(str(file)).read_text().splitlines() if "PRIVATE KEY" not in line]
    return [
        *filter(None, [str(options.get("sasl_password", "")), *held]),
        PASSWORD,
        WRONG,
        SECRET,
        unsigned_token("")[:12],
    ]


def assert_no_secret(text: str, options: Options) -> None:
    assert [secret for secret in secrets(options) if secret in text] == []


async def test_every_login_scrubs_exactly_once_and_tells_no_secret(site: Site, login: Options) -> None:
    await site.publish(numbered(range(200)))
    with site.worker(log_level="DEBUG", **login) as worker:
        records = await site.read(200, quiet=1)
        seen = command_line(worker) + worker.get("/metrics")[1]
        assert worker.stop() == ExitCode.STOPPED
    assert names([record.value for record in records]) == Counter(f"T-{number}" for number in range(200))
    assert_no_secret(worker.text() + seen, login)
    printed = scrubber(site.env(**login), "worker", "--print-config")
    assert printed.returncode == 0
    assert_no_secret(printed.stdout + printed.stderr, login)


def command_line(worker: Worker) -> str:
    """What every user of the machine can see of a process."""
    return Path(f"/proc/{worker.process.pid}/cmdline").read_text(encoding="utf-8")


@pytest.mark.parametrize("listener", ["SCRAM", "PLAIN"])
def test_a_wrong_password_ends_the_worker(site: Site, secured: Secured, listener: str) -> None:
    mechanism = "SCRAM-SHA-512" if listener == "SCRAM" else "PLAIN"
    options = secured.settings(listener, sasl_mechanism=mechanism, sasl_username=USER, sasl_password=WRONG)
    with site.starting(log_level="DEBUG", **options) as worker:
        assert worker.process.wait(30) == ExitCode.KAFKA
    assert [line["error"] for line in worker.events("fatal-kafka-error")] == ["SaslAuthenticationFailed"]
    assert_no_secret(worker.text(), options)


async def test_the_rights_in_the_guide_are_those_a_worker_needs(site: Site, secured: Secured) -> None:
    options, settings = secured.scram(sasl_username=STRANGER), site.settings()

    async def refused() -> str:
        with site.starting(**options) as worker:
            assert await asyncio.to_thread(worker.process.wait, 30) == ExitCode.KAFKA
        (line,) = worker.events("fatal-kafka-error")
        return str(line["error"])

    assert await refused() in {"TopicAuthorizationFailedError", "GroupAuthorizationFailedError"}
    await secured.allow("topic", settings.input_topic, "Read", "Describe")
    for topic in settings.output_topics().values():
        await secured.allow("topic", topic, "Write", "Describe")
    await secured.allow("group", settings.group, "Read")
    assert await refused() == "TransactionalIdAuthorizationFailed"
    await secured.allow("transactional id", f"{settings.group}.", "Write", "Describe", prefix=True)
    await site.publish([*numbered(range(20)), (b"bad", b"no claim", [])])
    with site.worker(**options) as worker:
        assert len(await site.read(21)) == 21
        assert worker.stop() == ExitCode.STOPPED


def wait_for_reason(worker: Worker, reason: str) -> None:
    wait_until(lambda: bool(worker.events("broker-unreachable")), 30, worker.text)
    assert {line["reason"] for line in worker.events("broker-unreachable")} == {reason}
    assert json.loads(worker.get("/readyz")[1])["status"] == "broker-unreachable"


@pytest.mark.parametrize(
    ("reason", "changes", "host"),
    [
        ("tls-unknown-authority", {"tls_ca_file": "other-ca.pem"}, "127.0.0.1"),
        ("tls-wrong-host", {}, "localhost"),
    ],
)
def test_a_broker_that_is_not_who_it_should_be_is_told(
    site: Site, secured: Secured, reason: str, changes: dict[str, str], host: str
) -> None:
    files = {name: secured.folder / value for name, value in changes.items()}
    where = {"bootstrap_servers": f"{host}:{secured.ports['SCRAM']}"}
    options = secured.scram(**files, **where)
    with site.starting(log_level="DEBUG", **options) as worker:
        wait_for_reason(worker, reason)
        assert worker.stop() == ExitCode.STOPPED
    assert_no_secret(worker.text(), options)


async def reason_of(options: Options) -> str:
    env = {f"SCRUBBER_{name.upper()}": str(value) for name, value in options.items()}
    return (await why_unreachable(Settings.load(env=env), KafkaConnectionError())).reason


async def test_each_reason_has_its_word(secured: Secured, tmp_path: Path, endpoint: TokenEndpoint) -> None:
    without_authority = secured.scram()
    del without_authority["tls_ca_file"]
    plaintext = {"bootstrap_servers": f"127.0.0.1:{secured.ports['OUTSIDE']}"}
    assert await reason_of(without_authority) == "tls-unknown-authority"
    assert await reason_of(secured.scram(**plaintext)) == "closed"
    assert await reason_of(secured.settings("SCRAM", security_protocol="PLAINTEXT")) == "closed"
    assert await reason_of(secured.settings("SCRAM", security_protocol="SSL")) == "closed"
    assert await reason_of(secured.settings("MUTUAL")) == "tls-failed"
    assert await reason_of(with_certificate(secured, "foreign")) == "tls-failed"
    assert await reason_of({"bootstrap_servers": "127.0.0.1:1"}) == "connection-refused"
    assert await reason_of({"bootstrap_servers": "nobody.invalid:9092"}) == "name-unknown"
    assert await reason_of(with_token(secured, tmp_path, "not a token")) == "token-unavailable"
    assert await reason_of(with_token(secured, tmp_path, unsigned_token(USER, -3600))) == "token-refused"
    assert await reason_of(with_endpoint(secured, endpoint)) == "other"
    other_authority = {"sasl_token_ca_file": secured.folder / "other-ca.pem"}
    assert await reason_of(with_endpoint(secured, endpoint) | other_authority) == "token-unavailable"


async def test_a_token_that_was_refused_may_be_replaced_while_the_worker_runs(
    site: Site, secured: Secured, tmp_path: Path
) -> None:
    options = with_token(secured, tmp_path, unsigned_token(USER, -3600))
    await site.publish(numbered(range(20)))
    with site.starting(log_level="DEBUG", **options) as worker:
        wait_for_reason(worker, "token-refused")
        with_token(secured, tmp_path, unsigned_token(USER))
        worker.wait_ready()
        assert len(await site.read(20)) == 20
        assert worker.stop() == ExitCode.STOPPED
    assert_no_secret(worker.text(), options)


def test_an_endpoint_that_is_away_is_tried_again_and_one_that_refuses_ends_the_worker(
    site: Site, secured: Secured, endpoint: TokenEndpoint
) -> None:
    endpoint.status = 503
    options = with_endpoint(secured, endpoint)
    with site.starting(log_level="DEBUG", **options) as worker:
        wait_for_reason(worker, "token-unavailable")
        endpoint.status, endpoint.body = 401, {"error": "invalid_client", "error_description": SECRET}
        assert worker.process.wait(30) == ExitCode.KAFKA
    assert [line["error"] for line in worker.events("fatal-kafka-error")] == ["ClientRefusedError"]
    assert_no_secret(worker.text(), options)


async def test_a_login_that_ends_is_made_anew(site: Site, secured: Secured) -> None:
    """The broker closes every connection BRIEF_SECONDS after its login; aiokafka does not renew a login."""
    options = secured.settings("BRIEF", sasl_mechanism="SCRAM-SHA-512", sasl_username=USER, sasl_password=PASSWORD)
    with site.worker(**options) as worker:
        for share in range(30):
            await site.publish(numbered(range(share * 20, share * 20 + 20)))
            await asyncio.sleep(BRIEF_SECONDS / 8)
        records = await site.read(600, seconds=60, quiet=3)
        worker.wait_ready()
        # The broker does not answer the goodbye (TLS close_notify) on a connection whose login has ended just then.
        assert worker.stop() in {ExitCode.STOPPED, ExitCode.DRAIN_DEADLINE}
    assert names([record.value for record in records]) == Counter(f"T-{number}" for number in range(600))
    lost = [line for line in worker.events("library") if "KafkaConnectionError" in line.get("args", [])]
    assert lost, "no connection was closed"


@pytest.mark.parametrize("login", ["SCRAM-SHA-512", "endpoint"], indirect=True)
async def test_the_commands_log_in_as_the_worker_does(site: Site, login: Options, tmp_path: Path) -> None:
    prefix = site.settings().group
    topics: Options = {
        f"{role}_topic": f"{prefix}.{role}.cli" for role in ("input", "passed", "fix_suggested", "denial_risk")
    }
    env = site.env(**login, **topics, dead_letter_topic=f"{prefix}.dead.cli")
    created = await asyncio.to_thread(scrubber, env, "topics", "create", "--partitions", 1, "--replication", 1)
    assert (created.returncode, created.stdout.count("created")) == (0, 5), created.stderr
    file = tmp_path / "claims.jsonl"
    file.write_bytes(b"\n".join(claim_bytes(f"T-{number}") for number in range(10)))
    published = await asyncio.to_thread(scrubber, env, "publish", file)
    assert "10 claims acknowledged" in published.stderr, published.stderr
    with site.worker(**login, **topics, dead_letter_topic=f"{prefix}.dead.cli"):
        shown, errors = await asyncio.to_thread(watch_until, env, ["T-9  "])
    assert errors == ""
    said = (each for ended in (created, published) for each in (ended.stdout, ended.stderr))
    assert_no_secret("".join([*said, shown]), login)


def test_a_command_says_why_it_is_not_let_in(site: Site, secured: Secured) -> None:
    def create(**options: object) -> tuple[int, str]:
        ended = scrubber(site.env(**options), "topics", "create")
        assert_no_secret(ended.stdout + ended.stderr, options)
        return ended.returncode, ended.stderr

    code, said = create(**secured.scram(sasl_password=WRONG))
    assert (code, "SaslAuthenticationFailed" in said) == (3, True)
    code, said = create(**secured.scram(tls_ca_file=secured.folder / "other-ca.pem"))
    assert (code, "tls-unknown-authority, SSLCertVerificationError" in said) == (3, True), said
    code, said = create(**secured.scram(bootstrap_servers=f"localhost:{secured.ports['SCRAM']}"))
    assert (code, "is for other host names than the one in bootstrap_servers" in said) == (3, True), said
