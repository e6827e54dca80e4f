"""Any file of claims, as `scrub` and `publish` read it -> claims and refusals, each with its line; never an exception.

Where the whole is JSON that anybody's parser reads, as many claims come out as that parser finds values.
"""

import io
import json
from random import Random
from typing import Final

from scrubber.cli.claim_files import Entry, read_claims
from scrubber.contract import encode_claim
from scrubber.rules.example import example
from tests.fuzz.changes import changed
from tests.fuzz.guard import WATCH

LONGEST: Final = 1 << 13
_CLAIM: Final = json.dumps(example("17000").event()).encode()
_PRETTY: Final = json.dumps(example("17004", "17003x2").event(), indent=2).encode()
_BITS: Final = [
    b"\n", b"\r\n", b"[", b"]", b"{", b"}", b",", b'"', b"\\", b'\\"', b"\xef\xbb\xbf", b"\0", b" ",
    b"[" * 1200, b"{" * 700, b'"' * 9, b"\x1f\x8b", b"PK\x03\x04", b"ISA*", b"<?xml", b"null", b"1", b"//",
    b"\xff", _CLAIM, _PRETTY, b'"\n"',
]  # fmt: skip


def seeds() -> list[bytes]:
    """The three forms that files have, and what they are mistaken for."""
    one, many = _CLAIM, b",\n".join([_CLAIM, _PRETTY])
    return [one, one + b"\n" + one, b"[" + many + b"]", _PRETTY + b"\n" + _PRETTY, b"", b"\n\n", b"[", b"{", *_BITS]


def one(data: bytes) -> None:
    """Everything comes out, in order."""
    with WATCH:
        found = list(read_claims(io.BytesIO(data)))
    if not found:
        assert data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"[", "only an array may be empty and say nothing"
        return
    lines = [each.line for each in found]
    assert lines == sorted(lines)
    assert lines[-1] <= data.count(b"\n") + 1
    for each in found:
        if isinstance(each, Entry):
            assert each.raw in data
            assert encode_claim(each.claim)
        else:
            assert each.words("FILE").startswith("FILE")
    if (values := _whole(data)) is not None and values:
        assert len(found) == values


def mutate(data: bytes, longest: int, seed: int) -> bytes:
    """Bits put in and parts repeated, or bytes changed."""
    random = Random(seed)
    if random.random() < 0.5:
        return changed(data, longest)
    at, size = random.randint(0, len(data)), random.choice((0, 0, 1, 3, 50))
    bit = random.choice([*_BITS, data[at : at + 200]])
    return (data[:at] + bit + data[at + size :])[:longest]


def _whole(data: bytes) -> int | None:
    """How many values a JSON array of objects has; None where the file is none."""
    try:
        value = json.loads(data.decode())
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        return None
    return len(value)
