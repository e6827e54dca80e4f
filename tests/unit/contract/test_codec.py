import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.contract import (
    JSON,
    MSGPACK,
    REASONS,
    ContractError,
    content_type_of,
    decode_claim,
    decode_verdict,
    encode_claim,
    encode_verdict,
)
from scrubber.contract.codec import _COVERAGE
from scrubber.engine import Engine
from scrubber.rules.example import example

CLAIM = {
    "claim_id": "DEMO-000001",
    "claim_type": "professional",
    "claim_frequency_code": "1",
    "received_at": "2026-09-18T14:03:00Z",
    "payer": {
        "id": "MEDICARE-B",
        "name": "Medicare Part B",
        "line_of_business": "medicare",
        "policy": "medicare",
    },
    "subscriber": {"member_id": "TEST0000001", "birth_date": "1960-02-11", "sex": "F"},
    "patient": {"relationship_code": "18", "birth_date": "1960-02-11", "sex": "F", "account_number": "ACCT-1"},
    "billing_provider": {"npi": "1234567893", "taxonomy_code": "207N00000X", "tax_id": "000000000"},
    "rendering_provider": {"npi": "1234567893", "taxonomy_code": "207N00000X"},
    "referring_provider": None,
    "service_facility": None,
    "place_of_service": "11",
    "prior_authorization_number": None,
    "clia_number": None,
    "total_charge": "225.00",
    "diagnoses": ["L57.0"],
    "service_lines": [
        {
            "line_number": 1,
            "procedure_code": "17000",
            "modifiers": [],
            "units": 3,
            "charge": "225.00",
            "service_date_from": "2026-09-15",
            "service_date_to": "2026-09-15",
            "diagnosis_pointers": [1],
            "place_of_service": None,
            "ndc": None,
        }
    ],
    "documentation": None,
}


def test_a_claim_comes_back_as_it_was_written() -> None:
    assert json.loads(encode_claim(decode_claim(json.dumps(CLAIM).encode()))) == CLAIM


@pytest.mark.parametrize("content_type", [JSON, MSGPACK])
def test_both_formats_carry_the_same_claim(content_type: str) -> None:
    claim = decode_claim(json.dumps(CLAIM).encode())
    assert decode_claim(encode_claim(claim, content_type), content_type) == claim


@pytest.mark.parametrize("content_type", [JSON, MSGPACK])
def test_both_formats_carry_the_same_verdict(engine: Engine, content_type: str) -> None:
    verdict = engine.scrub(example("17000x3").claim(), as_of=dt.date(2026, 9, 18))
    for _ in range(2):  # the second time the coverage is remembered
        decoded = decode_verdict(encode_verdict(verdict, content_type), content_type)
        assert msgspec.json.encode(decoded) == msgspec.json.encode(verdict)
    assert id(verdict.coverage) in _COVERAGE[content_type]


def test_fields_nobody_knows_are_ignored() -> None:
    assert decode_claim(json.dumps(CLAIM | {"tomorrow": [1]}).encode()).claim_id == "DEMO-000001"


def _broken(change: Callable[[dict[str, Any]], object]) -> bytes:
    claim = json.loads(json.dumps(CLAIM))
    change(claim)
    return json.dumps(claim).encode()


MARKER = "PHI-MARKER"


@pytest.mark.parametrize(
    ("value", "reason", "path"),
    [
        (b"", "empty", ""),
        (None, "empty", ""),
        (MARKER.encode(), "not-json", ""),
        (b"[" * 100_000, "wrong-type", ""),
        (b'{"x":' * 100_000, "too-deep", ""),
        (_broken(lambda c: c.pop("claim_id")), "missing-field", "/claim_id"),
        (_broken(lambda c: c["payer"].pop("id")), "missing-field", "/payer/id"),
        (_broken(lambda c: c.update(claim_id=3)), "wrong-type", "/claim_id"),
        (_broken(lambda c: c.update(claim_id="")), "invalid-length", "/claim_id"),
        (_broken(lambda c: c.update(claim_type=MARKER)), "invalid-value", "/claim_type"),
        (_broken(lambda c: c["subscriber"].update(sex=MARKER)), "invalid-value", "/subscriber/sex"),
        (_broken(lambda c: c["patient"].update(birth_date=MARKER)), "invalid-value", "/patient/birth_date"),
        (_broken(lambda c: c.update(total_charge=MARKER)), "invalid-amount", "/total_charge"),
        (_broken(lambda c: c.update(total_charge=1e300)), "invalid-amount", "/total_charge"),
        (_broken(lambda c: c["service_lines"][0].update(charge="1.234")), "invalid-amount", "/service_lines/0/charge"),
        (_broken(lambda c: c["service_lines"][0].update(units="NaN")), "invalid-amount", "/service_lines/0/units"),
        (_broken(lambda c: c["service_lines"][0].update(units=True)), "wrong-type", "/service_lines/0/units"),
        (_broken(lambda c: c.update(service_lines=c["service_lines"] * 51)), "invalid-length", "/service_lines"),
        (
            _broken(lambda c: c["service_lines"][0].update(modifiers=["25"] * 5)),
            "invalid-length",
            "/service_lines/0/modifiers",
        ),
        (_broken(lambda c: c["service_lines"][0].update(modifiers=[3])), "wrong-type", "/service_lines/0/modifiers/0"),
    ],
)
def test_what_is_no_claim_is_named_by_reason_and_path(value: bytes | None, reason: str, path: str) -> None:
    with pytest.raises(ContractError) as caught:
        decode_claim(value)
    error = caught.value
    assert (error.reason, error.path) == (reason, path)
    assert MARKER not in str(error)
    assert error.__context__ is None, "the original error quotes the input and must not travel along"


@given(st.binary(max_size=400), st.sampled_from([JSON, MSGPACK]))
def test_any_bytes_give_a_claim_or_a_known_reason(value: bytes, content_type: str) -> None:
    try:
        decode_claim(value, content_type)
    except ContractError as error:
        assert error.reason in REASONS


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(CLAIM)), json_values)
def test_any_value_in_any_field_gives_a_claim_or_a_path_of_the_schema(field: str, value: object) -> None:
    try:
        decode_claim(msgspec.json.encode(CLAIM | {field: value}))
    except ContractError as error:
        assert error.reason in REASONS
        assert error.path.split("/")[1] == field


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, JSON),
        (b"application/json; charset=utf-8", JSON),
        (b"Application/JSON", JSON),
        (b"application/cloudevents+json", JSON),
        (b"application/msgpack", MSGPACK),
        (b"application/x-msgpack", MSGPACK),
    ],
)
def test_content_type(header: bytes | None, expected: str) -> None:
    assert content_type_of([("other", b"x"), ("Content-Type", header)] if header else []) == expected


def test_an_unknown_content_type_is_refused() -> None:
    with pytest.raises(ContractError, match="unknown-content-type"):
        content_type_of([("content-type", b"text/plain")])
