"""The contract as documents for other languages: JSON Schemas and an AsyncAPI 3 document, made from the Structs."""

import json
from typing import Any

import msgspec

import scrubber
from scrubber.contract.claim import Claim
from scrubber.contract.cloudevents import DEAD_LETTER_TYPE, VERDICT_TYPE
from scrubber.contract.codec import JSON, MSGPACK
from scrubber.contract.errors import DEAD_LETTER_REASONS
from scrubber.contract.replay import REPLAY_OF, REPLAY_TIME, REPLAYED_TYPE
from scrubber.contract.verdict import Verdict

Document = dict[str, Any]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT = {"type": "string"}

_VERDICT_TOPICS = {
    "passed": ("claims.passed", "Verdicts of claims in which nothing blocks."),
    "fixSuggested": ("claims.fix-suggested", "Verdicts of claims whose every blocking finding has a proven fix."),
    "denialRisk": ("claims.denial-risk", "Verdicts of claims that would be denied and have no safe fix."),
}


def documents() -> dict[str, bytes]:
    """File name in `topics/` -> content."""
    files = {
        "claim.schema.json": _schema(Claim, "Claim event"),
        "verdict.schema.json": _schema(Verdict, "Verdict event"),
        "asyncapi.json": _asyncapi(),
    }
    return {name: (json.dumps(document, indent=2) + "\n").encode() for name, document in files.items()}


def _schema(struct: type[msgspec.Struct], title: str) -> Document:
    (reference,), definitions = msgspec.json.schema_components([struct], ref_template="#/$defs/{name}")
    for definition in definitions.values():
        if "description" in definition:
            # A docstring's indentation is kept or not, as the version of Python has it.
            definition["description"] = " ".join(definition["description"].split())
    return {"$schema": _DRAFT, "title": title, **reference, "$defs": dict(sorted(definitions.items()))}


def _asyncapi() -> Document:
    channels: Document = {
        "submitted": _channel("claims.submitted", "Claims to be scrubbed.", "claim"),
        **{name: _channel(topic, text, "verdict") for name, (topic, text) in _VERDICT_TOPICS.items()},
        "deadLetter": _channel(
            "claims.dead-letter",
            "Records that are no claims, byte for byte, and markers of those that were replayed.",
            "deadLetter",
            "replayed",
        ),
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "scrubber",
            "version": scrubber.__version__,
            "description": "Claims in, one verdict a claim out, exactly once. Topic names are those of the defaults; "
            f"payloads are {JSON} or {MSGPACK}, as the content-type header says ({JSON} when there is none).",
        },
        "defaultContentType": JSON,
        "channels": channels,
        "operations": {
            name: {
                "action": "receive" if name == "submitted" else "send",
                "channel": {"$ref": f"#/channels/{name}"},
            }
            for name in channels
        },
        "components": {"messages": _messages()},
    }


def _channel(topic: str, description: str, *messages: str) -> Document:
    return {
        "address": topic,
        "description": description,
        "messages": {message: {"$ref": f"#/components/messages/{message}"} for message in messages},
    }


def _messages() -> Document:
    content_type = {"content-type": {"type": "string", "enum": [JSON, MSGPACK]}}
    traceparent = {"traceparent": _TEXT | {"description": "W3C trace context, passed on from the claim."}}
    return {
        "claim": {
            "title": "Claim",
            "headers": {"type": "object", "properties": content_type | traceparent | _replay()},
            "payload": {"$ref": "./claim.schema.json"},
        },
        "verdict": {
            "title": "Verdict",
            "headers": _headers(VERDICT_TYPE, "The verdict_id.", {}),
            "payload": {"$ref": "./verdict.schema.json"},
        },
        "deadLetter": {
            "title": "Dead letter",
            "headers": _headers(
                DEAD_LETTER_TYPE,
                "Topic, partition and offset of the record.",
                {
                    "scrubber_reason": _TEXT | {"enum": list(DEAD_LETTER_REASONS)},
                    "scrubber_path": _TEXT | {"description": "JSON Pointer to what is wrong, in names of the schema."},
                    "scrubber_topic": _TEXT,
                    "scrubber_partition": _TEXT,
                    "scrubber_offset": _TEXT,
                },
            ),
            "payload": {"description": "The record's value as it came."},
        },
        "replayed": {
            "title": "Marker of a replay",
            "summary": "The dead letter before it in this partition that has this ce_id is in the input topic again.",
            "headers": _headers(REPLAYED_TYPE, "That of the dead letter.", {}, time="Time of the replay.", body=False),
            "payload": {"type": "null"},
        },
    }


def _replay() -> Document:
    """What only a replay writes, and a worker believes only of an earlier record of the same partition."""
    return {
        REPLAY_OF: _TEXT
        | {
            "pattern": r"^[A-Za-z0-9._-]{1,249}\.(0|[1-9][0-9]{0,9})\.(0|[1-9][0-9]{0,18})$",
            "description": "Topic, partition and offset of the record that this is again; it is answered as that one. "
            "Producers leave it out.",
        },
        REPLAY_TIME: _TEXT | {"format": "date-time", "description": "Time of that record. Producers leave it out."},
    }


def _headers(
    event_type: str, identity: str, more: Document, *, time: str = "Time of the claim's record.", body: bool = True
) -> Document:
    """CloudEvents headers (Kafka binding, binary mode) and what a message adds to them."""
    content: Document = {"content-type": {"type": "string", "enum": [JSON, MSGPACK]}, "traceparent": _TEXT}
    return {
        "type": "object",
        "properties": {
            "ce_specversion": {"const": "1.0"},
            "ce_id": _TEXT | {"description": identity},
            "ce_type": {"const": event_type},
            "ce_source": _TEXT,
            "ce_time": _TEXT | {"format": "date-time", "description": time},
            **(content if body else {}),
            **more,
        },
        "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time"],
    }
