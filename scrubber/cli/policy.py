"""`scrubber policy`: check the files of payer policies, and show what a policy says in the end."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from scrubber.cli.exits import BAD_INPUT, PROBLEMS
from scrubber.cli.terminal import fail, say, stdout

if TYPE_CHECKING:
    from scrubber.policy import Policy, Said

app = typer.Typer(rich_markup_mode=None, help="Payer policies: check their files, show one.", no_args_is_help=True)

PayerFolder = Annotated[Path | None, typer.Option(help="Payer policies in place of what ships.")]


@app.command("check")
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Policy files in TOML.")],
    payer_folder: PayerFolder = None,
) -> None:
    """Check policy files: every problem of each, by file, line and field, with what is allowed.

    A policy that a file extends stands beside it, in the payer folder, or ships. Exit codes: 0 nothing is wrong;
    1 problems; 2 a file cannot be read, or is not TOML.
    """
    from scrubber.policy import check_file

    folder = payer_folder or _shipped()
    problems = [problem for file in files for problem in check_file(file, folder)]
    for problem in problems:
        typer.echo(str(problem))
    wrong = {problem.file for problem in problems}
    count = f"{len(files)} file{'s' * (len(files) != 1)}"
    say(f"{count}: {len(problems)} problem{'s' * (len(problems) != 1)} in {len(wrong)}" if wrong else f"{count}: good")
    if any(problem.unreadable for problem in problems):
        raise typer.Exit(BAD_INPUT)
    if problems:
        raise typer.Exit(PROBLEMS)


@app.command("show")
def show(
    policy: Annotated[str, typer.Argument(metavar="ID", help="Id of a payer policy.")],
    format_: Annotated[Literal["text", "json"], typer.Option("--format", help="json: for programs.")] = "text",
    payer_folder: PayerFolder = None,
) -> None:
    """Show one policy with what it inherits, where each value comes from, and what it leaves unsaid.

    Exit codes: 0 shown; 2 there is no such policy, or the policies cannot be used.
    """
    from scrubber.policy import PolicyError, explain_policy

    folder = payer_folder or _shipped()
    try:
        effective, said = explain_policy(policy, folder)
    except PolicyError as error:
        fail(str(error))
    except KeyError:
        _no_such_policy(policy, folder)
    if format_ == "json":
        import msgspec

        values = [{"field": _field(each), "value": each.value, "from": each.origin} for each in said]
        shown = {"policy": effective.label, "values": values, "unsaid": _unsaid(effective)}
        typer.echo(msgspec.json.format(msgspec.json.encode(shown), indent=2))
    else:
        _show(effective, said)


def _show(policy: "Policy", said: list["Said"]) -> None:
    from rich.table import Table

    from scrubber.rules.families import FAMILIES

    console = stdout()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("field", no_wrap=True)
    table.add_column("value", overflow="fold")
    table.add_column("from", no_wrap=True)
    for each in said:
        table.add_row(_field(each), _written(each.value), f"{each.origin}.toml")
    console.print(f"{policy.title}  {policy.label}\n", style="bold")
    console.print(table)
    silent = [
        f"{field} ({', '.join(name for name, family in FAMILIES.items() if field == family.policy)})"
        for field in _unsaid(policy)
    ]
    if silent:
        console.print(f"\nUnsaid, so these families are not checked: {', '.join(silent)}.", style="dim")


def _unsaid(policy: "Policy") -> list[str]:
    """Fields without which a family of edits is not checked, and which the policy leaves unsaid."""
    from scrubber.rules.families import FAMILIES

    fields = {family.policy: None for family in FAMILIES.values() if family.policy is not None}
    return [field for field in fields if policy.is_silent_on(field)]


def _field(said: "Said") -> str:
    from scrubber.policy.errors import written

    return written(said.path)


def _written(value: Any) -> str:  # noqa: ANN401  whatever TOML can say
    """A value much as TOML writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_written(item) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _no_such_policy(name: str, folder: Path) -> NoReturn:
    from scrubber.policy.errors import did_you_mean

    names = sorted(file.stem for file in folder.glob("*.toml"))
    choice = f"choose from {', '.join(names)}"
    fail(f"there is no payer policy {name!r}; {did_you_mean(name, names, choice)}")


def _shipped() -> Path:
    from scrubber.reference import data_folder

    return data_folder() / "payers"
