"""deploy/compose.yaml as docker compose brings it up: Kafka, the topics, two locked-down workers, claims, verdicts."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import docker
import pytest

from scrubber.kafka.embedded import free_port
from scrubber.testing import ScrubberClaims
from tests.claims import claim
from tests.containers import IMAGE
from tests.images import engine, image
from tests.toolbox import Toolbox, toolbox

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(900)]

__all__ = ["engine", "image", "toolbox"]

MIB = 1024 * 1024


@dataclass(frozen=True)
class Project:
    """A compose project of the test's own, with ports that are free."""

    toolbox: Toolbox
    name: str
    env: dict[str, str]

    def compose(self, *arguments: str) -> str:
        command = ("docker", "compose", "--project-name", self.name, "--file", "/deploy/compose.yaml", *arguments)
        return self.toolbox.must(*command, env=self.env)

    def container(self, engine: docker.DockerClient, service: str) -> Any:
        labels = [f"com.docker.compose.project={self.name}", f"com.docker.compose.service={service}"]
        (found,) = engine.containers.list(all=True, filters={"label": labels})
        return found


@pytest.fixture(scope="module")
def project(toolbox: Toolbox, image: str) -> Iterator[Project]:
    ports = {name: str(free_port()) for name in ("KAFKA_PORT", "WORKER_1_PORT", "WORKER_2_PORT")}
    env = {**ports, "SCRUBBER_IMAGE": image, "KAFKA_IMAGE": IMAGE}
    made = Project(toolbox, f"scrubber-{uuid.uuid4().hex[:8]}", env)
    try:
        made.compose("up", "--detach", "--quiet-pull")
        yield made
    finally:
        made.compose("down", "--volumes", "--timeout", "30")


async def test_what_compose_brings_up_answers_claims(project: Project, engine: docker.DockerClient) -> None:
    with _claims(project) as claims:
        clean, mendable = await claims.scrub(claim("COMPOSE-1"), claim("COMPOSE-2", units=3))
    assert (clean.disposition, mendable.disposition) == ("pass", "fix-suggestion")
    topics = project.container(engine, "topics")
    assert (topics.status, topics.attrs["State"]["ExitCode"]) == ("exited", 0)


async def test_a_restart_goes_on_and_a_stop_is_clean(project: Project, engine: docker.DockerClient) -> None:
    project.compose("restart", "worker-1")
    project.compose("stop", "worker-2")
    assert project.container(engine, "worker-2").attrs["State"]["ExitCode"] == 0
    with _claims(project) as claims:
        (verdict,) = await claims.scrub(claim("COMPOSE-3"))
    assert verdict.claim_id == "COMPOSE-3"


@pytest.mark.parametrize("service", ["worker-1", "worker-2", "topics", "kafka"])
def test_how_they_are_locked_down(project: Project, engine: docker.DockerClient, service: str) -> None:
    host = project.container(engine, service).attrs["HostConfig"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["Memory"] == 1024 * MIB
    assert not host["Privileged"]
    published = [each["HostIp"] for bound in (host["PortBindings"] or {}).values() for each in bound]
    assert set(published) <= {"127.0.0.1"}
    if service != "kafka":
        assert host["CapDrop"] == ["ALL"]
        assert host["ReadonlyRootfs"]
        assert (host["PidsLimit"], host["MemorySwap"]) == (64, 1024 * MIB)
        assert host["Ulimits"] == [{"Name": "core", "Hard": 0, "Soft": 0}]
        assert not host["Binds"]


def _claims(project: Project) -> ScrubberClaims:
    return ScrubberClaims(bootstrap_servers=f"127.0.0.1:{project.env['KAFKA_PORT']}")
