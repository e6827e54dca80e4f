"""Where the files that come with the code are: in the installed package, or beside it in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


class NotShippedError(Exception):
    """A folder that should come with the code is not there."""


def shipped_folder(name: str) -> Path:
    """The top-level folder `topics` or `reference_data`. NotShippedError says what to do when it is missing."""
    for folder in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise NotShippedError(f"There is no folder {name!r} beside {_PACKAGE}. Install the package again.")
