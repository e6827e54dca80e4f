"""Which dead letters a command is about: options that `list` and `replay` share."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from scrubber.cli.terminal import fail

if TYPE_CHECKING:
    from scrubber.kafka.dead_letters import Selection

Reasons = Annotated[
    list[str] | None,
    typer.Option("--reason", metavar="CODE", help="Only set aside for this reason. May be given several times."),
]
Topic = Annotated[str | None, typer.Option("--topic", metavar="NAME", help="Only from this input topic.")]
Partitions = Annotated[
    list[int] | None,
    typer.Option("--partition", min=0, help="Only from this partition of the input topic. May be given several times."),
]
Offsets = Annotated[
    str | None,
    typer.Option(metavar="FROM-TO", help="Only from these offsets of the input topic: 7, 7-12, 7- or -12."),
]
Path = Annotated[
    str | None,
    typer.Option(metavar="POINTER", help="Only with something wrong there or below; * is any part: /service_lines/*."),
]
Since = Annotated[
    str | None,
    typer.Option(
        metavar="TIME", help="Only set aside since then: 2026-09-18T14:00 (UTC unless it says), or 90m, 12h, 3d ago."
    ),
]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Only set aside before then.")]

_AGO: Final = re.compile(r"(\d{1,9})([smhd])(?: ago)?")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_OFFSETS: Final = re.compile(r"(\d{0,19})(-?)(\d{0,19})")
_LAST: Final = (1 << 63) - 1


def selection_of(
    *,
    ids: Sequence[str] | None = None,
    reasons: Sequence[str] | None = None,
    topic: str | None = None,
    partitions: Sequence[int] | None = None,
    offsets: str | None = None,
    path: str | None = None,
    since: str | None = None,
    until: str | None = None,
) -> "Selection":
    """The options as a selection; ends the command where one will not do."""
    from scrubber.contract import DEAD_LETTER_REASONS
    from scrubber.kafka.dead_letters import Selection

    for each in ids or ():
        require_id(each)
    for reason in reasons or ():
        if reason not in DEAD_LETTER_REASONS:
            fail(f"--reason: there is no {reason!r}; choose from {', '.join(DEAD_LETTER_REASONS)}")
    if path is not None and path and not path.startswith("/"):
        fail(f"--path: {path!r} is no JSON Pointer, such as /service_lines/0/units")
    return Selection(
        ids=frozenset(ids) if ids else None,
        reasons=frozenset(reasons) if reasons else None,
        topic=topic,
        partitions=frozenset(partitions) if partitions else None,
        offsets=_range(offsets),
        since=_time("--since", since),
        until=_time("--until", until),
        path=path,
    )


def require_id(text: str) -> None:
    """End the command where `text` is no id of a dead letter."""
    from scrubber.contract.replay import parse_place

    if parse_place(text.encode()) is None:
        fail(f"{text!r} is no id of a dead letter: topic.partition.offset, as `scrubber dead-letters list` shows them")


def _range(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    found = _OFFSETS.fullmatch(text)
    if not found or not (found[1] or found[3]):
        fail(f"--offsets: {text!r} will not do; say 7, 7-12, 7- or -12")
    low = int(found[1] or 0)
    high = int(found[3] or _LAST) if found[2] else low
    if low > high:
        fail(f"--offsets: {text!r} ends before it begins")
    return low, high


def _time(option: str, text: str | None) -> int | None:
    """Milliseconds since 1970."""
    if text is None:
        return None
    now = dt.datetime.now(dt.UTC)
    try:
        if ago := _AGO.fullmatch(text):
            time = now - dt.timedelta(seconds=int(ago[1]) * _SECONDS[ago[2]])
        else:
            time = dt.datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        fail(f"{option}: {text!r} is no time: say 2026-09-18T14:00, 2026-09-18T14:00+02:00, or 90m, 12h, 3d ago")
    time = time if time.tzinfo else time.replace(tzinfo=dt.UTC)
    return int(time.timestamp() * 1000)
