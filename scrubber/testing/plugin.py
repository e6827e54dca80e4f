"""Fixtures for pytest: a real worker, and claims in and verdicts out. See `docs/testing-with-scrubber.md`.

pytest imports this module in every run where claim-scrubber is installed, so it does nothing until a fixture is asked
for, and imports nothing of scrubber's before.
"""
# ruff: noqa: PLC0415

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pytest

if TYPE_CHECKING:
    from scrubber.testing.claims import ScrubberClaims

_OPTIONS = {
    "scrubber_bootstrap_servers": "Kafka for scrubber's fixtures, as host:port with commas between "
    "(environment: SCRUBBER_BOOTSTRAP_SERVERS; without it: the embedded broker of claim-scrubber[demo])",
    "scrubber_image": "run scrubber's worker from this image, on the host's network "
    "(environment: SCRUBBER_IMAGE; without it: as a process)",
}


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker that runs. `kind`: how; `url`: of its pages; `settings`: what it was given beside `SCRUBBER_*`."""

    kind: Literal["container", "process"]
    url: str
    bootstrap_servers: str
    settings: Mapping[str, object]

    @property
    def metrics_url(self) -> str:
        """Of its Prometheus metrics."""
        return f"{self.url}/metrics"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Each as an option on the command line and in the ini file."""
    group = parser.getgroup("scrubber")
    for name, text in _OPTIONS.items():
        group.addoption(f"--{name.replace('_', '-')}", dest=name, metavar="TEXT", help=text)
        parser.addini(name, text, default="")


@pytest.fixture(scope="session")
def scrubber_settings() -> dict[str, object]:
    """Settings of the worker that differ from its defaults, such as topic names. Override to set some."""
    return {}


@pytest.fixture(scope="session")
def scrubber_bootstrap_servers(pytestconfig: pytest.Config) -> Iterator[str]:
    """Where Kafka is. Override to return the address of one that your own fixtures start."""
    given = _given(pytestconfig, "scrubber_bootstrap_servers")
    if given:
        yield given
        return
    from scrubber.kafka.embedded import EmbeddedBrokerError, embedded_broker

    with ExitStack() as stack:
        try:
            address = stack.enter_context(embedded_broker())
        except EmbeddedBrokerError as error:
            pytest.fail(f"scrubber: no Kafka: give --scrubber-bootstrap-servers, or else {error}", pytrace=False)
        _tell(pytestconfig, f"embedded broker at {address}")
        yield address


@pytest.fixture(scope="session")
def scrubber_worker(
    pytestconfig: pytest.Config, scrubber_bootstrap_servers: str, scrubber_settings: dict[str, object]
) -> Iterator[Worker]:
    """A worker, one for the run, on topics that are created where they are missing."""
    from scrubber.settings import Settings
    from scrubber.testing.process import worker_process
    from scrubber.testing.topics import make_topics

    settings: dict[str, object] = {
        "group": "claim-scrubber-testing",
        # Workers come and go with test runs, and with pytest-xdist several share the group: none has a slot to keep.
        "membership": "dynamic",
        **scrubber_settings,
        "bootstrap_servers": scrubber_bootstrap_servers,
    }
    make_topics(Settings.load(settings))
    image = _given(pytestconfig, "scrubber_image")
    if image:
        from scrubber.testing.container import ScrubberContainer

        container = ScrubberContainer(image).with_host_network().with_settings(**settings).with_topics(create=False)
        with container:
            _tell(pytestconfig, f"worker from image {image} on {scrubber_bootstrap_servers}")
            yield Worker("container", container.url, scrubber_bootstrap_servers, settings)
    else:
        with worker_process(settings) as url:
            _tell(pytestconfig, f"worker process on {scrubber_bootstrap_servers}")
            yield Worker("process", url, scrubber_bootstrap_servers, settings)


@pytest.fixture(scope="session")
def scrubber_claims(scrubber_worker: Worker) -> "Iterator[ScrubberClaims]":
    """Publish claims to `scrubber_worker` and wait for their verdicts; usable on any test's event loop."""
    from scrubber.testing.claims import ScrubberClaims

    with ScrubberClaims(**scrubber_worker.settings) as claims:
        yield claims


def _given(config: pytest.Config, name: str) -> str:
    """From the command line, else the ini file, else the environment."""
    return config.getoption(name) or config.getini(name) or os.environ.get(name.upper(), "")


def _tell(config: pytest.Config, what: str) -> None:
    """A line that shows without -s; processes of pytest-xdist have no terminal."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")
    if terminal is not None:
        with capture.global_and_fixture_disabled() if capture is not None else nullcontext():
            terminal.ensure_newline()
            terminal.write_line(f"scrubber: {what}")
