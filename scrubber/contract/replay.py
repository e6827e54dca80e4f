"""The dead-letter topic's records, and a replayed record's identity, as headers.

A dead letter that is replayed goes into the input topic once more. It carries the place where it stood the first time,
and is answered as the record of that place: same origin, same `verdict_id`, same `ce_id`. In the same transaction a
marker goes into the dead-letter topic, behind the dead letter and in its partition.
"""

import datetime as dt
import re
import sys
from typing import Final, Literal, NamedTuple

from scrubber.contract.cloudevents import DEAD_LETTER_TYPE, Headers, Incoming, timestamp
from scrubber.contract.verdict import Origin

REPLAYED_TYPE: Final = "com.claim-scrubber.replayed.v1"
REPLAY_OF: Final = "scrubber_replay_of"
REPLAY_TIME: Final = "scrubber_replay_time"

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND: Final = dt.timedelta(milliseconds=1)
# Kafka's own bounds: 249 characters for a topic, 31 bits for a partition, 63 for an offset.
_PLACE: Final = re.compile(rb"([A-Za-z0-9._-]{1,249})\.(0|[1-9][0-9]{0,9})\.(0|[1-9][0-9]{0,18})").fullmatch
_TIME: Final = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z").fullmatch
_REASON: Final = re.compile(rb"[a-z][a-z-]{0,39}").fullmatch
_PATH: Final = re.compile(rb"(/[A-Za-z0-9_]{0,80}){0,40}").fullmatch


class Letter(NamedTuple):
    """What the headers of a record in the dead-letter topic say.

    `id`: the same on a dead letter and on its marker. A marker has no more than that. `time`: of the record that was
    set aside, RFC 3339. `kept`: the headers that a replay passes on.
    """

    kind: Literal["dead-letter", "replayed"]
    id: str
    origin: Origin
    reason: str = ""
    path: str = ""
    time: str = ""
    kept: tuple[tuple[str, bytes], ...] = ()


def read_letter(incoming: Incoming) -> Letter | None:
    """The headers as words; None for a record that no worker and no replay of ours has written."""
    headers = {name: value or b"" for name, value in incoming}
    kind, identity = headers.get("ce_type"), headers.get("ce_id", b"")
    origin = parse_place(identity)
    if origin is None:
        return None
    if kind == REPLAYED_TYPE.encode():
        return Letter("replayed", identity.decode(), origin)
    reason, path = headers.get("scrubber_reason", b""), headers.get("scrubber_path", b"")
    if kind != DEAD_LETTER_TYPE.encode() or not _REASON(reason) or not _PATH(path):
        return None
    time = headers.get("ce_time", b"")
    kept = tuple((name, headers[name]) for name in ("content-type", "traceparent") if name in headers)
    return Letter(
        "dead-letter", identity.decode(), origin, sys.intern(reason.decode()), path.decode(),
        time.decode() if _TIME(time) else "", kept,
    )  # fmt: skip


def parse_place(place: bytes) -> Origin | None:
    """`topic.partition.offset` as written by us, and nothing else."""
    found = _PLACE(place)
    return Origin(found[1].decode(), int(found[2]), int(found[3])) if found else None


def replay_headers(letter: Letter) -> Headers:
    """Headers of the record that goes into the input topic again."""
    time = [(REPLAY_TIME, letter.time.encode())] if letter.time else []
    return [*letter.kept, (REPLAY_OF, letter.id.encode()), *time]


def marker_headers(letter: Letter, *, time: int, source: str) -> Headers:
    """Headers of the marker behind a dead letter. `time`: milliseconds since 1970 of the replay."""
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", letter.id.encode()),
        ("ce_type", REPLAYED_TYPE.encode()),
        ("ce_source", source.encode()),
        ("ce_time", timestamp(time)),
    ]


def identity_of(topic: str, partition: int, offset: int, time: int, incoming: Incoming) -> tuple[Origin, int]:
    """The place and the time (milliseconds since 1970) that a record is answered under.

    Its own, or those of the record that it replays. Producers are not trusted: the header counts only alone, in its
    strict form, and where it names an earlier offset of the very partition that the record stands in.
    """
    for name, _ in incoming:
        if name == REPLAY_OF:
            break
    else:
        return Origin(topic, partition, offset), time
    places = [value for name, value in incoming if name == REPLAY_OF]
    place = parse_place(places[0]) if len(places) == 1 and places[0] else None
    if place is None or (place.topic, place.partition) != (topic, partition) or place.offset >= offset:
        return Origin(topic, partition, offset), time
    times = [value for name, value in incoming if name == REPLAY_TIME]
    first = _milliseconds(times[0]) if len(times) == 1 and times[0] else None
    # A time ahead of the record's own cannot be that of an earlier record.
    return place, time if first is None or first > time else first


def _milliseconds(time: bytes) -> int | None:
    if not _TIME(time):
        return None
    try:
        return (dt.datetime.fromisoformat(time.decode()) - _EPOCH) // _MILLISECOND
    except ValueError:
        return None
