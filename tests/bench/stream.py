"""Rows with a broker: the topic is full before the process starts, and committed outputs are counted from outside.

Every 20 ms the last stable offset of each output partition is noted. Afterwards all outputs are read as a
`read_committed` consumer sees them, which tells how many there were at each of these moments, and that every claim has
exactly one. So the figure is of committed outputs and leaves out the start of the process and its first claims.
"""

import os
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from confluent_kafka import Consumer, IsolationLevel, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

from scrubber.kafka.embedded import free_port

from .claims import read_claims
from .peer import Route
from .plan import PARTITIONS, ROOT, Reading, Row

DISPOSITIONS = ("pass", "fix-suggestion", "denial-risk")
_PAUSE_SECONDS = 0.02
_LONGEST_SECONDS = 120
_STOP_SECONDS = 15
_QUIET_SECONDS = 10
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class _Moment:
    """Last stable offsets and the process's CPU time, as seen at `time` (seconds of the monotonic clock)."""

    time: float
    ends: Mapping[tuple[str, int], int]
    cpu_seconds: float | None


class Broker:
    """What the bench does at a broker itself."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._admin = AdminClient({"bootstrap.servers": address})

    def create(self, *topics: str) -> None:
        """Topics with the same number of partitions each; returns when every partition has its leader."""
        new = [NewTopic(topic, num_partitions=PARTITIONS, replication_factor=1) for topic in topics]
        for future in self._admin.create_topics(new).values():
            future.result(30)
        until = time.monotonic() + 30
        while True:
            try:
                self.stable_ends(topics)
            except KafkaException:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
            else:
                return

    def fill(self, topic: str, values: list[bytes]) -> list[bytes]:
        """Write the claims, keyed by their ids, in turn over the partitions; returns the keys."""
        self.create(topic)
        producer = Producer(
            {"bootstrap.servers": self.address, "linger.ms": 50, "queue.buffering.max.messages": 1_000_000}
        )
        keys = [value.split(b'"', 4)[3] for value in values]
        for number, (key, value) in enumerate(zip(keys, values, strict=True)):
            producer.produce(topic, value, key, partition=number % PARTITIONS)
            producer.poll(0)
        if producer.flush(60):
            message = f"{topic} could not be filled"
            raise RuntimeError(message)
        return keys

    def stable_ends(self, topics: Sequence[str]) -> dict[tuple[str, int], int]:
        """Last stable offset of each partition."""
        asked = {TopicPartition(topic, number): OffsetSpec.latest() for topic in topics for number in range(PARTITIONS)}
        answers = self._admin.list_offsets(asked, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=10)
        return {(tp.topic, tp.partition): future.result().offset for tp, future in answers.items()}

    def committed(self, ends: Mapping[tuple[str, int], int]) -> Iterator[tuple[str, int, int, bytes]]:
        """Topic, partition, offset and key of every committed record up to `ends`."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.address,
                "group.id": "bench-reader",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "enable.partition.eof": True,
            }
        )
        consumer.assign([TopicPartition(topic, number, 0) for topic, number in ends])
        left = set(ends)
        until = time.monotonic() + _LONGEST_SECONDS
        while left and time.monotonic() < until:
            for message in consumer.consume(5000, timeout=1):
                if message.error():  # the end of a partition
                    left.discard((message.topic(), message.partition()))
                else:
                    yield message.topic(), message.partition(), message.offset(), message.key()
        consumer.close()
        if left:
            raise RuntimeError("the outputs could not be read to their ends")


class Input:
    """A topic that holds the first claims of a file, the same for every row that reads it."""

    def __init__(self, broker: Broker, path: Path, warm: int, count: int) -> None:
        self.topic = f"claims-{warm}-{count}"
        self.warm, self.count = warm, count
        self.keys = broker.fill(self.topic, read_claims(path, 0, warm + count))


def run_on_broker(row: Row, broker: Broker, given: Input, number: int, tally: Counter[str]) -> Reading:
    """One round. `tally`: how many claims of each disposition there are, where the row writes verdicts."""
    group = f"{row.name}-{number}"
    names = ("copy",) if row.name.endswith("copy-eos") else DISPOSITIONS
    route = Route(broker.address, group, given.topic, {name: f"{group}-{name}" for name in names})
    topics = list(route.sinks.values())
    broker.create(*topics, *([f"{group}-dead-letter"] if row.module == "worker" else []))
    total = given.warm + given.count
    with _started(row, route) as process:
        moments = _watch(row, broker, topics, process, total)
    offsets = _outputs(row, broker, moments[-1].ends, given.keys)
    if len(names) > 1:
        written = Counter(
            {name: sum(len(at) for (topic, _), at in offsets.items() if topic == route.sinks[name]) for name in names}
        )
        if written != tally:
            message = f"{row.name} wrote {dict(written)}, the engine alone finds {dict(tally)}"
            raise RuntimeError(message)
    return _reading(moments, offsets, given.warm, total)


@contextmanager
def _started(row: Row, route: Route) -> Iterator["subprocess.Popen[bytes]"]:
    """The row's process, which is stopped as its users stop it; its output shows only when something is wrong."""
    command = [sys.executable, "-m", f"tests.bench.{row.module}", *route.arguments()]
    with tempfile.TemporaryDirectory(prefix="scrubber-bench-") as scratch, tempfile.TemporaryFile() as output:
        env = os.environ | {"BENCH_SCRATCH": scratch, "BENCH_WEB_PORT": str(free_port())}
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            yield process
        except BaseException:
            sys.stderr.write(_tail(output))
            raise
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _tail(output: IO[bytes]) -> str:
    output.seek(0)
    return output.read()[-3000:].decode(errors="replace")


def _watch(
    row: Row, broker: Broker, topics: list[str], process: "subprocess.Popen[bytes]", total: int
) -> list[_Moment]:
    """Note moments until there are outputs enough and no more come."""
    moments: list[_Moment] = []
    until = time.monotonic() + _LONGEST_SECONDS
    changed = time.monotonic()
    while True:
        ends = broker.stable_ends(topics)
        now = time.monotonic()
        if not moments or ends != moments[-1].ends:
            moments.append(_Moment(now, ends, _cpu_seconds(process.pid)))
            changed = now
        # Offsets count commit marks too, so that there are at least as many of them as outputs.
        if sum(ends.values()) >= total and now - changed > 1.0:
            return moments
        if process.poll() is not None or now > until or (sum(ends.values()) > 0 and now - changed > _QUIET_SECONDS):
            message = (
                f"{row.name} stopped at about {sum(ends.values())} of {total} outputs (exit code {process.poll()})"
            )
            raise RuntimeError(message)
        time.sleep(_PAUSE_SECONDS)


def _cpu_seconds(pid: int) -> float | None:
    """User and system time of the process with its threads, where the system has /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _outputs(
    row: Row, broker: Broker, ends: Mapping[tuple[str, int], int], keys: list[bytes]
) -> dict[tuple[str, int], list[int]]:
    """Offsets of the committed outputs of each partition, once it is sure that there is one for every claim."""
    offsets: dict[tuple[str, int], list[int]] = {partition: [] for partition in ends}
    found: Counter[bytes] = Counter()
    for topic, number, offset, key in broker.committed(ends):
        offsets[topic, number].append(offset)
        found[key] += 1
    if found != Counter(keys):
        lost = sum((Counter(keys) - found).values())
        doubled = sum((found - Counter(keys)).values())
        message = f"{row.name}: {lost} claims without an output, {doubled} outputs too many"
        raise RuntimeError(message)
    return offsets


def _reading(moments: list[_Moment], offsets: Mapping[tuple[str, int], list[int]], warm: int, total: int) -> Reading:
    """From the first moment with the warm-up's outputs committed to the first with all of them."""
    counts = [sum(bisect_left(at, moment.ends[partition]) for partition, at in offsets.items()) for moment in moments]
    first = next(index for index, seen in enumerate(counts) if seen >= warm)
    last = counts.index(total)
    if first == last:
        raise RuntimeError("all outputs came at once: too few claims to tell a speed")
    begin, end = moments[first], moments[last]
    cpu = None if begin.cpu_seconds is None or end.cpu_seconds is None else end.cpu_seconds - begin.cpu_seconds
    return Reading(counts[last] - counts[first], end.time - begin.time, cpu)
