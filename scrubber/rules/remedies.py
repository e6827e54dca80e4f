"""The changes a rule may propose, as data. `scrubber.engine.patch` turns them into a JSON Patch.

`line` is an index into the claim's service lines, or `HERE` in a line rule. All indices mean the claim as received.
"""

from msgspec import Struct


class AddModifier(Struct, frozen=True, gc=False):
    """Put a modifier in front of those a line has."""

    line: int
    modifier: str


class DropModifier(Struct, frozen=True, gc=False):
    """Take one modifier (the first of that name) off a line."""

    line: int
    modifier: str
    last: bool = False


class SwapModifier(Struct, frozen=True, gc=False):
    """Replace one modifier by another, in its place."""

    line: int
    old: str
    new: str


class DropLine(Struct, frozen=True, gc=False):
    """Remove a line; its charge leaves the claim's total."""

    line: int


class InsertLine(Struct, frozen=True, gc=False):
    """Add a line behind `after`, with its dates, place and pointers."""

    after: int
    procedure_code: str
    units: int
    cents: int
    modifiers: tuple[str, ...] = ()


class SetCode(Struct, frozen=True, gc=False):
    """Bill another procedure on a line."""

    line: int
    procedure_code: str


class SetUnits(Struct, frozen=True, gc=False):
    """Change a line's units."""

    line: int
    units: int


class SetCharge(Struct, frozen=True, gc=False):
    """Change a line's charge, in cents; the claim's total follows."""

    line: int
    cents: int


class SetPointers(Struct, frozen=True, gc=False):
    """Link a line to other diagnoses (numbers from 1)."""

    line: int
    pointers: tuple[int, ...]


class SetDiagnosis(Struct, frozen=True, gc=False):
    """Replace a diagnosis (position from 0)."""

    position: int
    code: str


class DropDiagnosis(Struct, frozen=True, gc=False):
    """Remove a diagnosis (position from 0); pointers behind it move up."""

    position: int


class PutDiagnosisFirst(Struct, frozen=True, gc=False):
    """Exchange a diagnosis (position from 0) with the first.

    Lines point at the diagnoses they pointed at; one that points at both names the one that is first now before the
    other.
    """

    position: int


Edit = (
    AddModifier
    | DropModifier
    | SwapModifier
    | DropLine
    | InsertLine
    | SetCode
    | SetUnits
    | SetCharge
    | SetPointers
    | SetDiagnosis
    | DropDiagnosis
    | PutDiagnosisFirst
)
