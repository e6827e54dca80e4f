"""The chaos tests' judge finds each kind of wrong: what is shown here fails there."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from scrubber.engine import load_engine
from scrubber.kafka.handler import ClaimHandler, Tally
from scrubber.settings import Settings
from tests.chaos.shapes import MAX_CLAIM_BYTES, claim_id, claim_values_in, mixed
from tests.chaos.verifier import Verifier

COUNT = 200
SETTINGS = Settings.load({"max_claim_bytes": MAX_CLAIM_BYTES}, env={})
Answers = list[SimpleNamespace]


def answers() -> Answers:
    """What a worker writes for the first claims of partition 3, one output partition a topic."""
    handle = ClaimHandler(load_engine(), SETTINGS)
    written = []
    for sequence in range(COUNT):
        key = claim_id(3, sequence).encode()
        sent = mixed(3, sequence).record(key, sequence)
        record = SimpleNamespace(topic=SETTINGS.input_topic, partition=3, offset=sequence, key=key, value=sent.value,
                                 headers=sent.headers, timestamp=sent.timestamp or 1_790_000_000_000)  # fmt: skip
        topic, value, headers = handle(record, Tally())
        written.append(
            SimpleNamespace(topic=topic, partition=0, offset=sequence, key=key, value=value, headers=headers)
        )
    return written


def drop(written: Answers) -> None:
    del written[77]


def double(written: Answers) -> None:
    written.append(written[-1])


def swap(written: Answers) -> None:
    passed = [index for index, record in enumerate(written) if record.topic == SETTINGS.passed_topic]
    one, other = passed[4], passed[5]
    written[one], written[other] = written[other], written[one]


def misplace(written: Answers) -> None:
    written[10].topic = SETTINGS.denial_risk_topic


def alter(written: Answers) -> None:
    verdict = next(record for record in written if record.topic == SETTINGS.fix_suggested_topic)
    verdict.value = verdict.value.replace(b'"offset":', b'"offset":1')


def invent(written: Answers) -> None:
    written.append(SimpleNamespace(**vars(written[0]) | {"key": None}))


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        (bool, {}),
        (drop, {"lost": 1}),
        (double, {"doubled": 1, "out_of_order": 1}),
        (swap, {"out_of_order": 1}),
        (misplace, {"wrong": 1}),
        (alter, {"wrong": 1}),
        (invent, {"strange": 1}),
    ],
)
def test_the_judge_finds_what_is_wrong(wrong: Callable[[Answers], Any], found: dict[str, int]) -> None:
    written = answers()
    wrong(written)
    verifier = Verifier(load_engine(), SETTINGS)
    for record in written:
        verifier.look(record)
    judgement = verifier.judge({3: COUNT})
    assert {name: count for name, count in judgement.faults.items() if count} == found
    assert bool(judgement.examples) == bool(found)


def test_an_answer_to_what_was_not_published_is_strange() -> None:
    verifier = Verifier(load_engine(), SETTINGS)
    for record in answers():
        verifier.look(record)
    assert verifier.judge({3: COUNT - 1}).strange == 1


def test_what_is_published_is_known_again_in_a_text() -> None:
    for sequence in range(100):
        key = claim_id(3, sequence)
        value = mixed(3, sequence).record(key.encode(), sequence).value or b""
        assert claim_values_in(value.decode()) or not value
        assert claim_values_in(f'{{"key":"{key}"}}') == {key}
    assert claim_values_in('{"event":"summary","partition":3,"offset":1234567}') == set()
