"""Where targets put files: in memory, where the machine has such a place, since each input is a file."""

import tempfile
from pathlib import Path
from typing import Final

_MEMORY: Final = Path("/dev/shm")  # noqa: S108  a folder of its own is made in it


def scratch() -> Path:
    """A folder of this process's own."""
    return Path(tempfile.mkdtemp(prefix="scrubber-fuzz-", dir=_MEMORY if _MEMORY.is_dir() else None))
