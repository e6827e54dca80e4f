"""Where targets put files: in memory, where the machine has such a place, since each input is a file."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

_MEMORY: Final = Path("/dev/shm")  # noqa: S108  a folder of its own is made in it


def scratch() -> Path:
    """A folder of this process's own, gone when it ends."""
    folder = Path(tempfile.mkdtemp(prefix=_prefix(os.getpid()), dir=_place()))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def clear(pid: int) -> None:
    """Remove what a process left that the fuzzer ended, which tells nobody."""
    for folder in _place().glob(f"{_prefix(pid)}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _place() -> Path:
    return _MEMORY if _MEMORY.is_dir() else Path(tempfile.gettempdir())


def _prefix(pid: int) -> str:
    return f"scrubber-fuzz-{pid}-"
