"""The engine that a command scrubs with, or one line that says why there is none."""

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrubber.cli.terminal import fail

if TYPE_CHECKING:
    from scrubber.engine import Engine
    from scrubber.policy import Policy


ReferenceFolder = Annotated[Path | None, typer.Option(help="Reference data in place of what ships.")]
ReferenceBundle = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        envvar="SCRUBBER_REFERENCE_BUNDLE",
        show_envvar=True,
        help="Imported tables. Unset: where `scrubber reference import` puts them, if they are there.",
    ),
]
PayerFolder = Annotated[Path | None, typer.Option(help="Payer policies in place of what ships.")]


def engine_or_fail(
    reference_folder: Path | None = None, payer_folder: Path | None = None, reference_bundle: Path | None = None
) -> "Engine":
    """Load the engine. Ends the command where reference data or payer policies will not do."""
    from scrubber.engine import load_engine
    from scrubber.policy import PolicyError
    from scrubber.reference import ReferenceDataError

    try:
        return load_engine(reference_folder, payer_folder, reference_bundle)
    except (ReferenceDataError, PolicyError, OSError) as error:
        # These speak of published tables and policy files, never of a claim.
        fail(str(error))


def policy_or_fail(engine: "Engine", name: str) -> "Policy":
    """The loaded policy of that name. Ends the command where there is none."""
    policies = {policy.id: policy for policy in engine.policies}
    if name not in policies:
        near = difflib.get_close_matches(name, policies, n=1)
        fail(
            f"there is no payer policy {name!r}; "
            + (f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(sorted(policies))}")
        )
    return policies[name]
