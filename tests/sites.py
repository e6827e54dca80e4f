"""A test's own place on a broker: five topics, a group, workers as real processes, and readers to see what they did."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from scrubber.kafka.embedded import free_port
from scrubber.kafka.topics import create_topics, plan_topics
from scrubber.settings import Settings
from tests.brokers import Broker

TOPICS_FILE = Path(__file__).parent.parent / "topics" / "topics.toml"
Sent = tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]
"""Key, value, headers."""


class Worker:
    """A worker process. Its stderr goes to a file, so that a full pipe never stops it."""

    def __init__(self, env: dict[str, str], stderr: Path, command: list[str] | None = None) -> None:
        self.stderr = stderr
        self._url = f"http://{env['SCRUBBER_WEB_HOST']}:{env['SCRUBBER_WEB_PORT']}"
        with stderr.open("ab") as output:
            self.process = subprocess.Popen(
                command or [sys.executable, "-m", "scrubber.worker"],
                env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of a page; status 0 when nothing answers."""
        try:
            with urllib.request.urlopen(self._url + path, timeout=5) as answer:  # noqa: S310 - our own http address
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def wait_ready(self, seconds: float = 30) -> None:
        wait_until(lambda: self.process.poll() is not None or self.get("/readyz")[0] == 200, seconds, self.text)
        assert self.process.poll() is None, self.text()

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = 30) -> int:
        """Send the signal and return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(seconds)

    def text(self) -> str:
        return self.stderr.read_text(encoding="utf-8")

    def events(self, name: str) -> list[dict[str, Any]]:
        """The log lines with this event; fails when a line is not JSON."""
        lines = [json.loads(line) for line in self.text().splitlines()]
        return [line for line in lines if line["event"] == name]


class Site:
    """Topics and a group of a test's own."""

    def __init__(self, broker: Broker, folder: Path) -> None:
        self.broker = broker
        self.folder = folder
        self._prefix = f"t{uuid4().hex[:10]}"

    def settings(self, **more: object) -> Settings:
        return Settings.load({**self._own(), **more}, env={})

    def _own(self) -> dict[str, str]:
        roles = ("input", "passed", "fix_suggested", "denial_risk", "dead_letter")
        return {
            "bootstrap_servers": self.broker.address,
            "group": f"{self._prefix}.group",
            # The embedded broker knows no static members: a worker that stopped would keep its partitions for ever.
            "membership": "static" if self.broker.failover else "dynamic",
            **{f"{role}_topic": f"{self._prefix}.{role}" for role in roles},
        }

    def env(self, **more: object) -> dict[str, str]:
        """A worker's environment: nothing of the machine's own settings, one web port for each."""
        values = {**self._own(), "web_host": "127.0.0.1", "web_port": free_port(), "instance": "a", **more}
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SCRUBBER_")}
        return clean | {f"SCRUBBER_{name.upper()}": str(value) for name, value in values.items()}

    async def create_topics(self, partitions: int = 3) -> None:
        settings = self.settings()
        plans = plan_topics(settings, TOPICS_FILE, partitions=partitions, replication=self.broker.replication)
        await create_topics(settings, plans)

    @contextmanager
    def worker(self, command: list[str] | None = None, **more: object) -> Iterator[Worker]:
        """A worker that is ready; killed at the end when it still runs."""
        with self.starting(command, **more) as worker:
            worker.wait_ready()
            yield worker

    @contextmanager
    def starting(self, command: list[str] | None = None, **more: object) -> Iterator[Worker]:
        """A worker that was started, ready or not. `command`: in place of the worker's own."""
        worker = Worker(self.env(**more), self.folder / f"worker-{uuid4().hex[:6]}.log", command)
        try:
            yield worker
        finally:
            if worker.process.poll() is None:
                worker.process.kill()
            worker.process.wait()

    async def publish(self, records: Iterable[Sent], partition: int | None = None, *, topic: str | None = None) -> None:
        producer = AIOKafkaProducer(
            bootstrap_servers=self.broker.address, max_request_size=20 << 20, linger_ms=5, enable_idempotence=True
        )
        await producer.start()
        try:
            topic = topic or self.settings().input_topic
            sends = [
                await producer.send(topic, value, key=key, headers=headers, partition=partition)
                for key, value, headers in records
            ]
            for send in sends:
                await send
        finally:
            await producer.stop()

    @asynccontextmanager
    async def reader(self, *topics: str, isolation: str = "read_committed") -> AsyncIterator[AIOKafkaConsumer]:
        """A consumer without group, at the start of every output topic unless `topics` are named."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.broker.address, isolation_level=isolation, enable_auto_commit=False,
            auto_offset_reset="earliest", max_partition_fetch_bytes=4 << 20,
        )  # fmt: skip
        await consumer.start()
        try:
            partitions = []
            for topic in topics or tuple(self.settings().output_topics().values()):
                partitions += [TopicPartition(topic, number) for number in await _partitions(consumer, topic)]
            consumer.assign(partitions)
            await consumer.seek_to_beginning(*partitions)
            yield consumer
        finally:
            await consumer.stop()

    async def read(self, count: int, *topics: str, seconds: float = 30, quiet: float = 0.5) -> list[ConsumerRecord]:
        """Records of the output topics: at least `count`, then whatever comes within `quiet` seconds more."""
        found: list[ConsumerRecord] = []
        async with self.reader(*topics) as consumer:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found += records
                if len(found) >= count:
                    until = min(until, time.monotonic() + quiet)
        return found

    async def committed(self) -> dict[int, int]:
        """The group's committed offset of each input partition."""
        settings = self.settings()
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.broker.address, group_id=settings.group, enable_auto_commit=False
        )
        await consumer.start()
        try:
            numbers = await _partitions(consumer, settings.input_topic)
            partitions = [TopicPartition(settings.input_topic, number) for number in numbers]
            consumer.assign(partitions)
            return {tp.partition: await consumer.committed(tp) or 0 for tp in partitions}
        finally:
            await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> list[int]:
    return sorted(await consumer._client._wait_on_metadata(topic))


def wait_until(condition: Callable[[], bool], seconds: float, explain: Callable[[], str] = str) -> None:
    """Fail, with `explain()`, when `condition` does not come true in time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, explain()
        time.sleep(0.05)


@pytest.fixture
async def site(broker: Broker, tmp_path: Path) -> Site:
    """Topics (three partitions) and a group on the broker of this run."""
    made = Site(broker, tmp_path)
    await made.create_topics()
    return made
