"""Every metric of the worker, in lists that also make the table in `docs/operations.md`.

Counts go up when a transaction is committed, never before: they add up to what a reader of the topics sees.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from scrubber.contract import DEAD_LETTER_REASONS
from scrubber.kafka.batch import Batch
from scrubber.log import dropped_count

Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's description. Counters get `_total` after their name; labels have bounded values, none from claims.

    `values`: of the one label, those that are shown as 0 from the start. Without them an alert on an increase misses
    the first time, since a series that begins at 1 has not increased.
    """

    name: str
    kind: Kind
    text: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    values: tuple[str, ...] = ()


METRICS: Final = (
    Metric("scrubber_claims_in", "counter", "Records read and committed, dead letters among them."),
    Metric("scrubber_verdicts", "counter", "Verdicts written.", ("disposition",)),
    Metric("scrubber_findings", "counter", "Findings on the verdicts written.", ("rule",)),
    Metric("scrubber_dead_letters", "counter", "Records written to the dead-letter topic.", ("reason",),
           values=tuple(DEAD_LETTER_REASONS)),
    # A batch holds up to `batch_cpu_ms` of work and two round trips; the last bounds are those of a broker in trouble.
    Metric("scrubber_batch_seconds", "histogram", "From a batch's first record to its commit.",
           buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)),
    Metric("scrubber_batch_records", "histogram", "Records in a transaction.",
           buckets=(1, 10, 50, 100, 250, 500, 1000, 2000, 5000)),
    Metric("scrubber_engine_seconds", "counter", "Time spent decoding, scrubbing and encoding."),
    Metric("scrubber_lag_records", "gauge", "Records waiting on an open partition.", ("partition",)),
    Metric("scrubber_commit_age_seconds", "gauge",
           "Time since an open partition's last commit; 0 while nothing waits there.", ("partition",)),
    Metric("scrubber_assigned_partitions", "gauge", "Partitions that Kafka gave this worker."),
    Metric("scrubber_open_partitions", "gauge", "Partitions that are being read."),
    Metric("scrubber_transactions_aborted", "counter", "Transactions given up.", ("reason",),
           values=("fenced", "too-large", "timeout", "kafka")),
    Metric("scrubber_partitions_reopened", "counter", "Partitions opened again after an error."),
    Metric("scrubber_log_keys_dropped", "gauge", "Keys and values that the log's allow-list stopped: should be 0."),
    Metric("scrubber_rules_reloaded", "counter", "New tables or policies taken up while running.", ("outcome",),
           values=("taken-up", "refused")),
    Metric("scrubber_tasks", "gauge", "Tasks of the event loop that have not ended: level while the load is."),
    Metric("scrubber_info", "gauge", "Always 1; the labels say what runs.", ("version", "digest")),
)  # fmt: skip

# Made by prometheus_client under the names that every dashboard knows; the first six read /proc, which is Linux's.
STANDARD: Final = (
    Metric("process_resident_memory_bytes", "gauge", "Memory of the process that is in RAM (Linux)."),
    Metric("process_virtual_memory_bytes", "gauge", "Address space of the process (Linux)."),
    Metric("process_cpu_seconds", "counter", "CPU time of the process, all threads (Linux)."),
    Metric("process_open_fds", "gauge", "Open file descriptors, sockets among them (Linux)."),
    Metric("process_max_fds", "gauge", "Most file descriptors the process may open (Linux)."),
    Metric("process_start_time_seconds", "gauge", "When the process began, in Unix time (Linux)."),
    Metric("python_gc_collections", "counter", "Runs of the garbage collector.", ("generation",)),
    Metric("python_gc_objects_collected", "counter", "Objects the garbage collector freed.", ("generation",)),
    Metric("python_gc_objects_uncollectable", "counter", "Objects it could not free: should be 0.", ("generation",)),
)


@dataclass(frozen=True, slots=True)
class PartitionState:
    """One open partition at a glance. `waiting`: records between its position and the end of the topic."""

    partition: int
    waiting: int
    commit_age: float


class Metrics:
    """The metrics of one worker, in a registry of their own."""

    def __init__(self, *, version: str = "", digest: str = "") -> None:
        """`digest`: identity of the rules and tables in force."""
        # A `_created` series beside every counter: nobody asks for it, and each costs storage.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        made = {metric.name: _make(metric, self.registry) for metric in METRICS}
        self._counters = {name: item for name, item in made.items() if isinstance(item, Counter)}
        self._gauges = {name: item for name, item in made.items() if isinstance(item, Gauge)}
        self._histograms = {name: item for name, item in made.items() if isinstance(item, Histogram)}
        self._version = version
        self.runs(digest)

    def runs(self, digest: str) -> None:
        """Say which rules and tables are in force."""
        self._gauges["scrubber_info"].clear()
        self._gauges["scrubber_info"].labels(self._version, digest).set(1)

    def reloaded(self, outcome: str) -> None:
        """New tables or policies were looked at: `taken-up` or `refused`."""
        self._counters["scrubber_rules_reloaded"].labels(outcome).inc()

    def committed(self, batch: Batch, seconds: float) -> None:
        """A transaction was committed, `seconds` after its first record was looked at."""
        counters = self._counters
        counters["scrubber_claims_in"].inc(batch.records)
        counters["scrubber_engine_seconds"].inc(batch.seconds)
        self._histograms["scrubber_batch_seconds"].observe(seconds)
        self._histograms["scrubber_batch_records"].observe(batch.records)
        tally = batch.tally
        for name, counts in (
            ("scrubber_verdicts", tally.verdicts),
            ("scrubber_findings", tally.findings),
            ("scrubber_dead_letters", tally.dead_letters),
        ):
            for label, count in counts.items():
                counters[name].labels(label).inc(count)

    def aborted(self, reason: str) -> None:
        """A transaction was given up."""
        self._counters["scrubber_transactions_aborted"].labels(reason).inc()

    def reopened(self) -> None:
        """A partition was opened again."""
        self._counters["scrubber_partitions_reopened"].inc()

    def render(self, assigned: int, partitions: Iterable[PartitionState], tasks: int) -> bytes:
        """Prometheus's text format, with the gauges as they are now. `tasks`: of the event loop, not ended."""
        gauges = self._gauges
        gauges["scrubber_lag_records"].clear()
        gauges["scrubber_commit_age_seconds"].clear()
        opened = 0
        for state in partitions:
            opened += 1
            gauges["scrubber_lag_records"].labels(state.partition).set(state.waiting)
            gauges["scrubber_commit_age_seconds"].labels(state.partition).set(state.commit_age)
        gauges["scrubber_assigned_partitions"].set(assigned)
        gauges["scrubber_open_partitions"].set(opened)
        gauges["scrubber_tasks"].set(tasks)
        gauges["scrubber_log_keys_dropped"].set(dropped_count())
        return generate_latest(self.registry)


def _make(metric: Metric, registry: CollectorRegistry) -> Counter | Gauge | Histogram:
    if metric.kind == "counter":
        counter = Counter(metric.name, metric.text, metric.labels, registry=registry)
        for value in metric.values:
            counter.labels(value)
        return counter
    if metric.kind == "gauge":
        return Gauge(metric.name, metric.text, metric.labels, registry=registry)
    return Histogram(metric.name, metric.text, metric.labels, registry=registry, buckets=metric.buckets)
