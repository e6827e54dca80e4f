"""The form of a rule: a pure function with everything anybody must know about it beside it.

A rule belongs to one *scope* and is handed only that scope's object (see `scrubber.rules.scopes`):

- ``line``: one `Service`, that is one line alone. Its result is remembered by exactly what it was handed.
- ``day``: the lines of one date of service.
- ``claim``: the whole claim, diagnoses included.

`needs` holds masks; the rule is called only when the scope's mask has at least one bit of each. So a rule that cannot
fire costs nothing. A rule answers None, or a sequence of `Hit`; paths, words and remedies are built only on a hit.

A rule that asks the payer's policy has `policy`, the field without which it is left out. One that asks the tables first
may have `widened_by`, a field that names further codes: where a policy says it, no need about codes holds it back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from msgspec import Struct

from scrubber.contract import Needs, Prediction, Severity
from scrubber.policy import Policy
from scrubber.reference.masks import OF_CLAIMS
from scrubber.rules.example import Example
from scrubber.rules.families import FAMILIES
from scrubber.rules.remedies import Edit
from scrubber.rules.scopes import Line

Scope = Literal["line", "day", "claim"]
Group = Literal["CO", "OA", "PI", "PR"]
HERE = -1
"""The index a line rule uses for 'this line' in its remedies: it is not told which one it is."""


class Remedy(Struct, frozen=True, gc=False):
    """A change that might clear a hit. The engine offers it only if scrubbing the changed claim proves it."""

    title: str
    edits: tuple[Edit, ...]
    needs: Needs


class Hit(Struct, frozen=True, gc=False):
    """One place where a rule fired.

    `path` is a JSON Pointer into the claim; a line rule gives it relative to the line. `detail` tells apart several
    hits of one rule on the same lines. `source`, `predicts` and `severity` override what the rule says of itself.
    """

    path: str
    message: str
    lines: Sequence[Line] = ()
    remedies: Sequence[Remedy] = ()
    detail: str = ""
    source: str | None = None
    predicts: Prediction | None = None
    severity: Severity | None = None


Hits = Sequence[Hit] | None
Detect = Callable[[Any], Hits]
D = TypeVar("D", bound=Detect)


@dataclass(frozen=True, slots=True)
class Rule:
    """One edit. `likelihood`: our estimate of the share of such claims that payers deny; `source`: who defines it."""

    id: str
    title: str
    scope: Scope
    family: str
    severity: Severity
    likelihood: float
    predicts: Prediction
    source: str
    fires: tuple[Example, ...]
    passes: tuple[Example, ...]
    detect: Detect = field(repr=False)
    needs: tuple[int, ...] = ()
    supersedes: tuple[str, ...] = ()
    professional_only: bool = False
    policy: str | None = None
    widened_by: str | None = None
    module: str = ""

    @property
    def explanation(self) -> str:
        """The rule's docstring: when it fires and why."""
        return " ".join((self.detect.__doc__ or "").split())

    def needs_under(self, policy: Policy) -> tuple[int, ...]:
        """The masks of which a scope must have a bit each, under a payer's policy."""
        if self.widened_by is None or policy.is_silent_on(self.widened_by):
            return self.needs
        return tuple(need for need in self.needs if need >= OF_CLAIMS)


_DECLARED: dict[str, Rule] = {}


def rule(  # noqa: PLR0913  the parts of a rule are its form; all are named
    id_: str,
    *,
    title: str,
    scope: Scope,
    family: str,
    predicts: tuple[Group, str] | tuple[Group, str, str],
    source: str,
    fires: Sequence[Example],
    passes: Sequence[Example],
    severity: Severity = "deny",
    likelihood: float = 0.9,
    needs: Sequence[int] = (),
    supersedes: Sequence[str] = (),
    professional_only: bool = False,
    widened_by: str | None = None,
) -> Callable[[D], D]:
    """Declare the decorated function as a rule. ValueError for an id used twice or a family nobody knows."""

    def declare(detect: D) -> D:
        if id_ in _DECLARED:
            message = f"rule {id_!r} is declared twice: {_DECLARED[id_].module} and {detect.__module__}"
            raise ValueError(message)
        if family not in FAMILIES:
            message = f"rule {id_!r} names the unknown family {family!r}: add it to scrubber/rules/families.py"
            raise ValueError(message)
        _DECLARED[id_] = Rule(
            id=id_,
            title=title,
            scope=scope,
            family=family,
            severity=severity,
            likelihood=likelihood,
            predicts=Prediction(*predicts),
            source=source,
            fires=tuple(fires),
            passes=tuple(passes),
            detect=detect,
            needs=tuple(needs),
            supersedes=tuple(supersedes),
            professional_only=professional_only,
            policy=FAMILIES[family].policy,
            widened_by=widened_by,
            module=detect.__module__,
        )
        return detect

    return declare


def declared() -> dict[str, Rule]:
    """Every rule declared so far, by id."""
    return _DECLARED
