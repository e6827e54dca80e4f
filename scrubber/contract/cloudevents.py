"""CloudEvents headers (Kafka binding, binary mode) of everything that is written.

`ce_time` is the time of the record read, not the clock's: scrubbing a record again writes the same bytes.
What comes in is passed on only in forms that cannot carry text: a `traceparent` and a content type, each checked.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from time import gmtime, strftime
from typing import Final

from scrubber.contract.codec import content_type_of
from scrubber.contract.errors import ContractError
from scrubber.contract.verdict import Origin, Verdict

Headers = list[tuple[str, bytes]]
Incoming = Sequence[tuple[str, bytes | None]]

VERDICT_TYPE: Final = "com.claim-scrubber.verdict.v1"
DEAD_LETTER_TYPE: Final = "com.claim-scrubber.dead-letter.v1"

LAST_TIME: Final = 253_402_300_799_999
"""Milliseconds since 1970 at the end of the year 9999. A producer may have put any 64 bits into a record's time."""

_SPECVERSION: Final = ("ce_specversion", b"1.0")
_VERDICT: Final = ("ce_type", VERDICT_TYPE.encode())
_DEAD_LETTER: Final = ("ce_type", DEAD_LETTER_TYPE.encode())
_TRACEPARENT: Final = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}").fullmatch


def verdict_headers(verdict: Verdict, *, content_type: str, time: int, source: str, incoming: Incoming) -> Headers:
    """Headers of a verdict. `time`: milliseconds since 1970 of the claim's record; `source`: a URI reference."""
    headers = [
        _SPECVERSION,
        ("ce_id", verdict.verdict_id.encode()),
        _VERDICT,
        ("ce_source", source.encode()),
        ("ce_time", timestamp(time)),
        ("content-type", content_type.encode()),
    ]
    if incoming:
        headers += _traceparent(incoming)
    return headers


def dead_letter_headers(
    reason: str, path: str, origin: Origin, *, time: int, source: str, incoming: Incoming
) -> Headers:
    """Headers of a dead letter: why (a bounded code), where in the value (a JSON Pointer) and which record it was."""
    return [
        _SPECVERSION,
        ("ce_id", f"{origin.topic}.{origin.partition}.{origin.offset}".encode()),
        _DEAD_LETTER,
        ("ce_source", source.encode()),
        ("ce_time", timestamp(time)),
        ("scrubber_reason", reason.encode()),
        ("scrubber_path", path.encode()),
        ("scrubber_topic", origin.topic.encode()),
        ("scrubber_partition", str(origin.partition).encode()),
        ("scrubber_offset", str(origin.offset).encode()),
        *_content_type(incoming),
        *_traceparent(incoming),
    ]


def timestamp(milliseconds: int) -> bytes:
    """RFC 3339 in UTC, with milliseconds; a time that it cannot say as the nearest that it can, none (-1) as 1970."""
    milliseconds = min(max(milliseconds, 0), LAST_TIME)
    return b"%b.%03dZ" % (_second(milliseconds // 1000), milliseconds % 1000)


@lru_cache(maxsize=64)
def _second(seconds: int) -> bytes:
    return strftime("%Y-%m-%dT%H:%M:%S", gmtime(seconds)).encode()


def _traceparent(incoming: Incoming) -> Headers:
    return [(name, value) for name, value in incoming if name == "traceparent" and value and _TRACEPARENT(value)][:1]


def _content_type(incoming: Incoming) -> Headers:
    """The content type in our own spelling; none when it is not one we know."""
    try:
        return [("content-type", content_type_of(incoming).encode())]
    except ContractError:
        return []
