"""The events that scrubber reads and writes. These names are public: they change only with a new major version."""

from scrubber.contract.amounts import CENTS, UNITS, money
from scrubber.contract.claim import Claim, Patient, Payer, Provider, ServiceLine, Subscriber
from scrubber.contract.codec import (
    JSON,
    MSGPACK,
    content_type_of,
    decode_claim,
    decode_verdict,
    encode_claim,
    encode_verdict,
)
from scrubber.contract.errors import DEAD_LETTER_ACTIONS, DEAD_LETTER_REASONS, REASONS, ContractError
from scrubber.contract.verdict import (
    Coverage,
    Disposition,
    Finding,
    Fix,
    Needs,
    Origin,
    PatchOp,
    Prediction,
    Risk,
    Ruleset,
    Severity,
    Verdict,
)

__all__ = [
    "CENTS",
    "DEAD_LETTER_ACTIONS",
    "DEAD_LETTER_REASONS",
    "JSON",
    "MSGPACK",
    "REASONS",
    "UNITS",
    "Claim",
    "ContractError",
    "Coverage",
    "Disposition",
    "Finding",
    "Fix",
    "Needs",
    "Origin",
    "PatchOp",
    "Patient",
    "Payer",
    "Prediction",
    "Provider",
    "Risk",
    "Ruleset",
    "ServiceLine",
    "Severity",
    "Subscriber",
    "Verdict",
    "content_type_of",
    "decode_claim",
    "decode_verdict",
    "encode_claim",
    "encode_verdict",
    "money",
]
