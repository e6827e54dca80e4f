"""Claim in, verdict out. Pure: no clock, no input or output; today is an argument."""

import datetime as dt
from typing import NamedTuple

from msgspec.structs import replace

import scrubber
from scrubber.contract import Claim, Disposition, Finding, Fix, Origin, Prediction, Risk, Ruleset, Severity, Verdict
from scrubber.engine.coverage import VOID_FAMILIES, CoverageBook, Kind
from scrubber.engine.detect import Detector, Found
from scrubber.engine.identity import VerdictIds, ruleset_digest
from scrubber.engine.prove import Prover
from scrubber.engine.risk import NO_RISK, assess
from scrubber.engine.views import Views
from scrubber.policy import Policies, Policy
from scrubber.reference import Reference
from scrubber.rules import RULES, Rule
from scrubber.rules.scopes import Case


class _Desk(NamedTuple):
    """What judges the claims of one policy and kind."""

    detector: Detector
    coverage: CoverageBook
    ruleset: Ruleset


def _applies(rule: Rule, kind: Kind) -> bool:
    """A void repeats the claim it takes back, right or wrong: only its form matters."""
    if kind == "void":
        return rule.family in VOID_FAMILIES
    return kind == "professional" or not rule.professional_only


def _speaks_to(policy: Policy, rule: Rule) -> bool:
    """Whether the policy leaves the rule on, and says what the rule asks of it."""
    silent = rule.policy is not None and policy.is_silent_on(rule.policy)
    return policy.severity.get(rule.id) != "off" and not silent


class Engine:
    """All rules over one reference and the payer policies. Not for use by several threads at once."""

    def __init__(self, reference: Reference, policies: Policies) -> None:
        self.reference = reference
        self.policies = policies
        self.digest = ruleset_digest([reference.digest, *(policy.label for policy in policies)])
        self._ids = VerdictIds(self.digest)
        self._views: dict[tuple[str, Reference], Views] = {}
        self._desks: dict[tuple[str, Kind], _Desk] = {}

    def scrub(self, claim: Claim, *, as_of: dt.date, origin: Origin | None = None) -> Verdict:
        """The verdict on `claim` as seen on the day `as_of`."""
        policy = self.policies.of(claim)
        kind: Kind = "void" if claim.claim_frequency_code == "8" else claim.claim_type
        desk = self._desks.get((policy.id, kind)) or self._open_desk(policy, kind)
        case, found = desk.detector.detect(claim, as_of)
        disposition, findings, fixes, risk = _judge(desk.detector, case, found) if found else _CLEAN
        return Verdict(
            self._ids.of(origin, claim),
            claim.claim_id,
            disposition,
            findings,
            fixes,
            risk,
            desk.coverage.of(case, self.policies.knows(claim)),
            desk.ruleset,
            origin,
            as_of,
        )

    def _open_desk(self, policy: Policy, kind: Kind) -> _Desk:
        applicable = tuple(rule for rule in RULES.values() if _applies(rule, kind))
        active = tuple(rule for rule in applicable if _speaks_to(policy, rule))
        hospital = self.reference.hospital if kind == "institutional" else None
        reference = hospital or self.reference
        detector = Detector(policy, active, self._views_for(active, reference))
        coverage = CoverageBook(policy, kind, applicable, reference)
        desk = _Desk(detector, coverage, Ruleset(scrubber.__version__, self.digest, policy.label))
        self._desks[policy.id, kind] = desk
        return desk

    def _views_for(self, active: tuple[Rule, ...], reference: Reference) -> Views:
        rules = tuple(rule for rule in active if rule.scope == "line")
        key = " ".join(rule.id for rule in rules), reference
        if key not in self._views:
            self._views[key] = Views(reference, rules)
        return self._views[key]


MOST_FINDINGS = 200
"""Findings in a verdict, the blocking ones first: what is beyond helps nobody and could outgrow a record."""

_Judgement = tuple[Disposition, tuple[Finding, ...], tuple[Fix, ...], Risk]
_CLEAN: _Judgement = ("pass", (), (), NO_RISK)


def _judge(detector: Detector, case: Case, found: list[Found]) -> _Judgement:
    if len(found) > 1:
        found.sort(key=detector.order)
    severities = [detector.severity_of(each) for each in found]
    prover = Prover(detector, case, found)
    fixes = tuple(prover.fixes(case, found))
    disposition: Disposition = "denial-risk"
    if "deny" not in severities:
        disposition = "pass"
    elif _each_has_a_fix(severities, fixes) and prover.leads_to_pass(case, found, fixes):
        disposition = "fix-suggestion"
    findings = tuple(_finding(case.policy, each, severity) for each, severity in zip(found, severities, strict=True))
    if len(found) > MOST_FINDINGS:
        findings, fixes = findings[:MOST_FINDINGS], _of_shown(fixes)
    return disposition, findings, fixes, assess(case, found, severities)


def _of_shown(fixes: tuple[Fix, ...]) -> tuple[Fix, ...]:
    """The fixes with `clears` counting findings that the verdict holds; those for none of them are left out."""
    shown = (replace(fix, clears=tuple(index for index in fix.clears if index < MOST_FINDINGS)) for fix in fixes)
    return tuple(fix for fix in shown if fix.clears)


def _each_has_a_fix(severities: list[Severity], fixes: tuple[Fix, ...]) -> bool:
    cleared = {index for fix in fixes for index in fix.clears}
    return all(index in cleared for index, severity in enumerate(severities) if severity == "deny")


def _finding(policy: Policy, found: Found, severity: Severity) -> Finding:
    rule, hit, lines = found.rule, found.hit, found.lines
    path = lines[0].at() + hit.path if rule.scope == "line" else hit.path
    says = policy.predicts.get(rule.id)
    predicts = Prediction(says.group, says.carc, says.rarc) if says else hit.predicts or rule.predicts
    numbers = tuple(sorted({line.number for line in lines}))
    return Finding(rule.id, severity, path, numbers, hit.message, predicts, hit.source or rule.source)


def filing_day(claim: Claim, default: dt.date) -> dt.date:
    """The day a claim counts as filed: when it was received (UTC), else `default`."""
    received = claim.received_at
    if received is None:
        return default
    if received.tzinfo is None or received.tzinfo is dt.UTC:
        return received.date()
    try:
        return received.astimezone(dt.UTC).date()
    except OverflowError:  # the first or last day of the calendar, in another zone
        return received.date()
