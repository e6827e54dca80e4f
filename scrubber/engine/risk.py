"""A first figure of risk: how probable a denial is, as submitted, and what hangs on it.

Rules are taken as independent: the claim is paid only if none of its findings is acted on. A rule's likelihood is an
estimate by its authors, not yet measured against remittances.
"""

from collections.abc import Sequence

from scrubber.contract import Risk, Severity, money
from scrubber.engine.detect import Found
from scrubber.rules.form import Rule
from scrubber.rules.scopes import Case

NO_RISK = Risk(0.0, "0.00", ())

_RAISED = 0.9
_LOWERED = 0.2


def likelihood(rule: Rule, severity: Severity) -> float:
    """Probability that a finding of `rule` at this severity ends in a denial; a payer's policy may have moved it."""
    if severity == rule.severity:
        return rule.likelihood
    return max(rule.likelihood, _RAISED) if severity == "deny" else min(rule.likelihood, _LOWERED)


def assess(case: Case, found: Sequence[Found], severities: Sequence[Severity]) -> Risk:
    """Risk of a claim with findings. The charge at risk is that of the lines that blocking findings lead to."""
    if len(found) == 1 and severities[0] == "deny" and found[0].anchor is not None:
        # The usual case, without the books that several findings need.
        only = found[0].rule
        return Risk(likelihood(only, "deny"), money(case.lines[found[0].anchor].cents), (only.id,))
    paid = 1.0
    weights: dict[str, float] = {}
    at_risk: set[int] = set()
    for each, severity in zip(found, severities, strict=True):
        rule, lines, anchor = each.rule, each.lines, each.anchor
        weight = likelihood(rule, severity)
        paid *= 1.0 - weight
        weights[rule.id] = max(weight, weights.get(rule.id, 0.0))
        if severity != "deny":
            continue
        if anchor is not None:
            at_risk.add(anchor)
        else:
            at_risk.update((line.index for line in lines) if lines else range(len(case.lines)))
    cents = sum([case.lines[index].cents for index in at_risk])
    drivers = sorted(weights, key=lambda rule_id: (-weights[rule_id], rule_id))
    return Risk(min(round(1.0 - paid, 2), 0.99), money(cents), tuple(drivers))
