"""The pytest plugin in other teams' test suites."""

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from tests.examples import example, run_example, run_tests

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def _nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SCRUBBER_BOOTSTRAP_SERVERS", "SCRUBBER_IMAGE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.broker
def test_the_documents_example_on_the_embedded_broker(pytester: pytest.Pytester) -> None:
    result = run_example(pytester, "test_claims.py")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["scrubber: embedded broker at 127.0.0.1:*", "scrubber: worker process on 127.0.0.1:*"])


OTHER_TEAM = """
import asyncio, json, subprocess, urllib.request
import pytest
from aiokafka import AIOKafkaProducer
from test_claims import CLAIM, THREE_LESIONS

@pytest.fixture(scope="session")
def scrubber_settings():
    return {"input_topic": "billing.claims", "denial_risk_topic": "billing.denied"}

@pytest.mark.asyncio
async def test_our_own_publisher(scrubber_worker, scrubber_claims):
    assert scrubber_worker.kind == "process"
    producer = AIOKafkaProducer(bootstrap_servers=scrubber_worker.bootstrap_servers)
    await producer.start()
    try:
        await producer.send_and_wait("billing.claims", json.dumps(CLAIM | {"claim_id": "OURS-1"}).encode())
    finally:
        await producer.stop()
    verdict = await scrubber_claims.verdict("OURS-1")
    assert verdict.disposition == "pass"
    assert verdict.origin.topic == "billing.claims"

@pytest.mark.asyncio
async def test_many_at_once(scrubber_claims):
    claims = [CLAIM | {"claim_id": f"MANY-{n}"} if n % 2 else THREE_LESIONS for n in range(60)]
    verdicts = await scrubber_claims.scrub(*claims)
    assert [v.disposition for v in verdicts] == ["fix-suggestion", "pass"] * 30
    assert verdicts[1].claim_id == "MANY-1" and verdicts[59].claim_id == "MANY-59"

@pytest.mark.asyncio
async def test_the_same_id_twice_has_two_verdicts(scrubber_claims):
    first, second = await scrubber_claims.scrub(CLAIM, CLAIM | {"diagnoses": ["L57"]})
    assert (first.claim_id, first.disposition) == (second.claim_id, "pass")
    assert second.disposition != "pass"

@pytest.mark.asyncio
async def test_what_nobody_published(scrubber_claims):
    with pytest.raises(TimeoutError, match="no verdict on the claim with that claim_id within 0.2 s"):
        await scrubber_claims.verdict("NOBODY", timeout=0.2)

def test_metrics(scrubber_worker):
    with urllib.request.urlopen(scrubber_worker.metrics_url) as page:
        assert b"scrubber_verdicts_total" in page.read()
"""


@pytest.mark.broker
def test_another_teams_suite(pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("test_claims.py").write_text(example("test_claims.py"), encoding="utf-8")
    pytester.makepyfile(test_other_team=OTHER_TEAM)
    result = run_tests(pytester, "test_other_team.py")
    result.assert_outcomes(passed=5)


@pytest.mark.broker
def test_a_kafka_from_the_teams_own_fixture(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("""
        import pytest
        from scrubber.kafka.embedded import embedded_broker

        @pytest.fixture(scope="session")
        def scrubber_bootstrap_servers():
            with embedded_broker() as address:
                yield address
    """)
    result = run_example(pytester, "test_claims.py")
    result.assert_outcomes(passed=3)
    assert "scrubber: embedded broker" not in result.stdout.str()


@pytest.mark.parametrize("given", ["option", "ini", "environment"])
def test_where_kafka_is(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    """Each beats the next."""
    options = []
    monkeypatch.setenv("SCRUBBER_BOOTSTRAP_SERVERS", "environment:9092")
    if given != "environment":
        pytester.makeini("[pytest]\nscrubber_bootstrap_servers = ini:9092")
    if given == "option":
        options = ["--scrubber-bootstrap-servers=option:9092"]
    pytester.makepyfile(f"""
        def test_address(scrubber_bootstrap_servers):
            assert scrubber_bootstrap_servers == "{given}:9092"
    """)
    run_tests(pytester, *options).assert_outcomes(passed=1)


def test_no_kafka_at_all_fails_and_says_what_to_do(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("""
        import scrubber.kafka.embedded as embedded

        def missing():
            raise embedded.EmbeddedBrokerError("install it")

        embedded.embedded_broker = missing
    """)
    pytester.makepyfile("def test_it(scrubber_claims): pass")
    result = run_tests(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*no Kafka: give --scrubber-bootstrap-servers, or else install it*"])


def test_a_suite_that_does_not_use_it_notices_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import sys

        def test_nothing_was_imported():
            heavy = {"scrubber.settings", "scrubber.kafka", "aiokafka", "faust", "msgspec", "testcontainers"}
            assert not heavy & set(sys.modules)
    """)
    result = run_tests(pytester)
    result.assert_outcomes(passed=1)
    assert "scrubber:" not in result.stdout.str()


def test_pytest_finds_the_plugin_by_itself() -> None:
    assert [found.value for found in entry_points(group="pytest11", name="scrubber")] == ["scrubber.testing.plugin"]


def test_without_the_extra_the_container_says_what_to_install() -> None:
    code = "import sys; sys.modules['testcontainers'] = None; from scrubber.testing import ScrubberContainer"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "pip install 'claim-scrubber[testing]'" in result.stderr.splitlines()[-1]
