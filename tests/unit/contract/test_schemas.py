import datetime as dt
import json
from pathlib import Path

import jsonschema
import pytest

from scrubber.contract import encode_claim, encode_verdict
from scrubber.contract.schemas import documents
from scrubber.engine import Engine
from scrubber.rules.example import example

TOPICS = Path(__file__).parents[3] / "topics"


@pytest.mark.parametrize("name", documents())
def test_the_documents_in_topics_are_in_sync(name: str) -> None:
    assert (TOPICS / name).read_bytes() == documents()[name], "run `make docs`"


def _validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((TOPICS / name).read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def test_claims_and_verdicts_keep_to_their_schemas(engine: Engine) -> None:
    claims, verdicts = _validator("claim.schema.json"), _validator("verdict.schema.json")
    for lines in (["17000"], ["17000x3"], ["20983", "77013"]):
        claim = example(*lines).claim()
        claims.validate(json.loads(encode_claim(claim)))
        verdicts.validate(json.loads(encode_verdict(engine.scrub(claim, as_of=dt.date(2026, 9, 18)))))


def test_the_schema_refuses_what_decoding_refuses() -> None:
    event = example("17000").event()
    validator = _validator("claim.schema.json")
    assert validator.is_valid(event)
    for change in ({"claim_id": 3}, {"claim_type": "dental"}, {"total_charge": "much"}, {"service_lines": None}):
        assert not validator.is_valid(event | change)
