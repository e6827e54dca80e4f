"""An endless mix: claims that pass, that need a fix, that would be denied, and one record in a hundred that is none."""

import json
from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Final

from tests.bench.maker import Maker

SEED: Final = 20261124
POISON: Final = 100
FRESH: Final = 10
"""One claim in so many is new; the others are one of the last ones under another id, for making one takes longest."""
_KEPT: Final = 5000
_FAULTY: Final = 0.2
_ID: Final = b"SOAK-"

_NO_CLAIMS: Final = (
    b"",
    b"%PDF-1.7 not a claim",
    b'{"claim_id": "SOAK-X", "claim_type": "professional"}',
    b'{"claim_id": "SOAK-X", "claim_type": "professional", "payer": {"id": 7}, "service_lines": []}',
    b"[" * 100_000,
    b" " * 1_100_000,
)
"""Empty, no JSON, a field missing, a wrong type, too deep, too large."""


def records() -> Iterator[tuple[bytes, bytes]]:
    """Yield key and value, no key twice. The same ones in each run."""
    random = Random(SEED)
    maker = Maker(random, usable=lambda _: True)
    kept: list[bytes] = []
    for number in count(1):
        key = _ID + b"%09d" % number
        if number % POISON == 0:
            yield key, random.choice(_NO_CLAIMS)
            continue
        if number % FRESH == 1:
            event = maker.make(number, clean=random.random() >= _FAULTY)
            event["claim_id"] = "@"
            value = json.dumps(event, separators=(",", ":")).encode()
            if len(kept) < _KEPT:
                kept.append(value)
            else:
                kept[random.randrange(_KEPT)] = value
        else:
            value = random.choice(kept)
        yield key, value.replace(b'"@"', b'"%s"' % key, 1)
