"""How little the image needs and allows: locked down as deploy/ runs it, with a process that may change nothing."""

import json
import re
import signal
from collections.abc import Iterator
from typing import Any

import docker
import pytest
from testcontainers.core.network import Network

from scrubber.kafka.topics import create_topics, plan_topics
from scrubber.settings import Settings
from scrubber.testing import ScrubberClaims, ScrubberContainer
from tests.claims import claim
from tests.images import LOCKED_DOWN, engine, image, kafka, network
from tests.sites import TOPICS_FILE, wait_until

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(600)]

__all__ = ["engine", "image", "kafka", "network"]

# On top of the base image; 86 MB when this was written. A dependency that adds so much is worth a second look.
MOST_MEGABYTES = 100
SECOND = 1_000_000_000
_WRITABLE = """
import json, os
shown = []
for folder, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if os.path.join(folder, name) not in ("/proc", "/sys", "/dev")]
    for path in (os.path.join(folder, name) for name in (*folders, *files)):
        if not os.path.islink(path) and os.access(path, os.W_OK):
            shown.append(path)
print(json.dumps(sorted(shown)))
"""

_INSTALLERS = """
import importlib.util, json, pathlib, shutil, subprocess, sys
names = ("pip", "ensurepip", "setuptools", "hatchling")
ask = "import importlib.util as u, sys; print(*(name for name in sys.argv[1:] if u.find_spec(name)))"
below = subprocess.run([sys._base_executable, "-c", ask, *names], stdout=subprocess.PIPE, check=True).stdout.decode()
files = [path for folder in ("/usr", "/opt", "/etc") for path in pathlib.Path(folder).rglob("*")
         if not path.is_symlink()]
print(json.dumps({
    "modules": [name for name in names if importlib.util.find_spec(name)],
    "modules of the base": below.split(),
    "commands": [name for name in ("pip", "pip3", "cc", "gcc", "make", "ld") if shutil.which(name)],
    "setuid": [str(path) for path in files if path.is_file() and path.stat().st_mode & 0o6000],
    "pip's settings": [str(path) for path in files if path.name == "pip.conf"],
}))
"""


def look(engine: docker.DockerClient, image: str, script: str, **options: Any) -> Any:
    """What a Python script prints, as JSON, run in the image as its user."""
    return json.loads(engine.containers.run(image, ["-c", script], entrypoint="python", remove=True, **options))


def test_no_file_may_be_written(engine: docker.DockerClient, image: str) -> None:
    """Without a read-only root even: only what every Linux lets anybody write to."""
    assert set(look(engine, image, _WRITABLE)) <= {"/run/lock", "/tmp", "/var/tmp"}  # noqa: S108 - what it is about
    assert look(engine, image, _WRITABLE, read_only=True) == []


def test_nothing_installs_compiles_or_lends_rights(engine: docker.DockerClient, image: str) -> None:
    found = look(engine, image, _INSTALLERS)
    assert found == {"modules": [], "modules of the base": [], "commands": [], "setuid": [], "pip's settings": []}


def test_how_large_it_is(engine: docker.DockerClient, image: str) -> None:
    base = engine.images.get("python:3.13-slim").attrs["Size"]
    assert (engine.images.get(image).attrs["Size"] - base) / 1e6 < MOST_MEGABYTES


def test_its_history_names_no_index_and_no_secret(engine: docker.DockerClient, image: str) -> None:
    """With the layers of the base left out, which are not ours."""
    base = {layer["Id"] for layer in engine.images.get("python:3.13-slim").history()}
    ours = [layer["CreatedBy"] for layer in engine.images.get(image).history() if layer["Id"] not in base]
    assert any("/opt/scrubber" in step for step in ours)
    assert not [step for step in ours if re.search(r"https?://|PIP_|INDEX|TOKEN|PASSWORD|SECRET", step, re.IGNORECASE)]


@pytest.fixture
def idle(engine: docker.DockerClient, image: str) -> Iterator[Any]:
    """A locked-down worker that looks for a broker which is not there: its whole process, and no Kafka."""
    # The image's own check, only sooner.
    soon = {"interval": SECOND, "timeout": 3 * SECOND, "retries": 2, "start_period": SECOND}
    env = {"SCRUBBER_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    container = engine.containers.run(image, detach=True, environment=env, healthcheck=soon, **LOCKED_DOWN)
    try:
        yield container
    finally:
        container.remove(force=True, v=True)


def test_the_health_check_tells_a_worker_that_hangs(idle: Any) -> None:
    def health() -> str:
        idle.reload()
        return str(idle.attrs["State"]["Health"]["Status"])

    wait_until(lambda: health() == "healthy", 30, health)
    idle.kill(signal.SIGSTOP)
    wait_until(lambda: health() == "unhealthy", 30, health)
    idle.kill(signal.SIGCONT)
    wait_until(lambda: health() == "healthy", 30, health)


def test_the_process_has_no_rights(idle: Any) -> None:
    wait_until(lambda: b"worker-starting" in idle.logs(), 30, lambda: idle.logs().decode())
    text = idle.exec_run(["python", "-c", "print(open('/proc/1/status').read())"]).output.decode()
    status = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
    assert {status["Uid"], status["Gid"]} == {"65532\t65532\t65532\t65532"}
    assert {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert idle.exec_run(["python", "-c", "open('/probe', 'w')"]).exit_code != 0


async def test_claims_flow_without_a_shell_in_a_locked_image(image: str, network: Network, kafka: str) -> None:
    """Its memory and its processes are limited too: a worker with six partitions works in what deploy/ gives it."""
    settings = Settings.load({"bootstrap_servers": kafka}, env={})
    await create_topics(settings, plan_topics(settings, TOPICS_FILE, replication=1))
    worker = ScrubberContainer(image).with_kafka("kafka:9094", network=network).with_topics(create=False)
    worker.with_kwargs(**LOCKED_DOWN)
    # In place of the shells comes what cannot be run, so that whoever starts one fails.
    worker.with_volume_mapping("/dev/null", "/usr/bin/dash", "ro").with_volume_mapping(
        "/dev/zero", "/usr/bin/bash", "ro"
    )
    with worker, ScrubberClaims(bootstrap_servers=kafka) as claims:
        verdicts = await claims.scrub(*(claim(f"LOCKED-{number}", units=number % 3 + 1) for number in range(300)))
        container = worker.get_wrapped_container()
        assert len(verdicts) == 300
        assert container.exec_run(["sh", "-c", "exit 0"]).exit_code in {126, 127}
        container.reload()
        assert not container.attrs["State"]["OOMKilled"]
        assert container.stats(stream=False)["pids_stats"]["current"] < 32  # of 64
    assert worker.exit_code == 0
