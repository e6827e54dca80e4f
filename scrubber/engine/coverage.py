"""What was checked, what was not, and why: the part of a verdict that keeps 'not checked' from looking like 'pass'.

A claim's coverage depends only on its policy, the releases its dates fall into, what its codes' tables say, and which
facts the claim holds. So it is worked out once for each such combination and handed out as one and the same tuple.
"""

from scrubber.contract import Coverage
from scrubber.policy import Policy
from scrubber.reference import Procedure, Reference
from scrubber.rules.families import FAMILIES, Family
from scrubber.rules.form import Rule
from scrubber.rules.scopes import Case, Gap, Line

_LIMIT = 50_000
NO_ROW = "code-not-in-table"
PARTNER = "partner"
"""In a gap: the code's pairs with the table's subjects are known, those with other partners are not."""


def gap_of(code: Procedure) -> Gap:
    """The families whose tables say nothing of a code, where saying nothing does not mean 'no edit'."""
    gaps: list[tuple[str, str]] = [(family, NO_ROW) for family in code.unlisted]
    if code.ptp == "partner":
        gaps.append(("ncci-ptp", PARTNER))
    return tuple(gaps)


class CoverageBook:
    """The coverage of one policy and claim type."""

    def __init__(self, policy: Policy, rules: tuple[Rule, ...], reference: Reference) -> None:
        self._policy = policy
        self._active = {rule.family for rule in rules if policy.severity.get(rule.id) != "off"}
        self._loaded = {table.kind for table in reference.tables}
        self._known: dict[tuple[object, ...], tuple[Coverage, ...]] = {}

    def of(self, case: Case, named_policy_known: bool) -> tuple[Coverage, ...]:  # noqa: FBT001
        """The coverage of one claim: equal circumstances give the same tuple object."""
        key = (
            tuple([day.release.id for day in case.days.values()]),
            tuple([(line.number, line.service.gap) for line in case.lines]),
            case.claim.documentation is None,
            case.sex is None,
            named_policy_known,
        )
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _LIMIT:
                self._known.clear()
            known = self._known[key] = self._write(case, named_policy_known)
        return known

    def _write(self, case: Case, named_policy_known: bool) -> tuple[Coverage, ...]:  # noqa: FBT001
        entries: list[Coverage] = []
        for name, family in FAMILIES.items():
            if reason := self._silence(name, family, case):
                entries.append(Coverage(name, "not-checked", reason=reason))
            else:
                entries += self._table_entries(name, family, case)
        if not named_policy_known:
            entries.append(Coverage("payer-policy", "not-checked", reason="unknown-policy"))
        return tuple(entries)

    def _silence(self, name: str, family: Family, case: Case) -> str | None:
        """Why a family was not checked on any line, or None."""
        claim = case.claim
        missing = {"documentation": claim.documentation is None, "sex": case.sex is None}
        reasons = (
            (family.unbuilt is not None, family.unbuilt),
            (family.professional_only and claim.claim_type != "professional", "professional-only"),
            (name not in self._active, "policy-off"),
            (family.table is not None and family.table not in self._loaded, "no-table"),
            (family.policy is not None and self._policy.is_silent_on(family.policy), "policy-silent"),
            (family.absent is not None and missing[family.absent], "field-absent"),
        )
        return next((reason for applies, reason in reasons if applies), None)

    def _table_entries(self, name: str, family: Family, case: Case) -> list[Coverage]:
        """Checked with its release, and beside it the lines that its table does not reach or does not know."""
        if family.table is None:
            return [Coverage(name, "checked")]
        missed: dict[str, set[int]] = {}
        labels: list[str] = []
        for day in case.days.values() or ():
            release = day.release
            if not release.reaches(family.table):
                missed.setdefault("date-not-in-table", set()).update(line.number for line in day.lines)
                continue
            if (label := release.label(family.table)) not in labels:
                labels.append(label)
            missed.setdefault(NO_ROW, set()).update(_unlisted(name, day.lines))
        entries = []
        unseen = set().union(*missed.values())
        if labels and len(unseen) < len(case.lines):
            entries.append(Coverage(name, "checked", release="; ".join(labels)))
        entries += [
            Coverage(name, "not-checked", reason=reason, lines=tuple(sorted(lines)))
            for reason, lines in missed.items()
            if lines
        ]
        return entries


def _unlisted(family: str, lines: list[Line]) -> list[int]:
    """Numbers of the lines whose code the family's table does not know.

    Two partners of a table's subjects may have an edit against each other that the table does not hold.
    """
    reasons = {line.number: dict(line.service.gap).get(family) for line in lines}
    partners = {line.code.code for line in lines if reasons[line.number] == PARTNER}
    return [number for number, reason in reasons.items() if reason == NO_ROW or (reason and len(partners) > 1)]
