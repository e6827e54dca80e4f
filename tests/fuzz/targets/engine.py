"""Any claim that can be read -> `Engine.scrub`, whatever tables are imported."""

import json
from contextlib import suppress
from random import Random
from typing import Any, Final

from scrubber.contract import ContractError, decode_claim
from tests.fuzz.claims import Mutator, codes, engine_and_events
from tests.fuzz.laws import verdict_holds

LONGEST: Final = 1 << 16
_ENGINE, _EVENTS = engine_and_events()
_MUTATE = Mutator(_EVENTS, codes())


def seeds() -> list[bytes]:
    """Every rule's examples."""
    return [json.dumps(event).encode() for event in _EVENTS]


def one(data: bytes) -> None:
    """Not every input is a claim; of one that is the laws hold."""
    with suppress(ContractError):
        verdict_holds(_ENGINE, decode_claim(data))


def mutate(data: bytes, longest: int, seed: int) -> bytes:
    """Mostly another claim, now and then other bytes."""
    random = Random(seed)
    event: Any = None
    with suppress(ValueError, RecursionError):
        event = json.loads(data)
    made = json.dumps(_MUTATE(event, random)).encode()
    return made if len(made) <= longest else data
