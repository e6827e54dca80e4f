"""The worker as a process: pages, exit codes, what it says when something is missing."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from prometheus_client.parser import text_string_to_metric_families

from scrubber.kafka.embedded import embedded_broker
from scrubber.kafka.metrics import METRICS, STANDARD
from scrubber.web.reasons import NOT_READY
from scrubber.worker import ExitCode
from tests.brokers import Broker
from tests.claims import claim_bytes
from tests.sites import Sent, Site, wait_until

ON_LINUX = sys.platform == "linux"


def samples(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.broker
async def test_pages_tell_what_was_done(site: Site) -> None:
    good: list[Sent] = [(str(number).encode(), claim_bytes(f"T-{number}"), []) for number in range(20)]
    await site.publish([*good, (b"three", claim_bytes("T-3x", units=3), []), (b"bad", b"no", [])])
    with site.worker(log_interval_seconds=1) as worker:
        await site.read(22)
        status, body = worker.get("/healthz")
        assert (status, json.loads(body)) == (200, {"status": "ok"})
        status, body = worker.get("/readyz")
        assert (status, json.loads(body)) == (200, {"status": "ready", "partitions": 3})
        assert worker.get("/nothing")[0] == 404
        text = worker.get("/metrics")[1]
        wait_until(lambda: sum(line["claims"] for line in worker.events("summary")) >= 22, 5)
        summaries = worker.events("summary")
        worker.stop()

    found = samples(text)
    assert found["scrubber_claims_in_total", ()] == 22
    assert found["scrubber_verdicts_total", ("pass",)] == 20
    assert found["scrubber_verdicts_total", ("fix-suggestion",)] == 1
    assert found["scrubber_dead_letters_total", ("not-json",)] == 1
    assert sum(value for (name, _), value in found.items() if name == "scrubber_findings_total") >= 1
    assert found["scrubber_assigned_partitions", ()] == found["scrubber_open_partitions", ()] == 3
    assert [found["scrubber_lag_records", (str(number),)] for number in range(3)] == [0, 0, 0]
    assert found["scrubber_log_keys_dropped", ()] == 0
    families = {family.name for family in text_string_to_metric_families(text)}
    assert families == {metric.name for metric in (*METRICS, *(STANDARD if ON_LINUX else STANDARD[-3:]))}
    assert found["scrubber_tasks", ()] > 5
    if ON_LINUX:
        assert 40 << 20 < found["process_resident_memory_bytes", ()] < 1 << 30
        assert 10 < found["process_open_fds", ()] < 200
        assert 0.1 < found["process_cpu_seconds_total", ()] < 60
    assert sum(line["claims"] for line in summaries) == 22
    # A healthy worker is quiet.
    expected = {"worker-starting", "partitions-assigned", "summary", "draining", "worker-stopped"}
    said = [json.loads(line) for line in worker.text().splitlines()]
    assert {line["event"] for line in said if line["level"] == "info"} <= expected
    assert [line for line in said if line["level"] != "info" and line["event"] != "library"] == []


@pytest.mark.broker
async def test_a_missing_output_topic_is_said_and_healed(broker: Broker, tmp_path: Path) -> None:
    site = Site(broker, tmp_path)
    if broker.kind == "embedded":
        pytest.skip("the embedded broker creates topics by itself")
    await site.create_topics()
    other = f"{site.settings().passed_topic}.other"
    await site.publish([(b"k", claim_bytes(), [])])
    with site.starting(passed_topic=other) as worker:
        wait_until(lambda: bool(worker.events("topic-missing")), 30, worker.text)
        assert worker.events("topic-missing")[0]["topic"] == other
        status, body = worker.get("/readyz")
        assert (status, json.loads(body)["status"]) == (503, "opening-partitions")
        assert "opening-partitions" in NOT_READY
        await _create(site, other)
        worker.wait_ready()
        (record,) = await site.read(1, other)
        assert record.topic == other


async def _create(site: Site, name: str) -> None:
    from scrubber.kafka.topics import create_topics, plan_topics
    from tests.sites import TOPICS_FILE

    settings = site.settings(passed_topic=name)
    plans = plan_topics(settings, TOPICS_FILE, partitions=3, replication=site.broker.replication)
    reports = await create_topics(settings, plans)
    assert {report.name: report.state for report in reports}[name] == "created"


def run_worker(env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SCRUBBER_")}
    return subprocess.run(
        [sys.executable, "-m", "scrubber.worker"],
        env=clean | env, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


def test_bad_settings_end_with_2_and_name_everything_that_is_wrong() -> None:
    ended = run_worker({"SCRUBBER_BATCH_RECORDS": "0", "SCRUBBER_SECURITY_PROTOCOL": "TELNET"})
    assert ended.returncode == ExitCode.SETTINGS
    assert "batch_records (environment SCRUBBER_BATCH_RECORDS)" in ended.stderr
    assert "from 1 to 20000" in ended.stderr
    assert "PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL" in ended.stderr


def test_a_taken_port_ends_with_7() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = run_worker({"SCRUBBER_WEB_PORT": port, "SCRUBBER_BOOTSTRAP_SERVERS": "127.0.0.1:1"})
    assert ended.returncode == ExitCode.WEB
    events = [json.loads(line)["event"] for line in ended.stderr.splitlines()]
    assert events[-2:] == ["web-not-started", "worker-stopped"]


def test_unusable_payer_policies_end_with_8(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("this is no policy = = =")
    ended = run_worker({"SCRUBBER_PAYER_FOLDER": str(tmp_path)})
    assert ended.returncode == ExitCode.REFERENCE
    assert "reference-not-loaded" in ended.stderr
    assert "this is no policy" not in ended.stderr


def test_brokers_that_cannot_be_reached_are_tried_again_and_a_signal_still_ends_it(tmp_path: Path) -> None:
    site = Site(Broker("given", "127.0.0.1:1"), tmp_path)
    with site.starting() as worker:
        wait_until(lambda: len(worker.events("broker-unreachable")) >= 2, 20, worker.text)
        status, body = worker.get("/readyz")
        assert (status, json.loads(body)["status"]) == (503, "broker-unreachable")
        assert worker.get("/healthz")[0] == 200
        assert worker.stop() == ExitCode.STOPPED


async def test_draining_past_its_deadline_ends_with_5(tmp_path: Path) -> None:
    with ExitStack() as closing:
        address = closing.enter_context(embedded_broker())
        site = Site(Broker("embedded", address), tmp_path)
        await site.create_topics()
        await site.publish([(str(number).encode(), claim_bytes(f"T-{number}"), []) for number in range(5000)])
        with site.worker(batch_records=1, drain_seconds=2) as worker:
            closing.close()
            # The transactions under way hang now, and nobody answers.
            wait_until(lambda: bool(worker.events("library")), 20, worker.text)
            assert worker.stop(seconds=15) == ExitCode.DRAIN_DEADLINE
        assert [line["code_name"] for line in worker.events("worker-stopped")] == ["DRAIN_DEADLINE"]


async def test_a_second_signal_ends_with_6_at_once(tmp_path: Path) -> None:
    with ExitStack() as closing:
        address = closing.enter_context(embedded_broker())
        site = Site(Broker("embedded", address), tmp_path)
        await site.create_topics()
        await site.publish([(str(number).encode(), claim_bytes(f"T-{number}"), []) for number in range(5000)])
        with site.worker(batch_records=1, drain_seconds=60) as worker:
            closing.close()
            wait_until(lambda: bool(worker.events("library")), 20, worker.text)
            worker.process.send_signal(signal.SIGTERM)
            wait_until(lambda: bool(worker.events("draining")), 5, worker.text)
            assert worker.stop(signal.SIGINT, seconds=3) == ExitCode.FORCED


async def test_a_broker_that_falls_silent_is_told_by_readyz(tmp_path: Path) -> None:
    with ExitStack() as closing:
        address = closing.enter_context(embedded_broker())
        site = Site(Broker("embedded", address), tmp_path)
        await site.create_topics()
        with site.worker() as worker:
            closing.close()
            wait_until(lambda: worker.get("/readyz")[0] == 503, 30, worker.text)
            assert json.loads(worker.get("/readyz")[1])["status"] == "broker-silent"
            assert worker.get("/healthz")[0] == 200


ENDING = """
import sys
from aiokafka import errors
from scrubber.kafka.loop import ClaimLoop
async def end(self):
    raise {error}
ClaimLoop._start_consumer = end
from scrubber.worker.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    ("error", "code", "event"),
    [
        ("errors.TopicAuthorizationFailedError('JANE DOE')", ExitCode.KAFKA, "fatal-kafka-error"),
        ("errors.TransactionalIdAuthorizationFailed('JANE DOE')", ExitCode.KAFKA, "fatal-kafka-error"),
        ("IndexError('JANE DOE')", ExitCode.BUG, "bug"),
    ],
)
def test_an_error_that_cannot_heal_ends_the_worker(tmp_path: Path, error: str, code: ExitCode, event: str) -> None:
    site = Site(Broker("given", "127.0.0.1:1"), tmp_path)
    with site.starting([sys.executable, "-c", ENDING.format(error=error)]) as worker:
        assert worker.process.wait(20) == code
    (line,) = worker.events(event)
    assert line["error"] in error
    assert line["frames"]
    assert "JANE DOE" not in worker.text()


# A worker that cannot read what it was assigned the second time, which ends aiokafka's part in the group for good.
DEAF = """
import sys
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
decode = ConsumerProtocolMemberAssignment.decode
times = 0
def deaf(value):
    global times
    times += 1
    return decode(b"" if times == 2 else value)
ConsumerProtocolMemberAssignment.decode = deaf
from scrubber.worker.__main__ import main
sys.exit(main())
"""


@pytest.mark.broker
async def test_a_consumer_that_lost_its_group_is_replaced(site: Site) -> None:
    with site.worker([sys.executable, "-c", DEAF]) as deaf:
        with site.worker(instance="b") as other:
            wait_until(lambda: bool(deaf.events("step-failed")), 30, deaf.text)
            wait_until(lambda: len(deaf.events("partitions-assigned")) >= 2, 30, deaf.text)
            deaf.wait_ready()
            assert other.stop() == ExitCode.STOPPED
        await site.publish([(str(number).encode(), claim_bytes(f"T-{number}"), []) for number in range(30)])
        assert len(await site.read(30)) == 30
        assert deaf.stop() == ExitCode.STOPPED


@pytest.mark.broker
async def test_a_position_that_retention_deleted_is_said_and_left(site: Site) -> None:
    if site.broker.kind == "embedded":
        pytest.skip("the embedded broker deletes no records")
    settings = site.settings()
    tp = TopicPartition(settings.input_topic, 0)
    await site.publish([(b"k", claim_bytes(f"T-{number}"), []) for number in range(100)], partition=0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=site.broker.address, group_id=settings.group, enable_auto_commit=False
    )
    await consumer.start()
    consumer.assign([tp])
    await consumer.commit({tp: 5})
    await consumer.stop()
    admin = AIOKafkaAdminClient(bootstrap_servers=site.broker.address)
    await admin.start()
    await admin.delete_records({tp: RecordsToDelete(before_offset=60)})
    await admin.close()

    with site.worker() as worker:
        records = await site.read(40)
    (line,) = worker.events("position-lost")
    assert (line["partition"], line["offset"], line["first"]) == (0, 5, 60)
    assert [json.loads(record.value)["claim_id"] for record in records] == [f"T-{number}" for number in range(60, 100)]


@pytest.mark.broker
async def test_records_deleted_under_a_running_worker_do_not_stop_it(site: Site) -> None:
    if site.broker.kind == "embedded":
        pytest.skip("the embedded broker deletes no records")
    settings = site.settings()
    tp = TopicPartition(settings.input_topic, 0)
    with site.worker() as worker:
        await site.publish([(b"k", claim_bytes("T-0"), [])], partition=0)
        await site.read(1)
        worker.process.send_signal(signal.SIGSTOP)
        await site.publish([(b"k", claim_bytes(f"T-{number}"), []) for number in range(1, 50)], partition=0)
        admin = AIOKafkaAdminClient(bootstrap_servers=site.broker.address)
        await admin.start()
        await admin.delete_records({tp: RecordsToDelete(before_offset=40)})
        await admin.close()
        worker.process.send_signal(signal.SIGCONT)
        records = await site.read(11, quiet=6)
        assert worker.process.poll() is None
    ids = [json.loads(record.value)["claim_id"] for record in records]
    assert ids[-10:] == [f"T-{number}" for number in range(40, 50)]
