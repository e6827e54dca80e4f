"""Dead letters and the markers of their replays, folded by identity into what waits. Nothing here calls Kafka."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final, Literal

from scrubber.contract.replay import Letter, read_letter

if TYPE_CHECKING:
    from scrubber.kafka.handler import Record

State = Literal["waiting", "replayed"]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead letter and where it stands in the dead-letter topic. `set_aside`: milliseconds since 1970."""

    letter: Letter
    partition: int
    offset: int
    set_aside: int
    key: bytes | None
    value: bytes | None
    state: State


@dataclass(frozen=True, slots=True)
class Selection:
    """Which dead letters are meant; what is None leaves nothing out.

    `offsets` are of the input topic, both ends included. `since` (included) and `until` (not included) are milliseconds
    since 1970 and about when a record was set aside. `path`: a JSON Pointer, met by itself and by what is below it; `*`
    stands for any one part.
    """

    ids: frozenset[str] | None = None
    reasons: frozenset[str] | None = None
    topic: str | None = None
    partitions: frozenset[int] | None = None
    offsets: tuple[int, int] | None = None
    since: int | None = None
    until: int | None = None
    path: str | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return all(getattr(self, each.name) is None for each in fields(self))

    def takes(self, letter: Letter, set_aside: int) -> bool:
        """Whether this dead letter is meant."""
        origin = letter.origin
        return (
            (self.ids is None or letter.id in self.ids)
            and (self.reasons is None or letter.reason in self.reasons)
            and (self.topic is None or origin.topic == self.topic)
            and (self.partitions is None or origin.partition in self.partitions)
            and (self.offsets is None or self.offsets[0] <= origin.offset <= self.offsets[1])
            and (self.since is None or set_aside >= self.since)
            and (self.until is None or set_aside < self.until)
            and (self.path is None or _meets(letter.path, self.path))
        )


def _meets(path: str, wanted: str) -> bool:
    parts, wishes = path.split("/"), wanted.rstrip("/").split("/")
    return len(parts) >= len(wishes) and all(wish in ("*", part) for part, wish in zip(parts, wishes, strict=False))


MOST_NAMED: Final = 20


@dataclass(slots=True)
class Strangers:
    """Records that no worker of ours wrote: how many, and the places of the first ones as partition and offset."""

    count: int = 0
    places: list[tuple[int, int]] = field(default_factory=list)

    def note(self, record: "Record") -> None:
        """Count one."""
        self.count += 1
        if len(self.places) < MOST_NAMED:
            self.places.append((record.partition, record.offset))


class Fold:
    """One partition of the dead-letter topic, read in its order: the latest dead letter of each id, and its state.

    A marker stands behind its dead letter in the same partition. A replayed record that fails again is a new dead
    letter behind the marker, under the same id, and waits again. Held in memory: about 200 bytes for each id that is
    selected.
    """

    def __init__(self, selection: Selection, strangers: Strangers) -> None:
        self._selection = selection
        self._strangers = strangers
        self._latest: dict[bytes, tuple[int, str, State]] = {}

    def take(self, record: "Record") -> None:
        """Add the next record."""
        letter = read_letter(record.headers)
        if letter is None:
            self._strangers.note(record)
            return
        name = letter.id.encode()
        if letter.kind == "replayed":
            if name in self._latest:
                offset, reason, _ = self._latest[name]
                self._latest[name] = offset, reason, "replayed"
        elif self._selection.takes(letter, record.timestamp):
            # Offsets must go up from the first to the last entry.
            self._latest.pop(name, None)
            self._latest[name] = record.offset, letter.reason, "waiting"
        else:
            self._latest.pop(name, None)

    def counts(self) -> Counter[tuple[State, str]]:
        """How many of each state and reason."""
        return Counter((state, reason) for _, reason, state in self._latest.values())

    def places(self, state: State | None = None) -> Iterator[tuple[int, State]]:
        """Offset and state of what is in `state`, or of all, from the first offset to the last."""
        return ((offset, each) for offset, _, each in self._latest.values() if state in (None, each))


def dead_letter(record: "Record", state: State) -> DeadLetter:
    """The record at a place that a fold named. ValueError where it is none."""
    letter = read_letter(record.headers)
    if letter is None or letter.kind != "dead-letter":
        raise ValueError("no dead letter stands there")
    return DeadLetter(letter, record.partition, record.offset, record.timestamp, record.key, record.value, state)
