"""A scrubber worker in a container."""

import os
from typing import Any, Final, Self

from scrubber import __version__
from scrubber.kafka.embedded import free_port
from scrubber.settings import names
from scrubber.testing.ready import wait_until_ready

try:
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.network import Network
except ModuleNotFoundError as error:
    raise ImportError(
        "ScrubberContainer needs testcontainers, which is not installed: pip install 'claim-scrubber[testing]'"
    ) from error

IMAGE_VARIABLE: Final = "SCRUBBER_IMAGE"
_PORT: Final = 6066
# Longer than a worker's own deadline for draining, so that Docker does not kill one that is nearly done.
_STOP_SECONDS: Final = 30


class ScrubberContainer(DockerContainer):
    """A worker that reads claims from a Kafka which its network reaches; `start()` returns once claims flow.

        with ScrubberContainer().with_kafka("kafka:9094", network=network) as scrubber:
            ...

    It creates the topics that are missing, three partitions each, unless `with_topics()` says otherwise. Leaving the
    block sends SIGTERM, waits for the worker to drain and removes the container; `exit_code` is then the worker's.
    """

    def __init__(self, image: str | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - as DockerContainer has it
        """`image`: by default what `SCRUBBER_IMAGE` names, else `claim-scrubber` with the tag of this version."""
        super().__init__(image or os.environ.get(IMAGE_VARIABLE) or f"claim-scrubber:{__version__}", **kwargs)
        self.exit_code: int | None = None
        self._partitions: int | None = 3
        self._ready_seconds = 60.0
        self._host_port: int | None = None
        self.with_exposed_ports(_PORT)
        # The next container of a test run gets the partitions at once, not after the session of the one before.
        self.with_settings(membership="dynamic")

    def with_kafka(self, bootstrap_servers: str, *, network: Network | None = None) -> Self:
        """Where Kafka is, as host:port with commas between, seen from inside `network`."""
        if network is not None:
            self.with_network(network)
        return self.with_settings(bootstrap_servers=bootstrap_servers)

    def with_host_network(self) -> Self:
        """Share the host's network: for a Kafka that listens on the host's loopback. Linux engines only."""
        self._host_port = free_port()
        self.ports.clear()
        return self.with_settings(web_host="127.0.0.1", web_port=self._host_port)

    def with_topics(self, *, create: bool = True, partitions: int = 3) -> Self:
        """Whether to create the topics that are missing, and with how many partitions. Their names are settings."""
        self._partitions = partitions if create else None
        return self

    def with_settings(self, **settings: object) -> Self:
        """Set any of the worker's settings, by the names that `scrubber worker --print-config` lists."""
        for name, value in settings.items():
            if name not in names():
                raise TypeError(f"scrubber has no setting {name}; `scrubber worker --print-config` lists them")
            self.with_env(f"SCRUBBER_{name.upper()}", str(value))
        return self

    def with_ready_timeout(self, seconds: float) -> Self:
        """Wait so long at most for claims to flow; 60 s by default."""
        self._ready_seconds = seconds
        return self

    @property
    def url(self) -> str:
        """Of the worker's pages, as the test sees them."""
        if self._host_port is not None:
            return f"http://127.0.0.1:{self._host_port}"
        return f"http://{self.get_container_host_ip()}:{self.get_exposed_port(_PORT)}"

    @property
    def metrics_url(self) -> str:
        """Of the worker's Prometheus metrics."""
        return f"{self.url}/metrics"

    def start(self) -> Self:
        """Start the container and wait until claims flow. Raises WorkerNotReadyError with the end of the log."""
        super().start()
        wait_until_ready(lambda: self.url, self._ready_seconds, self._ended, self._log)
        return self

    def stop(self, force: bool = True, delete_volume: bool = True) -> None:  # noqa: FBT001, FBT002 - DockerContainer's
        """Let the worker finish what it is committing, then remove the container."""
        if self._container is not None:
            self._container.stop(timeout=_STOP_SECONDS)
            self.exit_code = int(self._container.wait()["StatusCode"])
        super().stop(force, delete_volume)

    def _configure(self) -> None:
        """Called by `start()`, after everything that the user sets."""
        extra: dict[str, Any] = {}
        if self._host_port is not None:
            extra["network_mode"] = "host"
        if self._partitions is not None:
            # In the worker's own container, so that mounts and settings for TLS hold for this as well. Exit code 1 is a
            # topic that is there with other settings than ours: its owner's business.
            create = f"scrubber topics create --partitions {self._partitions:d}"
            script = f"{create}; code=$?; [ $code -le 1 ] || exit $code; exec scrubber worker"
            extra["entrypoint"] = ["sh", "-c", script]
        self._kwargs = {**self._kwargs, **extra}

    def _ended(self) -> bool:
        container = self.get_wrapped_container()
        container.reload()
        return container.status in {"exited", "dead"}

    def _log(self) -> str:
        return b"\n".join(self.get_logs()).decode(errors="replace")
