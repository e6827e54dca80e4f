"""The image of tests/deploy: docker compose, kustomize, promtool and schemas, run in a container of its own."""

import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.images import ROOT, build, engine

__all__ = ["engine", "toolbox"]

TAG = "claim-scrubber-tools:checkout"
SOCKET = "/var/run/docker.sock"


class Toolbox:
    """A running container with this checkout's deploy/ in /deploy."""

    def __init__(self, container: Any) -> None:
        self._container = container

    def put(self, path: str, content: str) -> None:
        """Write a file; its folder is there."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            entry = tarfile.TarInfo(Path(path).name)
            entry.size = len(content.encode())
            archive.addfile(entry, io.BytesIO(content.encode()))
        self._container.put_archive(str(Path(path).parent), packed.getvalue())

    def run(self, *command: str, env: dict[str, str] | None = None) -> tuple[int, str]:
        """Exit code, and what it wrote."""
        code, output = self._container.exec_run(list(command), environment=env)
        return code, output.decode(errors="replace")

    def must(self, *command: str, env: dict[str, str] | None = None) -> str:
        """What a command wrote that has to succeed."""
        code, output = self.run(*command, env=env)
        assert code == 0, output
        return output


@pytest.fixture(scope="module")
def toolbox(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toolbox]:
    context = tmp_path_factory.mktemp("tools")
    for path in (ROOT / "tests/deploy/Dockerfile", ROOT / "tests/deploy/validate.py", ROOT / "requirements/tools.txt"):
        (context / path.name).write_bytes(path.read_bytes())
    build(engine, "Dockerfile", TAG, context)
    if os.environ.get("DOCKER_HOST", f"unix://{SOCKET}") != f"unix://{SOCKET}":
        pytest.skip("DOCKER_HOST names another engine than this machine's: deploy/ is not tested with it")
    mounts = {SOCKET: {"bind": SOCKET}, str(ROOT / "deploy"): {"bind": "/deploy", "mode": "ro"}}
    container = engine.containers.run(TAG, ["sleep", "1800"], detach=True, init=True, volumes=mounts)
    try:
        yield Toolbox(container)
    finally:
        container.remove(force=True)
