"""Any claim that can be read -> `Engine.scrub`, whatever tables are imported."""

import json
from contextlib import suppress
from random import Random
from typing import Any, Final
from zlib import crc32

from scrubber.contract import ContractError, decode_claim
from tests.fuzz.claims import Mutator, codes, engine_and_events, full_tables
from tests.fuzz.laws import verdict_holds

LONGEST: Final = 1 << 16
_SHORT: Final = 8
_TABLES: Final = full_tables()
_ENGINE, _EVENTS = engine_and_events(_TABLES)
_MUTATE: Final = Mutator(_EVENTS, codes(_TABLES))


def seeds() -> list[bytes]:
    """Every rule's examples."""
    return [json.dumps(event).encode() for event in _EVENTS]


def one(data: bytes) -> None:
    """Not every input is a claim; of one that is the laws hold."""
    with suppress(ContractError):
        claim = decode_claim(data)
        # To prove fixes again takes many scrubs: of short claims, and of one in eight, so that new claims come sooner.
        verdict_holds(_ENGINE, claim, fixes=len(claim.service_lines) <= _SHORT and crc32(data) % 8 == 0)


def mutate(data: bytes, longest: int, seed: int) -> bytes:
    """Mostly another claim, now and then other bytes."""
    random = Random(seed)
    event: Any = None
    with suppress(ValueError, RecursionError):
        event = json.loads(data)
    made = json.dumps(_MUTATE(event, random)).encode()
    return made if len(made) <= longest else data
