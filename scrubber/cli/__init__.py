"""The command `scrubber`. Modules here read options, call what does the work, and show what came of it."""

from scrubber.cli.root import app, main

__all__ = ["app", "main"]
