"""Every event the worker logs: its level, its keys, what it means and what to do. `docs/operations.md` shows this list.

The line's `event` is the member's name in lower case with hyphens. `KEYS` is the allow-list of the pipeline: a key that
is not here never reaches the log, whoever wrote it.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

Level = Literal["debug", "info", "warning", "error", "critical"]

KEYS: Final[dict[str, str]] = {
    "aborted": "transactions given up in the interval",
    "args": "types of the exceptions among a library message's arguments",
    "assigned": "partitions this worker was given",
    "batch_records": "most records in a transaction",
    "claims": "records read and committed in the interval",
    "code": "the process's exit code",
    "code_name": "name of the exit code",
    "dead_letters": "dead letters written in the interval, by reason",
    "digest": "identity of rules and reference data in force",
    "error": "type of the exception",
    "first": "offset of the first record that the topic holds",
    "frames": "where the exception came from, innermost last, as file:line",
    "group": "consumer group",
    "instance": "slot of this worker in the group",
    "lag": "records waiting on this worker's partitions",
    "library": "name of the library's logger",
    "offset": "offset in the partition",
    "open": "partitions that are open",
    "partition": "partition number",
    "partitions": "partition numbers",
    "problem": "what is wrong with reference data or a payer policy, in words",
    "reason": "a bounded word that says why",
    "row": "dead letters in a row",
    "seconds": "duration",
    "signal": "name of the signal",
    "suppressed": "equal lines left out before this one",
    "template": "a library's message before its arguments were put in",
    "topic": "topic name",
    "url": "where the pages are",
    "verdicts": "verdicts written in the interval, by disposition",
    "version": "version of the worker",
    "where": "file:line that wrote a library's line",
}

# On every line, put there by the pipeline itself.
FRAME_KEYS: Final = frozenset({"event", "level", "time"})


@dataclass(frozen=True, slots=True)
class Spec:
    """What is known about an event. `doing`: what a person should do, empty when nothing."""

    level: Level
    keys: tuple[str, ...]
    meaning: str
    doing: str = ""


class Event(Enum):
    """The events, in the order of a worker's life."""

    WORKER_STARTING = Spec("info", ("version", "group", "instance", "digest", "url", "batch_records"),
        "Settings are good and reference data is loaded.")  # fmt: skip
    BROKER_UNREACHABLE = Spec("warning", ("reason", "error", "seconds"),
        "The consumer could not start; the next try follows after `seconds`.",
        "See the reasons under Security.")  # fmt: skip
    TOPIC_MISSING = Spec("warning", ("topic",), "A topic the worker needs is not there; it is looked for again.",
        "Run `scrubber topics create`, or correct the topic's setting.")  # fmt: skip
    PARTITIONS_ASSIGNED = Spec("info", ("partitions", "assigned"), "Kafka gave this worker these partitions.")
    PARTITIONS_REVOKED = Spec("info", (), "A rebalance began; the batches under way were finished first.")
    PARTITION_OPENED = Spec("debug", ("partition", "offset", "seconds"),
        "A partition's producer runs and its position is known.")  # fmt: skip
    PARTITION_OPEN_FAILED = Spec("warning", ("partition", "error"),
        "A partition could not be opened; it is tried again.",
        "If it goes on: the brokers' state, the topics, the ACLs of the transactional id.")  # fmt: skip
    POSITION_LOST = Spec("error", ("partition", "offset", "first"),
        "The committed offset is outside of what the topic holds; the partition goes on from its first record.",
        "Retention passed the worker (claims were never scrubbed: raise it), or the topic was made anew.")  # fmt: skip
    TRANSACTION_FAILED = Spec("warning", ("partition", "offset", "reason", "error"),
        "A transaction was given up; nothing of it is visible, its records are read again.",
        "If it goes on: the brokers' state; reason `too-large`: raise the topic's `max.message.bytes`.")  # fmt: skip
    PARTITION_FENCED = Spec("warning", ("partition", "offset", "error"),
        "Another worker took the partition over, or a transaction grew too old.",
        "If it goes on: two workers with one `instance`, or `transaction_timeout_ms` too short.")  # fmt: skip
    ENGINE_ERROR = Spec("error", ("topic", "partition", "offset", "error", "frames"),
        "Scrubbing one record failed unexpectedly; it became a dead letter `engine-error`.",
        "A defect: report it with `error` and `frames`; replay the dead letter after the mend.")  # fmt: skip
    ENGINE_TIMEOUT = Spec("error", ("topic", "partition", "offset", "error", "frames"),
        "Scrubbing one record took longer than `claim_seconds`; it became a dead letter `engine-timeout`.",
        "A defect, or `claim_seconds` is too short for such claims: report `frames`; replay the dead letter after the "
        "mend.")  # fmt: skip
    STEP_FAILED = Spec("warning", ("error", "frames"), "Fetching or rebalancing met a Kafka error; it is tried again.",
        "If it goes on: the brokers' state.")  # fmt: skip
    SUMMARY = Spec("info", ("claims", "verdicts", "dead_letters", "aborted", "lag", "assigned", "open", "seconds"),
        "What was done since the last such line; the only line of a healthy worker.")  # fmt: skip
    DRAINING = Spec("info", ("signal",), "Asked to stop: the batch under way is finished, then everything is closed.")
    DRAIN_DEADLINE = Spec("error", ("seconds",),
        "Closing took longer than `drain_seconds`; Kafka aborts what was open.",
        "Raise `drain_seconds`, or find why the brokers were slow.")  # fmt: skip
    FATAL_KAFKA_ERROR = Spec("critical", ("error", "frames"), "Kafka refuses what cannot heal by trying again.",
        "Grant the ACLs of docs/operations.md, or correct the settings.")  # fmt: skip
    REFERENCE_NOT_LOADED = Spec("critical", ("problem", "error", "frames"),
        "Reference data or payer policies cannot be loaded.",
        "Check `reference_folder`, `reference_bundle` and `payer_folder`; `scrubber reference info` and "
        "`scrubber policy check` say what is wrong.")  # fmt: skip
    RULES_RELOADED = Spec("info", ("digest", "seconds"),
        "New imported tables or payer policies are in force from the next batch on.")  # fmt: skip
    RULES_NOT_RELOADED = Spec("error", ("problem", "error", "frames"),
        "New imported tables or payer policies cannot be used; those before stay in force.",
        "Mend what `problem` names, or put the former file back; `scrubber reference info` and "
        "`scrubber policy check` say more.")  # fmt: skip
    POISONED = Spec("critical", ("row", "dead_letters"),
        "Everything that was read became a dead letter, `poison_limit` in a row; the worker stops rather than set the "
        "whole stream aside.",
        "Find who writes to the input topic, or what broke the rules (`dead_letters` says why the last ones were set "
        "aside); replay them after the mend.")  # fmt: skip
    WEB_NOT_STARTED = Spec("critical", ("error", "url"), "The pages' address cannot be used.",
        "Free the port, or set `web_port`: each worker on a host needs its own.")  # fmt: skip
    BUG = Spec("critical", ("error", "frames"), "An error nobody foresaw; the worker stops rather than guess.",
        "Report it with `error` and `frames`.")  # fmt: skip
    UNCAUGHT = Spec("error", ("error", "frames"), "An exception reached the event loop or a thread's end.",
        "Report it with `error` and `frames`.")  # fmt: skip
    LIBRARY = Spec("warning", ("library", "where", "template", "args", "error", "frames", "suppressed"),
        "A library's own line, without the values in it; equal lines are counted, not repeated.")  # fmt: skip
    WORKER_STOPPED = Spec("info", ("code", "code_name", "seconds"), "The last line.")

    @property
    def label(self) -> str:
        """The event's name on the line."""
        return self.name.lower().replace("_", "-")
