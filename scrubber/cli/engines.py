"""The engine that a command scrubs with, or one line that says why there is none."""

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from scrubber.cli.terminal import fail

if TYPE_CHECKING:
    from scrubber.engine import Engine
    from scrubber.policy import Policy


def engine_or_fail(reference_folder: Path | None = None, payer_folder: Path | None = None) -> "Engine":
    """Load the engine. Ends the command where reference data or payer policies will not do."""
    from scrubber.engine import load_engine
    from scrubber.policy import PolicyError
    from scrubber.reference import ReferenceDataError

    try:
        return load_engine(reference_folder, payer_folder)
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
