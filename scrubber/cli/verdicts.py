"""A verdict as a biller reads it: what is wrong, what denial it would be, what would mend it, what was not checked."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal

from scrubber.cli.changes import describe
from scrubber.cli.terminal import printable
from scrubber.contract import Claim, Coverage, Disposition, Finding, Fix, Needs, Prediction, Severity, Verdict
from scrubber.rules.families import FAMILIES

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

WORDS: Final[dict[Disposition, tuple[str, str, str]]] = {
    "pass": ("✓", "pass", "green"),
    "fix-suggestion": ("✗", "fix suggested", "yellow"),
    "denial-risk": ("✗", "denial risk", "red"),
}
"""Disposition -> sign, words, colour."""

_SEVERITIES: Final[dict[Severity, tuple[str, str, str]]] = {
    "deny": ("✗", "Would be denied", "red"),
    "warn": ("!", "Could be denied", "yellow"),
    "info": ("i", "For information", "blue"),
}
_ASKS: Final[dict[Needs, str]] = {
    "none": "nothing further needed",
    "confirmation": "needs a person to confirm it",
    "documentation": "needs documentation that supports it",
    "clinical-review": "needs clinical review",
}
_UNCHECKED: Final = {
    "code-not-in-table": "no loaded table knows the code",
    "date-not-in-table": "the loaded table does not reach the date",
    "field-absent": "the claim does not say",
    "policy-silent": "the payer policy does not say",
    "policy-off": "switched off by the payer policy",
    "professional-only": "professional claims only",
    "unknown-policy": "the policy named is not loaded; the default one was used",
    "no-table": "no table loaded",
    "no-history": "no earlier claims kept",
}


def show_verdict(console: "Console", verdict: Verdict, claim: Claim | None = None, note: str = "") -> None:
    """Print `verdict`. With `claim`, fixes say what would change; `note` follows the claim's id."""
    from rich.text import Text

    sign, words, colour = WORDS[verdict.disposition]
    title = Text(f"{sign} ", style=f"bold {colour}")
    title.append(printable(verdict.claim_id), style="bold")
    title.append(f"  {words.upper()}", style=f"bold {colour}")
    if verdict.disposition != "pass":
        title.append(f"  ${verdict.risk.charge_at_risk} at risk, denial {verdict.risk.denial_probability:.0%} likely")
    title.append(printable(note), style="dim")
    console.print(title)
    if verdict.findings:
        console.print(explain(verdict.findings, verdict.fixes, claim))
    if unchecked := "; ".join(_not_checked(verdict.coverage)):
        console.print(_indented(Text(f"not checked: {printable(unchecked)}", style="dim")))


def explain(findings: Sequence[Finding], fixes: Sequence[Fix], claim: Claim | None = None) -> "RenderableType":
    """Findings and fixes as a grid: sign, where, words."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 1), pad_edge=True)
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    several = len(findings) > 1
    for number, finding in enumerate(findings, 1):
        sign, outlook, colour = _SEVERITIES[finding.severity]
        words = Text(printable(finding.message))
        if finding.severity == "info":
            words.append(f"\n{printable(finding.source)}", style="dim")
        else:
            words.append(f"\n{outlook}: {denial(finding.predicts)}", style=colour)
            words.append(f"  {finding.rule}; {printable(finding.source)}", style="dim")
        where = (f"{number}. " if several else "") + _where(finding)
        grid.add_row(Text(f" {sign}", style=f"bold {colour}"), Text(where), words)
    for number, fix in enumerate(fixes, 1):
        words = Text(printable(fix.title), style="bold")
        words.append(f" ({_ASKS[fix.needs]})", style="not bold italic")
        if claim is not None:
            words.append(f"\n{printable('; '.join(describe(claim, fix.patch)))}", style="not bold")
        label = f"fix {number}" if len(fixes) > 1 else "fix"
        if several:
            label += f", for {_list(fix.clears)}"
        grid.add_row(Text(" →", style="bold green"), Text(label, style="green"), words)
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
    """What was not checked on this claim and on others is, by reason."""
    groups: dict[str, list[str]] = {}
    for entry in coverage:
        family = FAMILIES.get(entry.family)
        if entry.status == "not-checked" and not (family and family.unbuilt):
            lines = f" on line {', '.join(map(str, entry.lines))}" if entry.lines else ""
            groups.setdefault(entry.reason or "", []).append(entry.family + lines)
    for reason, names in groups.items():
        yield f"{', '.join(names)} ({_UNCHECKED.get(reason, reason)})"


def _where(finding: Finding) -> str:
    """The lines a finding is about, or the part of the claim."""
    if finding.lines:
        return ("line " if len(finding.lines) == 1 else "lines ") + ", ".join(map(str, finding.lines))
    part: Literal["diagnosis", "claim"] = "diagnosis" if finding.path.startswith("/diagnoses/") else "claim"
    position = finding.path.split("/")[2:3]
    return f"{part} {int(position[0]) + 1}" if part == "diagnosis" and position and position[0].isdigit() else part


def _list(indices: Sequence[int]) -> str:
    return ", ".join(str(index + 1) for index in indices)


def _indented(text: "RenderableType") -> "RenderableType":
    from rich.padding import Padding

    return Padding(text, (0, 0, 0, 2))
