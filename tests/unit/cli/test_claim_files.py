"""Every form of input, and everything that people hand over by mistake."""

import gzip
import io
import json
import tracemalloc
from collections.abc import Iterator

import pytest

from scrubber.cli.claim_files import EXPLANATIONS, Entry, Refusal, read_claims
from scrubber.settings import MAX_RECORD_BYTES
from tests.claims import claim, claim_bytes

THREE = [claim(f"T-{number}") for number in range(3)]


def read(content: bytes) -> list[Entry | Refusal]:
    return list(read_claims(io.BytesIO(content)))


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(json.dumps(each) for each in THREE).encode(),
        "\r\n".join(["", *(json.dumps(each) for each in THREE), "", ""]).encode(),
        b"\xef\xbb\xbf" + "\n".join(json.dumps(each) for each in THREE).encode(),
        json.dumps(THREE).encode(),
        json.dumps(THREE, indent=4).encode(),
        b"\n\n  " + json.dumps(THREE, indent=1).encode() + b"\n\n",
        "\n".join(json.dumps(each, indent=2) for each in THREE).encode(),
    ],
    ids=["lines", "blank-lines", "byte-order-mark", "array", "pretty-array", "array-below", "pretty-objects"],
)
def test_the_form_is_found_from_the_content(content: bytes) -> None:
    found = read(content)
    assert [entry.claim.claim_id for entry in found if isinstance(entry, Entry)] == ["T-0", "T-1", "T-2"]
    assert len(found) == 3


@pytest.mark.parametrize("indent", [None, 2])
def test_one_claim_is_enough(indent: int | None) -> None:
    (entry,) = read(json.dumps(THREE[0], indent=indent).encode())
    assert isinstance(entry, Entry)
    assert (entry.claim.claim_id, entry.line) == ("T-0", 1)


def test_a_broken_line_costs_only_itself_and_is_told_by_its_number() -> None:
    content = b"\n".join([claim_bytes("T-0"), b'{"claim_id": "T-1", "payer', b"7", claim_bytes("T-3")])
    first, broken, number, last = read(content)
    assert isinstance(first, Entry)
    assert isinstance(last, Entry)
    assert last.line == 4
    assert isinstance(broken, Refusal)
    assert isinstance(number, Refusal)
    assert (broken.line, broken.reason) == (2, "not-json")
    assert (number.line, number.reason) == (3, "wrong-type")


def test_a_missing_field_is_told_with_its_path() -> None:
    without = claim("T-1")
    del without["payer"]["id"]
    (refusal,) = read(json.dumps(without).encode())
    assert isinstance(refusal, Refusal)
    assert refusal.words("a.jsonl") == (
        "a.jsonl:1: missing-field (at /payer/id): A field is absent without which no claim can be read."
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no-claims"),
        (b" \n\n\t", "no-claims"),
        (b"\x00\x01\x02" * 100, "not-text"),
        (b"\xff\xfe{\x00", "not-text"),
        (gzip.compress(claim_bytes("T-1")), "gzip"),
        (b"PK\x03\x04rest", "zip"),
        (b"ISA*00*          *00*", "x12"),
        (b"<?xml version='1.0'?>", "xml"),
    ],
)
def test_other_files_are_told_as_a_whole(content: bytes, reason: str) -> None:
    (refusal,) = read(content)
    assert isinstance(refusal, Refusal)
    assert (refusal.line, refusal.reason) == (0, reason)
    assert EXPLANATIONS[reason] in refusal.words("x")


@pytest.mark.parametrize("content", [b"[" * 10_000_000, b'{"a":' * 100_000])
def test_depth_is_no_danger(content: bytes) -> None:
    (refusal,) = read(content)
    assert isinstance(refusal, Refusal)
    assert refusal.reason in ("too-deep", "not-json")


def test_a_line_without_end_is_refused_and_the_next_one_read() -> None:
    content = b'{"claim_id": "' + b"x" * (MAX_RECORD_BYTES + 10) + b'"}\n' + claim_bytes("T-2")
    refusal, entry = read(content)
    assert isinstance(refusal, Refusal)
    assert isinstance(entry, Entry)
    assert (refusal.line, refusal.reason, entry.line) == (1, "too-large", 2)


@pytest.mark.parametrize("form", ["lines", "array"])
def test_long_input_is_read_piece_by_piece(form: str) -> None:
    """Megabytes of claims pass through; what is held at any time stays far below that, however many come."""
    one, count = claim_bytes("T-1"), 4_000

    def pieces() -> Iterator[bytes]:
        if form == "array":
            yield b"["
            yield from (one + b",\n" for _ in range(count - 1))
            yield one + b"]"
        else:
            yield from (one + b"\n" for _ in range(count))

    stream = io.BufferedReader(_Pieces(pieces()))
    tracemalloc.start()
    try:
        assert sum(isinstance(each, Entry) for each in read_claims(stream)) == count
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(one) * count > 3_000_000
    assert most < 700_000


class _Pieces(io.RawIOBase):
    """A stream that makes its bytes when they are read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the io classes call it with one
        self._left = self._left or next(self._pieces, b"")
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size
