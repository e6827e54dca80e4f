"""What can be wrong with a message, in words that never quote it."""

REASONS: dict[str, str] = {
    "empty": "The record has no value, or an empty one.",
    "not-json": "The bytes are not JSON.",
    "not-msgpack": "The bytes are not MessagePack.",
    "unknown-content-type": "The content-type header names neither JSON nor MessagePack.",
    "too-deep": "Arrays or objects are nested deeper than any claim.",
    "missing-field": "A field is absent without which no claim can be read.",
    "wrong-type": "A field holds another type than the schema says.",
    "invalid-value": "A field holds a value that is not in its list, or text that is no date.",
    "invalid-length": "A list or text is longer or shorter than the schema allows.",
    "invalid-amount": "A charge or a number of units is no exact decimal.",
}
"""Reason code -> explanation. Bounded, so that reasons may label metrics and headers."""

DEAD_LETTER_REASONS: dict[str, str] = REASONS | {
    "too-large": "The value is larger than `max_claim_bytes`; it was not decoded.",
    "engine-error": "Scrubbing failed unexpectedly; the log line `engine-error` has the place in the code.",
    "engine-timeout": "Scrubbing took longer than `claim_seconds`; the log line `engine-timeout` has the place.",
    "verdict-too-large": "The verdict is larger than `max_verdict_bytes`.",
}
"""Reason code -> explanation of everything that a worker sets aside."""

_TELL_THE_PRODUCER = "Tell the producer; a corrected claim is a new record. Replay only after a change of the worker."

DEAD_LETTER_ACTIONS: dict[str, str] = dict.fromkeys(REASONS, _TELL_THE_PRODUCER) | {
    "empty": "Tell the producer. `replay` leaves it out: a record without a value cannot become a claim.",
    "unknown-content-type": "Tell the producer. The content type is not kept: a replay is read as JSON.",
    "too-large": "Raise `max_claim_bytes` where such claims are real, start the workers anew, then replay.",
    "engine-error": "Report the log line. Replay once a worker with the mend runs.",
    "engine-timeout": "Report the log line, or raise `claim_seconds` and start the workers anew; then replay.",
    "verdict-too-large": "Raise `max_verdict_bytes`, with the output topics' `max.message.bytes`; then replay.",
}
"""Reason code -> what to do about it; the keys are those of DEAD_LETTER_REASONS."""


class ContractError(ValueError):
    """A message that is no claim event: `reason` is a key of REASONS, `path` a JSON Pointer of schema names."""

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(f"{reason} at {path or '/'}")
        self.reason = reason
        self.path = path
