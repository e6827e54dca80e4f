"""Dead letters as words and as JSON: codes, counts and places. Never a key, never a value."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from scrubber.cli.terminal import say
from scrubber.contract import DEAD_LETTER_ACTIONS, DEAD_LETTER_REASONS
from scrubber.contract.cloudevents import timestamp
from scrubber.kafka.dead_letters import MOST_NAMED, DeadLetter, State, Strangers

Row = Mapping[str, Any]
Counts = Counter[tuple[State, str]]


def row_of(dead: DeadLetter) -> dict[str, Any]:
    """What may be shown of a dead letter; sizes are None where there is no key or no value."""
    letter = dead.letter
    return {
        "id": letter.id,
        "state": dead.state,
        "reason": letter.reason,
        "path": letter.path,
        "topic": letter.origin.topic,
        "partition": letter.origin.partition,
        "offset": letter.origin.offset,
        "time": letter.time or None,
        "set_aside": timestamp(dead.set_aside).decode(),
        "dead_letter_partition": dead.partition,
        "dead_letter_offset": dead.offset,
        "key_bytes": None if dead.key is None else len(dead.key),
        "value_bytes": None if dead.value is None else len(dead.value),
        "headers": {name: value.decode("ascii", "replace") for name, value in letter.kept},
    }


def tell_counts(counts: Counts) -> str:
    """`3 waiting (2 too-large, 1 not-json), 1 replayed (1 too-large)`."""
    states: tuple[State, ...] = ("waiting", "replayed")
    return ", ".join(
        f"{sum(number for (each, _), number in counts.items() if each == state):,} {state}"
        + tell_reasons(Counter({reason: number for (each, reason), number in counts.items() if each == state}))
        for state in states
    )


def tell_reasons(reasons: Counter[str]) -> str:
    """` (2 too-large, 1 not-json)`, most first; nothing where there is nothing."""
    words = ", ".join(f"{number:,} {reason}" for reason, number in reasons.most_common())
    return f" ({words})" if words else ""


def tell_strangers(topic: str, strangers: Strangers) -> None:
    """Say which records of the topic are not of a worker."""
    if strangers.count:
        places = ", ".join(f"{partition}@{offset}" for partition, offset in strangers.places)
        more = f" and {strangers.count - MOST_NAMED:,} more" if strangers.count > MOST_NAMED else ""
        say(
            f"{strangers.count:,} record{'s' * (strangers.count != 1)} of {topic} (partition@offset: {places}{more}) "
            "come from no worker; left alone"
        )


def describe(dead: DeadLetter, topic: str) -> Iterable[str]:
    """Everything there is to say of one dead letter."""
    row, letter = row_of(dead), dead.letter
    yield f"{letter.id}  {letter.reason}  {dead.state}"
    yield DEAD_LETTER_REASONS.get(letter.reason, "A reason of another version of the worker.").replace("`", "")
    yield DEAD_LETTER_ACTIONS.get(letter.reason, "").replace("`", "")
    yield ""
    details = {
        "path": letter.path or "the whole record",
        "stood in": f"{letter.origin.topic}, partition {letter.origin.partition}, offset {letter.origin.offset}",
        "written": letter.time or "at no known time",
        "stands in": f"{topic}, partition {dead.partition}, offset {dead.offset}",
        "set aside": row["set_aside"],
        "key": "none" if dead.key is None else f"{len(dead.key):,} bytes",
        "value": "none" if dead.value is None else f"{len(dead.value):,} bytes",
        **row["headers"],
    }
    for name, text in details.items():
        yield f"{name:<12}  {text}"
