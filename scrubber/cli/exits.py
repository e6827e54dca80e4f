"""Exit codes of every command but the worker's, which are in `scrubber.worker.exits`."""

from typing import Final

DENIED: Final = 1
"""A claim would be denied; documents differ; records were not acknowledged: the work was done, the answer is no."""

PROBLEMS: Final = 1
"""Files that were read and say what they may not."""

BAD_INPUT: Final = 2
"""Wrong use, or input that cannot be read. Also Typer's own code for a wrong option."""

UNFORESEEN: Final = 70
"""A mistake of ours."""

INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141
