"""The image, built from this checkout, beside Apache Kafka on a network of its own: as other teams' tests run it."""

import json
import time
import urllib.request

import docker
import pytest
from testcontainers.core.network import Network

import scrubber
from scrubber.testing import ClaimRefusedError, ScrubberClaims, ScrubberContainer
from scrubber.testing.ready import WorkerNotReadyError
from tests.claims import claim
from tests.examples import run_example
from tests.images import LOCKED_DOWN, engine, image, kafka, network
from tests.sites import wait_until

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(600)]
pytest_plugins = ["pytester"]

__all__ = ["engine", "image", "kafka", "network"]


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
    container = ScrubberContainer(image).with_kafka("127.0.0.1:1").with_topics(create=False).with_ready_timeout(10)
    with pytest.raises(WorkerNotReadyError, match="not ready within 10 s: /readyz says broker-unreachable"), container:
        pass
    assert container.exit_code == 0


def test_settings_are_checked_when_they_are_named(image: str) -> None:
    with pytest.raises(TypeError, match="no setting input_topics"):
        ScrubberContainer(image).with_settings(input_topics="claims")


def test_what_the_image_says(engine: docker.DockerClient, image: str) -> None:
    config = engine.images.get(image).attrs["Config"]
    env = dict(pair.split("=", 1) for pair in config["Env"])
    assert config["User"] == "65532:65532"
    assert config["Volumes"] is None
    assert (config["Entrypoint"], config["Cmd"]) == (["scrubber"], ["worker"])
    assert "healthcheck.py" in config["Healthcheck"]["Test"][-1]
    assert (env["SCRUBBER_WEB_HOST"], env["SCRUBBER_WEB_PORT"]) == ("0.0.0.0", "6066")  # noqa: S104 - what it is about
    assert not [name for name in env if name.startswith("PIP_")]
    assert config["Labels"]["org.opencontainers.image.title"] == "claim-scrubber"


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
