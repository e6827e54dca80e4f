"""Where the bundle is: as a command or setting says, as the environment says, else in the user's data folder."""

import os
from pathlib import Path
from typing import Final

from scrubber.reference.errors import ReferenceDataError

VARIABLE: Final = "SCRUBBER_REFERENCE_BUNDLE"


def bundle_place(named: Path | None = None) -> Path:
    """The file that imports go into, whether it exists or not.

    ReferenceDataError where nobody named one and the user has no home.
    """
    place = named or _from_environment() or _usual()
    if place is None:
        raise ReferenceDataError(f"There is no home folder to keep imported tables in. Set {VARIABLE} to a file.")
    return place


def bundle_in_use(named: Path | None = None) -> Path | None:
    """The file to read imported tables from; None when nobody named one and nothing was ever imported."""
    if place := named or _from_environment():
        return place
    usual = _usual()
    return usual if usual and usual.exists() else None


def _from_environment() -> Path | None:
    value = os.environ.get(VARIABLE)
    return Path(value) if value else None


def _usual() -> Path | None:
    if data := os.environ.get("XDG_DATA_HOME"):
        folder = Path(data)
    else:
        try:
            folder = Path.home() / ".local" / "share"
        except RuntimeError:  # a container's user may have none
            return None
    return folder / "claim-scrubber" / "reference.bundle"
