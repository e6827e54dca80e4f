"""What was checked, what was not, and why: the part of a verdict that keeps 'not checked' from looking like 'pass'.

A claim's coverage depends only on its policy, the releases its dates fall into, what its codes' tables say, and which
facts the claim holds. So it is worked out once for each such combination and handed out as one and the same tuple.
"""

from collections.abc import Callable, Iterator
from typing import Literal

from scrubber.contract import Coverage
from scrubber.policy import Policy
from scrubber.reference import Procedure, Reference
from scrubber.rules.charge_outliers import usual_cents
from scrubber.rules.families import FAMILIES, Family
from scrubber.rules.form import Rule
from scrubber.rules.necessity import determinations
from scrubber.rules.scopes import Case, Line

Gap = tuple[tuple[str, str], ...]
"""(Family, reason) for each family whose table says nothing of a code."""
Kind = Literal["professional", "institutional", "void"]
VOID_FAMILIES = frozenset({"claim-structure", "identifiers"})
"""What a claim that takes another one back is checked for: it repeats that one, whatever was wrong with it."""

_LIMIT = 4096
"""Coverages remembered for a policy and kind of claim: each takes some 4.5 KB."""
NO_ROW = "code-not-in-table"
BEYOND = "date-not-in-table"
NO_TABLE = "no-table"
NOT_NAMED = "code-not-in-policy"
POLICY_DECIDES = "policy-decides"
SUPPLIER = "supplier-claim"
"""The table is for practitioners, and a supplier of equipment, orthotics or drugs bills the line."""
PARTNER = "ncci-ptp partner"
"""In a gap, with the code: its pairs with the table's subjects are known, those with other partners are not."""


NAMES: dict[str, Callable[[Case, Line], bool]] = {
    "sex": lambda case, line: line.code.code in case.policy.sexes,
    "documentation": lambda case, line: line.code.code in case.policy.elements,
    "necessity": lambda case, line: bool(determinations(case, line)),
    "charge_outliers": lambda case, line: usual_cents(case.policy, line) is not None,
}
"""Field of a policy -> whether it says anything of a line's procedure on its date."""


class _Gaps:
    """Every gap there is, numbered, so that a line carries a number that is quick to compare."""

    def __init__(self) -> None:
        self._numbers: dict[Gap, int] = {}
        self._gaps: list[Gap] = []

    def number(self, gap: Gap) -> int:
        number = self._numbers.get(gap)
        if number is None:
            number = len(self._gaps)
            self._gaps.append(gap)  # first, so that whatever cuts in here leaves no number without its gap
            self._numbers[gap] = number
        return number

    def __getitem__(self, number: int) -> Gap:
        return self._gaps[number]


_GAPS = _Gaps()


def gap_of(code: Procedure, *, supplied: bool) -> int:
    """Number of the families whose tables say nothing of a code, where saying nothing does not mean 'no edit'."""
    return _GAPS.number(_gap(code, supplied=supplied))


def _gap(code: Procedure, *, supplied: bool) -> Gap:
    gaps = [("sex", NO_ROW)] if code.sex is None else []
    if not code.documentation:
        gaps.append(("documentation", NO_ROW))
    gaps += [(family, BEYOND if family == "procedure-validity" and code.known else NO_ROW) for family in code.unlisted]
    if supplied:
        gaps.append(("ncci-mue", SUPPLIER))
    if code.ptp == "partner":
        gaps.append((PARTNER, code.code))
    return tuple(gaps)


class CoverageBook:
    """The coverage of one policy and kind of claim."""

    def __init__(self, policy: Policy, kind: Kind, rules: tuple[Rule, ...], reference: Reference) -> None:
        self._policy = policy
        self._kind = kind
        self._active = {rule.family for rule in rules if policy.severity.get(rule.id) != "off"}
        self._loaded = {table.kind for table in reference.tables}
        self._names = {name: NAMES[field] for name, field in _naming() if not policy.is_silent_on(field)}
        self._known: dict[tuple[object, ...], tuple[Coverage, ...]] = {}

    def of(self, case: Case, named_policy_known: bool) -> tuple[Coverage, ...]:  # noqa: FBT001
        """The coverage of one claim: equal circumstances give the same tuple object."""
        circumstances: tuple[object, ...] = (
            case.claim.documentation is None,
            case.sex is None,
            case.birth_date is None,
            not case.claim.type_of_bill,
            named_policy_known,
            *case.trace,
        )
        if self._names:
            circumstances += tuple([names(case, line) for names in self._names.values() for line in case.lines])
        known = self._known.get(circumstances)
        if known is None:
            if len(self._known) >= _LIMIT:
                self._known.clear()
            known = self._known[circumstances] = self._write(case, named_policy_known)
        return known

    def _write(self, case: Case, named_policy_known: bool) -> tuple[Coverage, ...]:  # noqa: FBT001
        entries: list[Coverage] = []
        for name, family in FAMILIES.items():
            if reason := self._silence(name, family, case):
                entries.append(Coverage(name, "not-checked", reason=reason))
            else:
                entries += self._entries(name, family, case)
        if not named_policy_known:
            entries.append(Coverage("payer-policy", "not-checked", reason="unknown-policy"))
        return tuple(entries)

    def _silence(self, name: str, family: Family, case: Case) -> str | None:
        """Why a family was not checked on any line, or None."""
        claim = case.claim
        missing = {
            "documentation": claim.documentation is None,
            "sex": case.sex is None,
            "birth_date": case.birth_date is None,
            "type_of_bill": self._kind == "institutional" and not claim.type_of_bill,
        }
        widened = family.widened is not None and name in self._names
        reasons = (
            (family.unbuilt is not None, family.unbuilt),
            (self._kind == "void" and name not in VOID_FAMILIES, "void-claim"),
            (family.professional_only and self._kind == "institutional", "professional-only"),
            (name not in self._active, "policy-off"),
            (family.table is not None and family.table not in self._loaded and not widened, NO_TABLE),
            (family.policy is not None and self._policy.is_silent_on(family.policy), "policy-silent"),
            (family.absent is not None and missing[family.absent], "field-absent"),
        )
        return next((reason for applies, reason in reasons if applies), None)

    def _entries(self, name: str, family: Family, case: Case) -> list[Coverage]:
        """Checked with its release, and beside it the lines that table and policy do not reach or do not know."""
        if family.table is None and not family.per_code:
            return [Coverage(name, "checked")]
        if not case.lines:
            return [Coverage(name, "not-checked", reason="no-lines")]
        missed: dict[str, set[int]] = {}
        unseen = 0
        labels: dict[str, None] = {}
        for day in case.days.values():
            reached = [table for table in (family.table, *family.also) if table and day.release.reaches(table)]
            labels.update((day.release.label(table), None) for table in reached)
            reasons = self._reasons(name, family, day.lines, bool(reached))
            if (names := self._names.get(name)) is not None:
                for line in [line for line in day.lines if names(case, line)]:
                    if family.yields:
                        reasons[line.index] = POLICY_DECIDES
                    else:
                        reasons.pop(line.index, None)
                        labels[f"{self._policy.title} policy {self._policy.version}"] = None
            for line in day.lines:
                if reason := reasons.get(line.index):
                    missed.setdefault(reason, set()).add(line.number)
                    unseen += 1
        entries = []
        if labels and unseen < len(case.lines):
            entries.append(Coverage(name, "checked", release="; ".join(labels)))
        entries += [
            Coverage(name, "not-checked", reason=reason, lines=tuple(sorted(missed[reason])))
            for reason in sorted(missed)
        ]
        return entries

    def _reasons(self, name: str, family: Family, lines: list[Line], reached: bool) -> dict[int, str]:  # noqa: FBT001
        """Why the tables leave out lines of one day, by index, before the policy is asked."""
        if reached:
            return {line.index: reason for line, reason in _unlisted(name, lines)}
        reason = NOT_NAMED if family.table is None else BEYOND if family.table in self._loaded else NO_TABLE
        return dict.fromkeys((line.index for line in lines), reason)


def _naming() -> Iterator[tuple[str, str]]:
    """Families about which a policy may name procedures, and the field that does."""
    for name, family in FAMILIES.items():
        field = family.widened or family.yields or (family.policy if family.per_code else None)
        if field is not None:
            yield name, field


def _unlisted(family: str, lines: list[Line]) -> Iterator[tuple[Line, str]]:
    """The lines whose code the family's table does not know, and why.

    Two partners of a table's subjects may have an edit against each other that the table does not hold.
    """
    gaps = [(line, dict(_GAPS[line.service.gap])) for line in lines]
    partners = {gap[PARTNER] for _, gap in gaps if PARTNER in gap}
    for line, gap in gaps:
        if family in gap:
            yield line, gap[family]
        elif family == "ncci-ptp" and PARTNER in gap and len(partners) > 1:
            yield line, NO_ROW
