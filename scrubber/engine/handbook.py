"""The rule reference, written from the rules themselves: `python -m scrubber.engine.handbook > docs/rules.md`."""

import sys
from collections.abc import Iterable, Iterator

from scrubber.contract import Finding, Fix, Verdict
from scrubber.engine.examples import scrub_example
from scrubber.engine.scrub import Engine
from scrubber.engine.sources import load_engine
from scrubber.rules import RULES, Rule
from scrubber.rules.example import Example
from scrubber.rules.families import FAMILIES

_HEAD = """# Rules

Written by `make docs` from the rules in `scrubber/rules/`; change those, not this page. An example line reads
`CODE[-MODIFIER...][xUNITS][@CHARGE][#POINTERS][/DATE]`; each is an invented Medicare claim of 2026-09-15, place of
service 11, of a woman born in 1960, unless it says otherwise. CARC and RARC are what payers usually send; a payer's
policy may say otherwise. *deny* blocks, *warn* and *info* do not.
"""


def rules_page(engine: Engine) -> str:
    """The page: families, then each rule with what it found in its own examples."""
    parts = [_HEAD, *_families(), *(part for rule in RULES.values() for part in _rule(engine, rule))]
    return "\n".join(parts).rstrip() + "\n"


def _families() -> Iterator[str]:
    yield "## Families\n"
    yield "A verdict's `coverage` names each family as checked, with its release, or not checked, with the reason.\n"
    yield "| Family | Edits | Rules |"
    yield "|---|---|---|"
    for name, family in FAMILIES.items():
        rules = ", ".join(f"[{rule.id}](#{rule.id})" for rule in RULES.values() if rule.family == name)
        yield f"| {name} | {family.title} | {rules or f'none yet: not checked ({family.unbuilt})'} |"


def _rule(engine: Engine, rule: Rule) -> Iterator[str]:
    yield f"\n## {rule.id}\n"
    yield f"**{rule.title}.** {rule.explanation}\n"
    yield f"- Predicts: {prediction(rule.predicts.group, rule.predicts.carc, rule.predicts.rarc)}"
    yield f"- Severity: {rule.severity}, likelihood {rule.likelihood:.2f}"
    yield f"- Family: {rule.family}; scope: {rule.scope}; code: `{rule.module}`"
    yield f"- Source: {rule.source}"
    if rule.supersedes:
        yield f"- Replaces on the same lines: {', '.join(rule.supersedes)}"
    for example in rule.fires:
        verdict = scrub_example(engine, example)
        yield f"- Fires on {notation(example)} ({verdict.disposition})"
        yield from (f"  - {text}" for text in _said(rule, verdict))
    yield from (f"- Does not fire on {notation(example)}" for example in rule.passes)


def _said(rule: Rule, verdict: Verdict) -> Iterator[str]:
    for index, finding in enumerate(verdict.findings):
        if finding.rule == rule.id:
            yield _finding(finding)
            yield from (_fix(fix) for fix in verdict.fixes if index in fix.clears)


def _finding(finding: Finding) -> str:
    return f"{finding.message} `{finding.path}`"


def _fix(fix: Fix) -> str:
    return f"Fix: {fix.title}. Asks for: {fix.needs}."


def prediction(group: str, carc: str, rarc: str | None) -> str:
    """A prediction as remittances are read: CO-97 (N525)."""
    return f"{group}-{carc} ({rarc})" if rarc else f"{group}-{carc}"


def notation(example: Example) -> str:
    """An example in its short notation, with what differs from the usual claim."""
    differs: list[str] = []
    if example.dx != ("L57.0",):
        differs.append("diagnoses " + " ".join(example.dx))
    if example.date != Example(()).date:
        differs.append(f"date {example.date}")
    if example.sex != "F":
        differs.append(f"sex {example.sex}")
    if example.payer != "medicare":
        differs.append(f"payer {example.payer}")
    differs += [f"policy {key} = {_plain(value)}" for key, value in example.policy.items()]
    differs += [f"{key} = {_plain(value)}" for key, value in example.changes.items()]
    lines = ", ".join(f"`{line}`" for line in example.lines)
    return f"{lines}; {'; '.join(differs)}" if differs else lines


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(item)}" for key, item in value.items()) or "empty"
    if isinstance(value, str) or not isinstance(value, Iterable):
        return "nothing" if value is None else str(value)
    return ", ".join(_plain(item) for item in value)


if __name__ == "__main__":
    sys.stdout.write(rules_page(load_engine()))
