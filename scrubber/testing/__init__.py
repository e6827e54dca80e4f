"""What other teams' tests use to run a real scrubber: see `docs/testing-with-scrubber.md`.

`ScrubberContainer` is a worker in a container, `ScrubberClaims` sends claims and waits for their verdicts, and
`scrubber.testing.plugin` gives both to pytest as fixtures. Needs the extra `testing`.
"""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from scrubber.testing.claims import ClaimRefusedError, ScrubberClaims
    from scrubber.testing.container import ScrubberContainer

__all__ = ["ClaimRefusedError", "ScrubberClaims", "ScrubberContainer"]

_HOMES: Final = {
    "ClaimRefusedError": "scrubber.testing.claims",
    "ScrubberClaims": "scrubber.testing.claims",
    "ScrubberContainer": "scrubber.testing.container",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's __getattr__ gives whatever it is asked for
    """Import on first use: pytest imports this package in every run where it is installed, whether used or not."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - the same reason

    return getattr(import_module(_HOMES[name]), name)
