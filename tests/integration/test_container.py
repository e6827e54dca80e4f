"""The image, built from this checkout, beside Apache Kafka on a network of its own: as other teams' tests run it."""

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from docker.errors import BuildError
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

import scrubber
from scrubber.kafka.embedded import free_port
from scrubber.testing import ClaimRefusedError, ScrubberClaims, ScrubberContainer
from scrubber.testing.ready import WorkerNotReadyError
from tests.claims import claim
from tests.containers import IMAGE, require_image
from tests.examples import run_example
from tests.sites import wait_until

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(600)]
pytest_plugins = ["pytester"]

ROOT = Path(__file__).parent.parent.parent
TAG = "claim-scrubber:checkout"
# How a cluster would run it. Nothing that the worker does needs more.
LOCKED_DOWN = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges"]}


@pytest.fixture(scope="module")
def engine() -> Iterator[docker.DockerClient]:
    require_image()
    client = docker.from_env(timeout=300)
    yield client
    client.close()


@pytest.fixture(scope="module")
def image(engine: docker.DockerClient) -> str:
    try:
        engine.images.build(path=str(ROOT), dockerfile="deploy/Dockerfile", tag=TAG, rm=True, forcerm=True)
    except BuildError as error:
        log = "".join(str(line.get("stream", line.get("error", ""))) for line in error.build_log)
        pytest.fail(f"the image was not built:\n{log[-3000:]}", pytrace=False)
    return TAG


@pytest.fixture(scope="module")
def network(engine: docker.DockerClient) -> Iterator[Network]:
    with Network() as made:
        yield made


@pytest.fixture(scope="module")
def kafka(network: Network) -> Iterator[str]:
    """Kafka's address for the tests; for containers on the network it is kafka:9094."""
    port = free_port()
    env = {
        "NODE_ID": "1",
        "PROCESS_ROLES": "broker,controller",
        "CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "INTER_BROKER_LISTENER_NAME": "NETWORK",
        "LISTENERS": "TESTS://:9092,CONTROLLER://:9093,NETWORK://:9094",
        "ADVERTISED_LISTENERS": f"TESTS://127.0.0.1:{port},NETWORK://kafka:9094",
        "LISTENER_SECURITY_PROTOCOL_MAP": "TESTS:PLAINTEXT,NETWORK:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "OFFSETS_TOPIC_NUM_PARTITIONS": "1",
        "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_NUM_PARTITIONS": "1",
        "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "AUTO_CREATE_TOPICS_ENABLE": "false",
    }
    container = DockerContainer(IMAGE).with_network(network).with_network_aliases("kafka").with_bind_ports(9092, port)
    container.with_envs(**{f"KAFKA_{name}": value for name, value in env.items()})
    container.with_env("KAFKA_HEAP_OPTS", "-Xmx512m -XX:TieredStopAtLevel=1")
    with container.waiting_for(LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(60)):
        yield f"127.0.0.1:{port}"


async def test_claims_go_in_and_verdicts_come_out(image: str, network: Network, kafka: str) -> None:
    container = ScrubberContainer(image).with_kafka("kafka:9094", network=network).with_kwargs(**LOCKED_DOWN)
    with container, ScrubberClaims(bootstrap_servers=kafka) as claims:
        clean, mendable = await claims.scrub(claim("IMAGE-1"), claim("IMAGE-2", units=3))
        with pytest.raises(ClaimRefusedError) as refused:
            await claims.scrub(b"{")

        assert (clean.claim_id, clean.disposition) == ("IMAGE-1", "pass")
        assert (mendable.claim_id, mendable.disposition) == ("IMAGE-2", "fix-suggestion")
        assert mendable.fixes
        assert clean.ruleset.version == scrubber.__version__
        assert refused.value.reason == "not-json"
        assert json.loads(_get(f"{container.url}/readyz"))["status"] == "ready"
        assert json.loads(_get(f"{container.url}/healthz"))["status"] == "ok"
        assert container.exec(["python", "/opt/scrubber/healthcheck.py"]).exit_code == 0
        _wait_for_count(container, 2)
        began = time.monotonic()
    assert container.exit_code == 0
    assert time.monotonic() - began < 15


async def test_the_next_container_goes_on_where_the_last_one_stopped(image: str, network: Network, kafka: str) -> None:
    roles = ("input", "passed", "fix_suggested", "denial_risk", "dead_letter")
    topics = {f"{role}_topic": f"handover.{role}" for role in roles}
    seen = []
    for number in range(2):
        worker = ScrubberContainer(image).with_kafka("kafka:9094", network=network)
        worker.with_topics(partitions=2).with_settings(group="handover", **topics)
        with worker, ScrubberClaims(bootstrap_servers=kafka, **topics) as claims:
            origin = await claims.publish(claim(f"HANDOVER-{number}"))
            seen.append((await claims.verdict(origin)).claim_id)
            _wait_for_count(worker, 1)
    assert seen == ["HANDOVER-0", "HANDOVER-1"]


def test_a_worker_that_cannot_start_says_why(image: str) -> None:
    container = ScrubberContainer(image).with_settings(compression="none-at-all")
    with pytest.raises(WorkerNotReadyError, match=r"ended before it was ready(.|\n)*compression"), container:
        pass
    assert container.exit_code == 2


def test_a_worker_without_kafka_is_not_ready(image: str) -> None:
    container = ScrubberContainer(image).with_kafka("127.0.0.1:1").with_topics(create=False).with_ready_timeout(3)
    with pytest.raises(WorkerNotReadyError, match="not ready within 3 s: /readyz says broker-unreachable"), container:
        pass
    assert container.exit_code == 0


def test_settings_are_checked_when_they_are_named(image: str) -> None:
    with pytest.raises(TypeError, match="no setting input_topics"):
        ScrubberContainer(image).with_settings(input_topics="claims")


def test_what_the_image_says(engine: docker.DockerClient, image: str) -> None:
    config = engine.images.get(image).attrs["Config"]
    env = dict(pair.split("=", 1) for pair in config["Env"])
    assert config["User"] == "65532:65532"
    assert (config["Entrypoint"], config["Cmd"]) == (["scrubber"], ["worker"])
    assert "healthcheck.py" in config["Healthcheck"]["Test"][-1]
    assert (env["SCRUBBER_WEB_HOST"], env["SCRUBBER_WEB_PORT"]) == ("0.0.0.0", "6066")  # noqa: S104 - what it is about
    assert not [name for name in env if name.startswith("PIP_")]
    assert config["Labels"]["org.opencontainers.image.title"] == "claim-scrubber"


_LOOK_AROUND = """
import importlib.util, json, os, pathlib
def writable(folder):
    try:
        pathlib.Path(folder, "probe").touch()
    except OSError:
        return False
    return True
print(json.dumps({
    "uid": os.getuid(),
    "writable": [folder for folder in ("/", "/opt/scrubber", os.path.dirname(os.__file__)) if writable(folder)],
    "tools": [name for name in ("pip", "hatchling", "setuptools") if importlib.util.find_spec(name)],
    "pip settings": [str(path) for path in pathlib.Path("/opt").rglob("pip.conf")],
}))
"""


@pytest.mark.parametrize("read_only", [False, True])
def test_the_worker_may_change_nothing(engine: docker.DockerClient, image: str, read_only: bool) -> None:
    output = engine.containers.run(image, ["-c", _LOOK_AROUND], entrypoint="python", read_only=read_only, remove=True)
    assert json.loads(output) == {"uid": 65532, "writable": [], "tools": [], "pip settings": []}


def test_the_documents_example(pytester: pytest.Pytester, image: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRUBBER_IMAGE", image)
    run_example(pytester, "test_pipeline.py").assert_outcomes(passed=1)


def test_the_plugin_with_an_image(pytester: pytest.Pytester, image: str) -> None:
    result = run_example(pytester, "test_claims.py", f"--scrubber-image={image}")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines([f"scrubber: worker from image {image} on 127.0.0.1:*"])


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own http address
        body: bytes = answer.read()
        return body


def _wait_for_count(container: ScrubberContainer, verdicts: int) -> None:
    """The metrics say so: a moment after the commit that made the verdicts visible."""

    def counted() -> float:
        page = _get(container.metrics_url).decode().splitlines()
        lines = [line for line in page if line.startswith("scrubber_verdicts_total{")]
        return sum(float(line.rpartition(" ")[2]) for line in lines)

    wait_until(lambda: counted() == verdicts, 5)
