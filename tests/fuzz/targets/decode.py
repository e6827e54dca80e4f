"""Any record -> the whole handler: headers, time, JSON or MessagePack, well-formed or not.

An input is eight bytes of time (milliseconds, signed), a byte that picks headers, and the value.
"""

import json
import re
import struct
from contextlib import suppress
from random import Random
from typing import Any, Final

import msgspec
from aiokafka import ConsumerRecord

from scrubber.contract import DEAD_LETTER_REASONS, MSGPACK, ContractError, content_type_of, decode_claim
from scrubber.kafka.handler import ClaimHandler, Tally
from scrubber.settings import Settings
from tests.fuzz.changes import changed
from tests.fuzz.claims import Mutator, engine_and_events
from tests.fuzz.guard import WATCH
from tests.fuzz.laws import claim_is_written_and_read

LONGEST: Final = 1 << 16
_SETTINGS: Final = Settings.load({"instance": "a"}, {})
_ENGINE, _EVENTS = engine_and_events()
_HANDLER: Final = ClaimHandler(_ENGINE, _SETTINGS)
_MUTATE: Final = Mutator(_EVENTS, [], grow=False)
_HEAD: Final = struct.Struct("<qB")
_NOON: Final = 1_789_905_600_000
_HEADERS: Final[list[tuple[tuple[str, bytes | None], ...]]] = [
    (),
    (("content-type", MSGPACK.encode()),),
    (("Content-Type", b"application/cloudevents+json; charset=utf-8"),),
    (("content-type", b"application/\xff\xfe"), ("traceparent", b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01")),
    (("content-type", None), ("content-type", b""), ("traceparent", None), ("", b""), ("\ufffd", b"\x00")),
    (("content-type", b";" * 300), ("content-type", MSGPACK.encode())),
    (("content-type", b" APPLICATION/X-MSGPACK ;q=1"), ("traceparent", b"\n" * 55)),
]
_OURS: Final = {"engine-error", "engine-timeout", "verdict-too-large"}
"""Reasons for which a record would not be to blame."""
_PATH: Final = re.compile(r"(/[A-Za-z0-9_.]+)*")
_TIME: Final = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_TIMES: Final = [_NOON, 0, -1, 1, 999, 2**63 - 1, -(2**63), 253_402_300_799_999, 253_402_300_800_000, 86_400_000]


def seeds() -> list[bytes]:
    """A few claims in either format, and what is none."""
    found = [_packed(_NOON, 0, json.dumps(event).encode()) for event in _EVENTS[::8]]
    found += [_packed(_NOON, 1, msgspec.msgpack.encode(event)) for event in _EVENTS[::16]]
    found += [_packed(time, which, b"{}") for time in _TIMES for which in range(len(_HEADERS))]
    deep = b'{"claim_id":' + b"[" * 2000
    twice = b'{"claim_id":"A","claim_id":"B","claim_type":"professional","payer":{"id":"P"},"service_lines":[]}'
    return [*found, *(_packed(time, 0, twice) for time in _TIMES), _packed(_NOON, 0, deep), _packed(_NOON, 0, b"NaN")]


def one(data: bytes) -> None:
    """One record in, one out, whatever it holds; nothing of it in the headers."""
    if len(data) < _HEAD.size:
        return
    time, which = _HEAD.unpack_from(data)
    value = data[_HEAD.size :] or None
    headers = _HEADERS[which % len(_HEADERS)]
    record = ConsumerRecord("claims.submitted", 2, 41, time, 0, None, value, None, 1, 1, headers)
    tally = Tally()
    with WATCH:
        topic, answer, written = _HANDLER(record, tally)
    assert tally.verdicts.total() + tally.dead_letters.total() == 1
    assert not _OURS & tally.dead_letters.keys()
    assert topic in _SETTINGS.output_topics().values()
    said = dict(written)
    assert _TIME.fullmatch(said["ce_time"])
    if tally.dead_letters:
        assert answer == value
        assert said["scrubber_reason"].decode() in DEAD_LETTER_REASONS
        assert _PATH.fullmatch(said["scrubber_path"].decode())
    _decodes(value, headers)


def mutate(data: bytes, longest: int, seed: int) -> bytes:
    """Another claim, other bytes, the other format, another time."""
    random = Random(seed)
    time, which = _HEAD.unpack_from(data) if len(data) >= _HEAD.size else (_NOON, 0)
    value = data[_HEAD.size :]
    if random.random() < 0.2:
        time = random.choice([*_TIMES, random.randint(-(2**63), 2**63 - 1)])
    if random.random() < 0.1:
        which = random.randrange(256)
    if random.random() < 0.4:
        return _packed(time, which, changed(value, longest - _HEAD.size))
    event: Any = None
    with suppress(ValueError, RecursionError, msgspec.DecodeError):
        event = msgspec.msgpack.decode(value) if which % len(_HEADERS) == 1 else json.loads(value)
    event = _MUTATE(event, random)
    which = random.choice((which, 0, 1))
    try:
        made = msgspec.msgpack.encode(event) if which == 1 else json.dumps(event).encode()
    except (UnicodeEncodeError, OverflowError, RecursionError, TypeError):
        made = value
    return _packed(time, which, made[: longest - _HEAD.size])


def _packed(time: int, which: int, value: bytes) -> bytes:
    return _HEAD.pack(time, which % 256) + value


def _decodes(value: bytes | None, headers: tuple[tuple[str, bytes | None], ...]) -> None:
    """A ContractError that holds nothing of the value, or a claim that can be written and read again."""
    try:
        claim = decode_claim(value, content_type_of(headers))
    except ContractError as error:
        assert error.__cause__ is None
        assert error.__context__ is None or error.__suppress_context__ or error.reason == "invalid-amount"
    else:
        claim_is_written_and_read(claim)
