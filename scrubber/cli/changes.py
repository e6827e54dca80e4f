"""What a fix would change, in words: a JSON Patch told against the claim it starts from."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from scrubber.contract import Claim, PatchOp, ServiceLine
from scrubber.engine.patch import apply_patch

_NAMES = {
    "procedure_code": "code",
    "diagnosis_pointers": "diagnosis pointers",
    "total_charge": "claim charge",
    "prior_authorization_number": "prior authorization number",
}


def describe(claim: Claim, patch: Sequence[PatchOp]) -> list[str]:
    """One phrase for each line or field that changes, such as `line 1: units 3 → 1, charge 225.00 → 75.00`."""
    phrases: list[tuple[str, str]] = []
    for op in patch:
        if not _says_nothing(claim, op):
            phrases.append(_phrase(claim, op))
        # Each operation speaks of the claim that those before it left.
        claim = apply_patch(claim, (op,))
    subjects = dict.fromkeys(subject for subject, _ in phrases)
    return [
        f"{subject}: {', '.join(said)}" if subject else ", ".join(said)
        for subject in subjects
        if (said := [what for about, what in phrases if about == subject])
    ]


def _says_nothing(claim: Claim, op: PatchOp) -> bool:
    """Whether the operation puts a line's field to what it is already."""
    match op.path.split("/")[1:]:
        case ["service_lines", index, field] if op.op == "replace":
            return _text(getattr(claim.service_lines[int(index)], field)) == _text(op.value)
        case _:
            return False


def _phrase(claim: Claim, op: PatchOp) -> tuple[str, str]:
    """Of what the operation speaks (a line, a diagnosis, or the claim: no words), and what it does there."""
    match op.path.split("/")[1:]:
        case ["service_lines", _] if op.op == "add":
            return f"new line {_get(op.value, 'line_number')}", line_words(op.value)
        case ["service_lines", index, *within]:
            line = claim.service_lines[int(index)]
            return f"line {line.line_number or int(index) + 1}", _line_phrase(line, op, within)
        case ["diagnoses", position]:
            old = claim.diagnoses[int(position)]
            return f"diagnosis {int(position) + 1}", f"removed ({old})" if op.op == "remove" else f"{old} → {op.value}"
        case [field]:
            return (
                "",
                f"{_NAMES.get(field, field.replace('_', ' '))} {_text(getattr(claim, field))} → {_text(op.value)}",
            )
        case _:
            return "", f"{op.op} {op.path}"


def _line_phrase(line: ServiceLine, op: PatchOp, within: list[str]) -> str:
    match within:
        case []:
            return f"removed ({line_words(line)})"
        case ["modifiers", _] if op.op == "add":
            return f"modifier {op.value} added"
        case ["modifiers", position]:
            old = line.modifiers[int(position)]
            return f"modifier {old} removed" if op.op == "remove" else f"modifier {old} → {op.value}"
        case _:
            field = within[0]
            return f"{_NAMES.get(field, field)} {_text(getattr(line, field))} → {_text(op.value)}"


def line_words(line: object) -> str:
    """A service line as people write it: `17003 x2, 150.00`. Takes a ServiceLine or a patch's JSON-like value."""
    code = "-".join([str(_get(line, "procedure_code") or "no code"), *(_get(line, "modifiers") or ())])
    units, charge = _get(line, "units"), _get(line, "charge")
    return code + (f" x{units}" if units is not None else "") + (f", {charge}" if charge is not None else "")


def _get(value: object, field: str) -> Any:  # noqa: ANN401  whatever the claim holds there
    return getattr(value, field) if isinstance(value, Struct) else value.get(field)  # type: ignore[attr-defined]


def _text(value: object) -> str:
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ",".join(map(str, value)) or "none"
    return "none" if value is None else str(value)
