"""Reading for `scrubber dead-letters`: the list, one letter, and its value when asked for."""

import os
import sys
from collections import Counter, deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from scrubber.cli.brokers import require_topics
from scrubber.cli.dead_letter_printers import Printer
from scrubber.cli.dead_letter_view import Counts, Row, row_of
from scrubber.cli.terminal import fail, is_terminal, printable, say
from scrubber.cli.waiting import waiting
from scrubber.kafka.dead_letter_reader import open_reader
from scrubber.kafka.dead_letters import DeadLetter, Selection, State, Strangers

if TYPE_CHECKING:
    from scrubber.settings import Settings

_OWNER_ONLY: Final = 0o600


async def list_letters(
    settings: "Settings", selection: Selection, state: State | None, newest: int | None, printer: Printer
) -> Strangers:
    """Print what is in `state`: the newest so many in the order of time, or all in the order of the topic."""
    counts: Counts = Counter()
    rows: list[Row] = []
    await require_topics(settings, [settings.dead_letter_topic])
    with waiting(lambda passed: f"reading {settings.dead_letter_topic}: {passed:,} offsets") as progress:
        async with open_reader(settings, progress) as reader:
            async for partition, fold in reader.folds(selection):
                counts.update(fold.counts())
                places: Iterable[tuple[int, State]] = fold.places(state)
                if newest is not None:
                    places = deque(places, maxlen=newest)
                async for dead in reader.letters(partition, places):
                    if newest is None:
                        printer.row(row_of(dead))
                    else:
                        rows.append(row_of(dead))
    for row in sorted(rows, key=lambda row: (row["set_aside"], row["dead_letter_offset"]))[-(newest or 1) :]:
        printer.row(row)
    printer.close(counts)
    return reader.strangers


async def find_letter(settings: "Settings", selection: Selection) -> DeadLetter | None:
    """The dead letter that is selected, the latest where several are; None where there is none."""
    found: list[DeadLetter] = []
    await require_topics(settings, [settings.dead_letter_topic])
    with waiting(lambda passed: f"looking through {settings.dead_letter_topic}: {passed:,} offsets") as progress:
        async with open_reader(settings, progress) as reader:
            async for partition, fold in reader.folds(selection):
                found += [dead async for dead in reader.letters(partition, fold.places())]
    return max(found, key=lambda dead: dead.set_aside, default=None)


def write_value(target: str, value: bytes | None) -> None:
    """Write the value as it is to standard output (`-`) or to a new file that only its owner can read."""
    if value is None:
        say("the record has no value")
    content = value or b""
    if target == "-":
        say("what follows on standard output is the record as it came: protected health information")
        if is_terminal("stdout"):
            # What a claim holds must not steer the terminal that shows it.
            sys.stdout.write("\n".join(map(printable, content.decode("utf-8", "replace").splitlines())) + "\n")
        else:
            sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        with os.fdopen(file, "wb") as output:
            output.write(content)
    except OSError as error:
        fail(f"{target} cannot be written: {error.strerror}")
    say(f"{target} now holds the record as it came, {len(content):,} bytes of protected health information")
