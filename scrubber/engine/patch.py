"""Remedies to JSON Patch, and JSON Patch onto Structs.

The proof of a fix runs on exactly the operations that are published, so both halves live here: `compile_patch` writes
them, `apply_patch` carries them out on the immutable Structs without going through JSON.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from scrubber.contract import CENTS, Claim, PatchOp, ServiceLine, money
from scrubber.contract.amounts import AMOUNT_LIMIT
from scrubber.contract.claim import MAX_LINE_NUMBER, MAX_LINES, MAX_MODIFIERS
from scrubber.rules.form import HERE
from scrubber.rules.remedies import (
    AddModifier,
    DropDiagnosis,
    DropLine,
    DropModifier,
    Edit,
    InsertLine,
    PutDiagnosisFirst,
    SetCharge,
    SetCode,
    SetDiagnosis,
    SetPointers,
    SetUnits,
    SwapModifier,
)


class PatchError(ValueError):
    """An edit that does not fit the claim: a fifth modifier, a line too many, an amount too large."""


class _Draft:
    """The operations so far, and where each original line and modifier stands after them."""

    def __init__(self, claim: Claim, here: int) -> None:
        self.claim = claim
        self.here = here
        self.ops: list[PatchOp] = []
        self.order: list[int | None] = list(range(len(claim.service_lines)))
        self.modifiers: dict[int, list[str]] = {}
        self.change = 0

    def line(self, index: int) -> tuple[int, ServiceLine, str]:
        """Original index, the line as received, and its JSON Pointer now."""
        original = self.here if index == HERE else index
        return original, self.claim.service_lines[original], f"/service_lines/{self.order.index(original)}"

    def add(self, path: str, value: object) -> None:
        self.ops.append(PatchOp("add", path, value))

    def replace(self, path: str, value: object) -> None:
        self.ops.append(PatchOp("replace", path, value))

    def remove(self, path: str) -> None:
        self.ops.append(PatchOp("remove", path))


class Patch(NamedTuple):
    """A JSON Patch, and for each line of the patched claim where it stood before (None: it is new)."""

    ops: tuple[PatchOp, ...]
    origin: tuple[int | None, ...]


def compile_patch(claim: Claim, edits: Sequence[Edit], here: int = HERE) -> Patch:
    """The edits as one JSON Patch on `claim`; its total follows its lines. PatchError where an edit does not fit."""
    draft = _Draft(claim, here)
    for edit in edits:
        _compile(draft, edit)
    if draft.change and claim.total_charge is not None:
        total = CENTS[claim.total_charge] + draft.change
        if total < 0:
            raise PatchError
        draft.replace("/total_charge", _money(total))
    return Patch(tuple(draft.ops), tuple(draft.order))


def _money(cents: int) -> str:
    """The text of an amount; PatchError where a claim cannot carry it, such as the sum of two enormous charges."""
    if abs(cents) >= AMOUNT_LIMIT * 100:
        raise PatchError
    return money(cents)


def _compile(draft: _Draft, edit: Edit) -> None:  # noqa: C901  one case an edit
    match edit:  # the usual ones first: to ask whether an edit is of another class takes its time
        case DropLine(index):
            original, line, path = draft.line(index)
            draft.change -= CENTS[line.charge]
            draft.order.remove(original)
            draft.remove(path)
        case AddModifier() | DropModifier() | SwapModifier():
            _compile_modifier(draft, edit)
        case SetUnits(index, units):
            draft.replace(f"{draft.line(index)[2]}/units", units)
        case SetCode(index, code):
            draft.replace(f"{draft.line(index)[2]}/procedure_code", code)
        case SetPointers(index, pointers):
            draft.add(f"{draft.line(index)[2]}/diagnosis_pointers", pointers)
        case SetCharge(index, cents):
            _, line, path = draft.line(index)
            if line.charge is None:
                raise PatchError
            draft.change += cents - CENTS[line.charge]
            draft.replace(f"{path}/charge", _money(cents))
        case InsertLine():
            _compile_insert(draft, edit)
        case SetDiagnosis(index, code):
            draft.replace(f"/diagnoses/{index}", code)
        case DropDiagnosis(index):
            _compile_drop_diagnosis(draft, index)
        case PutDiagnosisFirst(index):
            _compile_put_first(draft, index)


def _compile_modifier(draft: _Draft, edit: AddModifier | DropModifier | SwapModifier) -> None:
    original, line, path = draft.line(edit.line)
    now = draft.modifiers.setdefault(original, [modifier.strip().upper() for modifier in line.modifiers])
    if isinstance(edit, AddModifier):
        if len(now) >= MAX_MODIFIERS or edit.modifier in now:
            raise PatchError
        now.insert(0, edit.modifier)
        if len(now) == 1:
            # The claim as received may not have the list at all; adding it whole is right either way.
            draft.add(f"{path}/modifiers", (edit.modifier,))
        else:
            draft.add(f"{path}/modifiers/0", edit.modifier)
        return
    old = edit.old if isinstance(edit, SwapModifier) else edit.modifier
    if old not in now:
        raise PatchError
    position = now.index(old)
    if isinstance(edit, SwapModifier):
        now[position] = edit.new
        draft.replace(f"{path}/modifiers/{position}", edit.new)
        return
    if edit.last:
        position = len(now) - 1 - now[::-1].index(old)
    del now[position]
    draft.remove(f"{path}/modifiers/{position}")


def _compile_insert(draft: _Draft, edit: InsertLine) -> None:
    original, line, _ = draft.line(edit.after)
    position = draft.order.index(original) + 1
    number = max(each.line_number or index for index, each in enumerate(draft.claim.service_lines, 1)) + 1
    if number > MAX_LINE_NUMBER or len(draft.order) >= MAX_LINES:
        raise PatchError
    draft.order.insert(position, None)
    draft.change += edit.cents
    value: dict[str, Any] = {
        "line_number": number,
        "procedure_code": edit.procedure_code,
        "modifiers": edit.modifiers,
        "units": edit.units,
        "charge": _money(edit.cents),
        "service_date_from": line.service_date_from,
        "service_date_to": line.service_date_to,
        "diagnosis_pointers": line.diagnosis_pointers,
    }
    if line.place_of_service is not None:
        value["place_of_service"] = line.place_of_service
    draft.add(f"/service_lines/{position}", msgspec.to_builtins(value))


def _compile_drop_diagnosis(draft: _Draft, index: int) -> None:
    draft.remove(f"/diagnoses/{index}")
    gone = index + 1
    for original, line in enumerate(draft.claim.service_lines):
        if any(pointer >= gone for pointer in line.diagnosis_pointers):
            kept = tuple(p - (p > gone) for p in line.diagnosis_pointers if p != gone)
            draft.replace(f"{draft.line(original)[2]}/diagnosis_pointers", kept)


def _compile_put_first(draft: _Draft, index: int) -> None:
    codes = draft.claim.diagnoses
    draft.replace("/diagnoses/0", codes[index])
    draft.replace(f"/diagnoses/{index}", codes[0])
    exchanged = {1: index + 1, index + 1: 1}
    for original, line in enumerate(draft.claim.service_lines):
        pointers = tuple(exchanged.get(pointer, pointer) for pointer in line.diagnosis_pointers)
        if 1 in pointers and index + 1 in pointers and pointers.index(1) > pointers.index(index + 1):
            pointers = tuple(exchanged.get(pointer, pointer) for pointer in pointers)
        if pointers != line.diagnosis_pointers:
            draft.replace(f"{draft.line(original)[2]}/diagnosis_pointers", pointers)


def apply_patch(claim: Claim, ops: Sequence[PatchOp]) -> Claim:
    """The claim with the operations carried out, in order."""
    for op in ops:
        claim = _apply(claim, op.path.split("/")[1:], op)
    return claim


def _apply(node: Any, tokens: list[str], op: PatchOp) -> Any:  # noqa: ANN401  a Struct, a tuple or a value
    token, rest = tokens[0], tokens[1:]
    if isinstance(node, tuple):
        index = int(token)
        if rest:
            return (*node[:index], _apply(node[index], rest, op), *node[index + 1 :])
        if op.op == "remove":
            return (*node[:index], *node[index + 1 :])
        value = msgspec.convert(op.value, ServiceLine) if isinstance(op.value, dict) else op.value
        return (*node[:index], value, *node[index + (op.op == "replace") :])
    value = _apply(getattr(node, token), rest, op) if rest else op.value
    return replace(node, **{token: value})
