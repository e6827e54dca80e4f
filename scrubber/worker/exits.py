"""Exit codes of `scrubber worker`."""

from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """Why the worker ended. `meaning` is shown in `docs/operations.md`."""

    meaning: str
    restart: str

    def __new__(cls, value: int, meaning: str, restart: str) -> Self:
        """Carry the documentation beside the number."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        member.restart = restart
        return member

    STOPPED = 0, "Asked to stop by SIGTERM or SIGINT; the batch under way was finished, all was closed.", "no"
    SETTINGS = 2, "A setting will not do; the message on stderr names it, its source and what is allowed.", "no"
    KAFKA = 3, "Kafka refused what cannot heal by itself: rights, login, codec or version.", "after the mend"
    BUG = 4, "An error nobody foresaw; the log line `bug` has its type and place.", "yes, and report it"
    DRAIN_DEADLINE = 5, "Asked to stop, but it took longer than `drain_seconds`. Nothing is lost or doubled.", "yes"
    FORCED = 6, "A second signal while draining: ended at once. Nothing is lost or doubled.", "yes"
    WEB = 7, "The pages' address could not be used.", "after the mend"
    REFERENCE = 8, "Reference data or payer policies could not be loaded.", "after the mend"
    POISONED = 9, "`poison_limit` dead letters in a row and no verdict; all of them were set aside.", "after the mend"
