"""`run(settings)` runs a worker; see `docs/operations.md`. Faust is imported in here only, and only once it runs."""

from scrubber.settings import Settings
from scrubber.worker.exits import ExitCode

__all__ = ["ExitCode", "run"]


def run(settings: Settings) -> int:
    """Run a worker until it is told to stop or cannot go on; returns an ExitCode. Call it in the main thread."""
    # Faust takes a while to import, and only a worker needs it.
    from scrubber.worker.lifetime import run_worker  # noqa: PLC0415

    return run_worker(settings)
