"""Apache Kafka that asks who is there: one node with a listener for each way to log in, all of them over TLS.

Beside them is a listener without any security, for the test's own readers and writers. Rights are checked: `worker` may
do everything, however it logs in, and `stranger` nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import trustme
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from scrubber.kafka.embedded import free_port
from tests.brokers import Broker
from tests.cluster import QUICK_JVM, QUICK_SETTINGS
from tests.containers import IMAGE, require_image

USER, STRANGER, PASSWORD = "worker", "stranger", "Zzyzx-pass-7731"
# How long a login lasts on the listener BRIEF.
BRIEF_SECONDS = 3
_LISTENERS = {
    "OUTSIDE": "PLAINTEXT", "INTERNAL": "PLAINTEXT", "CONTROLLER": "PLAINTEXT",
    "SCRAM": "SASL_SSL", "PLAIN": "SASL_SSL", "OAUTH": "SASL_SSL", "MUTUAL": "SSL", "BRIEF": "SASL_SSL",
}  # fmt: skip
# Where the container has the broker's certificate and the authorities it trusts.
_FILES = "/opt/kafka/certificates"
# Kafka's numbers for them.
_KINDS = {"topic": 2, "group": 3, "transactional id": 5}
_OPERATIONS = {"Read": 3, "Write": 4, "Describe": 8}
Kind = Literal["topic", "group", "transactional id"]
Operation = Literal["Read", "Write", "Describe"]
_LOGIN_MODULES = "org.apache.kafka.common.security"


@dataclass(frozen=True, slots=True)
class Secured:
    """A running broker. Its certificate is for 127.0.0.1 and no other name; files are PEM."""

    ports: dict[str, int]
    folder: Path

    @property
    def plain(self) -> Broker:
        """The listener without security."""
        return Broker("kafka", f"127.0.0.1:{self.ports['OUTSIDE']}")

    def settings(self, listener: str, host: str = "127.0.0.1", **more: object) -> dict[str, Any]:
        """What a worker must be told to connect to a listener, but for the login."""
        where = {"bootstrap_servers": f"{host}:{self.ports[listener]}", "security_protocol": _LISTENERS[listener]}
        return where | {"tls_ca_file": self.folder / "ca.pem"} | more

    def scram(self, **more: object) -> dict[str, Any]:
        """The same, with a good login by SCRAM-SHA-512."""
        return self.settings("SCRAM", sasl_mechanism="SCRAM-SHA-512", sasl_username=USER, sasl_password=PASSWORD) | more

    async def allow(self, kind: Kind, name: str, *operations: Operation, prefix: bool = False) -> None:
        """Give STRANGER rights on a resource, or on all whose names begin so."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.plain.address)
        await admin.start()
        try:
            for operation in operations:
                pattern, allow = (4 if prefix else 3), 3
                answer = await admin._send_request(
                    CreateAclsRequest(
                        _KINDS[kind], name, pattern, f"User:{STRANGER}", "*", _OPERATIONS[operation], allow
                    )
                )
                assert [code for code, _ in answer.creation_responses] == [0], answer
        finally:
            await admin.close()


@contextmanager
def running_secured(folder: Path) -> Iterator[Secured]:
    """Start the broker; its files go to `folder`. Skips where no Docker engine answers."""
    require_image()
    write_certificates(folder)
    ports: dict[str, int] = {}
    container = DockerContainer(IMAGE)
    for number, name in enumerate(_LISTENERS, 9092):
        if name not in {"INTERNAL", "CONTROLLER"}:
            ports[name] = free_port()
            container.with_bind_ports(number, ports[name])
    for name in ("server.pem", "ca.pem"):
        container.with_copy_into_container((folder / name).read_bytes(), f"{_FILES}/{name}")
    container.with_env("KAFKA_HEAP_OPTS", QUICK_JVM)
    container.with_envs(**{f"KAFKA_{name}": value for name, value in _environment(ports).items()})
    container.waiting_for(LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(120))
    with container:
        for user, mechanism in ((USER, "SCRAM-SHA-256"), (USER, "SCRAM-SHA-512"), (STRANGER, "SCRAM-SHA-512")):
            _add_user(container, user, mechanism)
        yield Secured(ports, folder)


def write_certificates(folder: Path) -> None:
    """An authority (ca.pem), another that signed nothing (other-ca.pem), the broker's key and certificate, and ours."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    trustme.CA().cert_pem.write_to_path(str(folder / "other-ca.pem"))
    server = authority.issue_cert("127.0.0.1")
    key = load_pem_private_key(server.private_key_pem.bytes(), None)
    # Kafka reads no other form of key.
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.pem").write_bytes(text + b"".join(blob.bytes() for blob in server.cert_chain_pems))
    for name, issuer in (("client", authority), ("foreign", trustme.CA())):
        client = issuer.issue_cert("worker.example", common_name=USER)
        client.private_key_pem.write_to_path(str(folder / f"{name}.key"))
        client.cert_chain_pems[0].write_to_path(str(folder / f"{name}.pem"))


def _environment(ports: dict[str, int]) -> dict[str, str]:
    return {
        "NODE_ID": "1",
        "PROCESS_ROLES": "broker,controller",
        "CONTROLLER_QUORUM_VOTERS": "1@localhost:9094",
        "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "INTER_BROKER_LISTENER_NAME": "INTERNAL",
        "LISTENERS": ",".join(f"{name}://:{number}" for number, name in enumerate(_LISTENERS, 9092)),
        "ADVERTISED_LISTENERS": ",".join(
            ["INTERNAL://localhost:9093", *(f"{name}://127.0.0.1:{port}" for name, port in ports.items())]
        ),
        "LISTENER_SECURITY_PROTOCOL_MAP": ",".join(f"{name}:{kind}" for name, kind in _LISTENERS.items()),
        "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "AUTHORIZER_CLASS_NAME": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "SUPER_USERS": f"User:ANONYMOUS;User:{USER}",
        "SSL_KEYSTORE_TYPE": "PEM",
        "SSL_KEYSTORE_LOCATION": f"{_FILES}/server.pem",
        "SSL_TRUSTSTORE_TYPE": "PEM",
        "SSL_TRUSTSTORE_LOCATION": f"{_FILES}/ca.pem",
        "SSL_PRINCIPAL_MAPPING_RULES": "RULE:^.*CN=([^,]+).*$/$1/",
        # Kafka's own naming: a single underscore is a dot, two are one, three are a hyphen.
        "LISTENER_NAME_SCRAM_SASL_ENABLED_MECHANISMS": "SCRAM-SHA-256,SCRAM-SHA-512",
        "LISTENER_NAME_SCRAM_SCRAM___SHA___256_SASL_JAAS_CONFIG": _jaas("scram.Scram"),
        "LISTENER_NAME_SCRAM_SCRAM___SHA___512_SASL_JAAS_CONFIG": _jaas("scram.Scram"),
        "LISTENER_NAME_BRIEF_SASL_ENABLED_MECHANISMS": "SCRAM-SHA-512",
        "LISTENER_NAME_BRIEF_SCRAM___SHA___512_SASL_JAAS_CONFIG": _jaas("scram.Scram"),
        "LISTENER_NAME_BRIEF_SCRAM___SHA___512_CONNECTIONS_MAX_REAUTH_MS": str(BRIEF_SECONDS * 1000),
        "LISTENER_NAME_PLAIN_SASL_ENABLED_MECHANISMS": "PLAIN",
        "LISTENER_NAME_PLAIN_PLAIN_SASL_JAAS_CONFIG": _jaas("plain.Plain", f'user_{USER}="{PASSWORD}"'),
        "LISTENER_NAME_OAUTH_SASL_ENABLED_MECHANISMS": "OAUTHBEARER",
        "LISTENER_NAME_OAUTH_OAUTHBEARER_SASL_JAAS_CONFIG": _jaas("oauthbearer.OAuthBearer"),
        "LISTENER_NAME_MUTUAL_SSL_CLIENT_AUTH": "required",
        **QUICK_SETTINGS,
    }


def _jaas(module: str, options: str = "") -> str:
    return f"{_LOGIN_MODULES}.{module}LoginModule required {options};"


def _add_user(container: DockerContainer, user: str, mechanism: str) -> None:
    """Give a user SCRAM credentials, with the broker's own tool."""
    command = (
        "java -cp '/opt/kafka/libs/*' kafka.admin.ConfigCommand --bootstrap-server localhost:9093 --alter "
        f"--entity-type users --entity-name {user} --add-config '{mechanism}=[iterations=4096,password={PASSWORD}]'"
    )
    ended = container.exec(["bash", "-c", command])
    assert ended.exit_code == 0, ended.output.decode()
