"""A verdict as a biller reads it: what is wrong, what denial it would be, what would mend it, what was not checked."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from scrubber.cli.changes import describe
from scrubber.cli.terminal import printable
from scrubber.contract import CENTS, Claim, Coverage, Disposition, Finding, Fix, Needs, Prediction, Severity, Verdict
from scrubber.rules.families import FAMILIES

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

WORDS: Final[dict[Disposition, tuple[str, str, str]]] = {
    "pass": ("✓", "pass", "green"),
    "fix-suggestion": ("✗", "fix suggested", "yellow"),
    "denial-risk": ("✗", "denial risk", "red"),
}
"""Disposition -> sign, words, colour."""

_MOST_DETAILED: Final = 3

_SEVERITIES: Final[dict[Severity, tuple[str, str, str]]] = {
    "deny": ("✗", "Would be denied:", "red"),
    "warn": ("!", "Could be denied:", "yellow"),
    "info": ("i", "For information.", "blue"),
}
_ASKS: Final[dict[Needs, str]] = {
    "none": "Needs nothing more",
    "confirmation": "Needs a person's confirmation",
    "documentation": "Needs documentation that supports it",
    "clinical-review": "Needs clinical review",
}
_UNCHECKED: Final = {
    "code-not-in-table": "code not in the table",
    "date-not-in-table": "date not in the table",
    "field-absent": "not on the claim",
    "code-not-in-policy": "policy silent on the code",
    "policy-decides": "the payer's own determination decides",
    "policy-silent": "policy silent",
    "policy-off": "switched off by policy",
    "professional-only": "for professional claims",
    "unknown-policy": "the one named is not loaded; the default one was used",
    "no-table": "no table",
    "no-history": "no earlier claims",
}
_SO_FOR_ALL: Final = ("no-table", "policy-silent")


def show_verdict(console: "Console", verdict: Verdict, claim: Claim | None = None, note: str = "") -> None:
    """Print `verdict`. With `claim`, fixes say what would change; `note` ends the headline."""
    from rich.text import Text

    sign, words, colour = WORDS[verdict.disposition]
    headline = Text.assemble((f"{sign} ", f"bold {colour}"), (printable(verdict.claim_id), "bold"))
    headline.append(f"  {words.upper()}", style=f"bold {colour}")
    if verdict.disposition != "pass":
        headline.append(f"  ${CENTS[verdict.risk.charge_at_risk] / 100:,.2f} at risk")
        headline.append(f", denial {verdict.risk.denial_probability:.0%} likely")
    if note:
        headline.append(f"  {printable(note)}", style="dim")
    console.print(headline)
    if verdict.findings:
        console.print(explain(verdict.findings, verdict.fixes, claim))
    if unchecked := "; ".join(_not_checked(verdict.coverage)):
        console.print(_row("", Text(f"not checked: {printable(unchecked)}", style="dim")))


def explain(findings: Sequence[Finding], fixes: Sequence[Fix], claim: Claim | None = None) -> "RenderableType":
    """Findings and fixes, each behind its sign; numbered where there are several."""
    from rich.console import Group

    several = len(findings) > 1
    told = [_told(finding, number if several else 0) for number, finding in enumerate(findings, 1)]
    shown = claim if len(fixes) <= _MOST_DETAILED else None
    offered = []
    cleared: set[int] = set()
    for fix in fixes:
        changes = describe(shown, fix.patch) if shown else []
        offered.append(_offered(fix, changes, several=several, instead=not cleared.isdisjoint(fix.clears)))
        cleared.update(fix.clears)
    return Group(*told, *offered)


def _told(finding: Finding, number: int) -> "RenderableType":
    from rich.text import Text

    sign, outlook, colour = _SEVERITIES[finding.severity]
    words = Text(f"{number}. " if number else "")
    where = _where(finding)
    if not finding.message.startswith(where):
        words.append(f"{where}: ", style="bold")
    words.append(printable(finding.message))
    words.append(f"\n{outlook}")
    if finding.severity != "info":
        words.append(" ").append(denial(finding.predicts), style=f"bold {colour}")
    words.append(f"  {finding.rule}, {printable(finding.source)}", style="dim")
    return _row(sign, words, colour)


def _offered(fix: Fix, changes: list[str], *, several: bool, instead: bool) -> "RenderableType":
    """A fix; `instead` of one before it, which clears a finding that this one clears too."""
    from rich.text import Text

    about = f" for {', '.join(str(index + 1) for index in fix.clears)}" if several else ""
    label = f"{'Or' if instead else 'Fix'}{about}: "
    words = Text.assemble((label, "bold green"), printable(fix.title), (f". {_ASKS[fix.needs]}.", "green"))
    if changes:
        words.append(f"\n{printable('; '.join(changes))}", style="dim")
    return _row("→", words, "green")


def _row(sign: str, words: "RenderableType", colour: str = "") -> "RenderableType":
    """A sign, and words that keep clear of it when they wrap."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=0)
    grid.add_column(width=4)
    grid.add_column(overflow="fold")
    grid.add_row(Text(f"  {sign}", style=f"bold {colour}".strip()), words)
    return grid


def denial(predicts: Prediction) -> str:
    """The denial that is expected: `CO-97 (N525)`."""
    return f"{predicts.group}-{predicts.carc}" + (f" ({predicts.rarc})" if predicts.rarc else "")


def never_checked() -> str:
    """The families that no claim is checked for, since they are not built yet."""
    groups: dict[str, list[str]] = {}
    for name, family in FAMILIES.items():
        if family.unbuilt:
            groups.setdefault(family.unbuilt, []).append(name)
    return "; ".join(f"{', '.join(names)} ({_UNCHECKED[reason]})" for reason, names in groups.items())


def _not_checked(coverage: Sequence[Coverage]) -> Iterator[str]:
    """What was not checked on this claim and is on others, by reason and lines; what is so for every claim comes last.

    A long list of names, which the event has, would hide the rest.
    """
    groups: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    for entry in coverage:
        family = FAMILIES.get(entry.family)
        if entry.status == "not-checked" and not (family and family.unbuilt):
            groups.setdefault((entry.reason or "", entry.lines), []).append(entry.family)
    for (reason, lines), names in sorted(groups.items(), key=lambda group: group[0][0] in _SO_FOR_ALL):
        where = f"{_lines(lines)}: " if lines else ""
        long = reason in _SO_FOR_ALL and len(names) > _MOST_DETAILED
        said = f"{len(names)} families of edits" if long else ", ".join(names)
        yield f"{said} ({where}{_UNCHECKED.get(reason, reason)})"


def _where(finding: Finding) -> str:
    """The lines a finding is about, or the part of the claim."""
    if finding.lines:
        return _lines(finding.lines).capitalize()
    match finding.path.split("/")[1:]:
        case ["diagnoses", position]:
            return f"Diagnosis {int(position) + 1}"
        case _:
            return "Claim"


def _lines(numbers: Sequence[int]) -> str:
    return f"line{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))}"
