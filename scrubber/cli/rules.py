"""`scrubber rules`: what is checked, who says so, and what each finding looks like."""

import difflib
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from scrubber.cli.terminal import fail, stdout

if TYPE_CHECKING:
    from rich.console import Console

    from scrubber.rules import Rule
    from scrubber.rules.example import Example

app = typer.Typer(
    rich_markup_mode=None,
    help="The rules: list them, or show one with its source and examples.",
    invoke_without_command=True,
)

_WIDE = 120
"""Columns from which on a title has room beside the family."""

Format = Annotated[Literal["text", "json"], typer.Option("--format", help="text: for people. json: for programs.")]


@app.callback(invoke_without_command=True)
def list_(context: typer.Context, format_: Format = "text") -> None:
    """List every rule: id, title, family, severity, and the denial it predicts."""
    if context.invoked_subcommand:
        return
    from scrubber.rules import RULES

    if format_ == "json":
        _print_json([_facts(rule) for rule in RULES.values()])
        return
    from rich.table import Table

    from scrubber.cli.verdicts import denial

    console = stdout()
    wide = console.width >= _WIDE
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("rule", "title", *(["family"] if wide else []), "severity", "predicts"):
        table.add_column(column, no_wrap=column != "title")
    for rule in RULES.values():
        family = [rule.family] if wide else []
        table.add_row(rule.id, rule.title, *family, rule.severity, denial(rule.predicts))
    console.print(table)
    console.print(
        f"\n{len(RULES)} rules. scrubber rules show RULE tells one with its source and examples.", style="dim"
    )


@app.command("show")
def show(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Id of a rule, as scrubber rules lists it.")],
    format_: Format = "text",
) -> None:
    """Show one rule: what it looks for, who says so, a claim it fires on and one it lets pass.

    Exit codes: 0 shown; 2 there is no such rule.
    """
    from scrubber.rules import RULES

    if rule not in RULES:
        near = difflib.get_close_matches(rule, RULES, n=3, cutoff=0.5)
        fail(
            f"there is no rule {rule!r}; "
            + (f"did you mean {' or '.join(near)}?" if near else "scrubber rules lists them")
        )
    if format_ == "json":
        _print_json(_facts(RULES[rule]) | _examples(RULES[rule]))
    else:
        _show(stdout(), RULES[rule])


def _show(console: "Console", rule: "Rule") -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from scrubber.cli.engines import engine_or_fail
    from scrubber.cli.verdicts import denial, explain
    from scrubber.engine.examples import scrub_example
    from scrubber.rules.families import FAMILIES

    console.print(Text(rule.id, style="bold") + Text(f"  {rule.title}", style="not bold"))
    console.print(Padding(rule.explanation, (1, 0)))
    facts = Table.grid(padding=(0, 2))
    facts.add_row("family", f"{rule.family}: {FAMILIES[rule.family].title}")
    facts.add_row(
        "looks at",
        {"line": "one line alone", "day": "the lines of one date of service"}.get(rule.scope, "the whole claim"),
    )
    facts.add_row("severity", rule.severity + " (a payer policy may change it)")
    facts.add_row("predicts", f"{denial(rule.predicts)}, in about {rule.likelihood:.0%} of such claims")
    facts.add_row("source", rule.source)
    facts.add_row("code", f"{rule.module}.{rule.detect.__name__}")
    console.print(facts)
    engine = engine_or_fail()
    for heading, examples in (("Fires on", rule.fires), ("Lets pass", rule.passes)):
        console.print(f"\n{heading}", style="bold")
        for example in examples:
            console.print(Padding(_words(example), (0, 0, 0, 2)))
            verdict = scrub_example(engine, example)
            own = [index for index, finding in enumerate(verdict.findings) if finding.rule == rule.id]
            if own:
                fixes = [fix for fix in verdict.fixes if set(own) & set(fix.clears)]
                findings = [verdict.findings[index] for index in own]
                kept = [_renumbered(fix, own) for fix in fixes]
                console.print(Padding(explain(findings, kept, example.claim()), (0, 0, 0, 2)))


def _renumbered(fix: Any, own: list[int]) -> Any:  # noqa: ANN401  a Fix; the contract is imported only where needed
    """The fix, counting only this rule's findings."""
    from msgspec.structs import replace

    return replace(fix, clears=tuple(own.index(index) for index in fix.clears if index in own))


def _words(example: "Example") -> str:
    """An invented claim in one line."""
    words = f"{' + '.join(example.lines)}, {' '.join(example.dx) or 'no diagnosis'}, {example.date}"
    words += "" if example.sex == "F" else f", sex {example.sex}"
    words += "" if example.payer == "medicare" else f", payer {example.payer}"
    for name, value in (example.policy | example.changes).items():
        words += f", {name} {value}"
    return words


def _facts(rule: "Rule") -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "explanation": rule.explanation,
        "family": rule.family,
        "scope": rule.scope,
        "severity": rule.severity,
        "likelihood": rule.likelihood,
        "predicts": rule.predicts,
        "source": rule.source,
    }


def _examples(rule: "Rule") -> dict[str, Any]:
    """Examples as claim events with the verdicts they get."""
    from scrubber.cli.engines import engine_or_fail
    from scrubber.engine.examples import scrub_example

    engine = engine_or_fail()
    return {
        name: [
            {"claim": example.event(), "policy_changes": example.policy, "verdict": scrub_example(engine, example)}
            for example in examples
        ]
        for name, examples in (("fires", rule.fires), ("passes", rule.passes))
    }


def _print_json(value: object) -> None:
    import msgspec

    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))
