"""Where the bundle is: as a command or setting says, as the environment says, else in the user's data folder."""

import os
from pathlib import Path
from typing import Final

VARIABLE: Final = "SCRUBBER_REFERENCE_BUNDLE"


def bundle_place(named: Path | None = None) -> Path:
    """The file that imports go into, whether it exists or not."""
    if named is not None:
        return named
    if value := os.environ.get(VARIABLE):
        return Path(value)
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "claim-scrubber" / "reference.bundle"


def bundle_in_use(named: Path | None = None) -> Path | None:
    """The file to read imported tables from; None when nobody named one and nothing was ever imported."""
    place = bundle_place(named)
    asked_for = named is not None or bool(os.environ.get(VARIABLE))
    return place if asked_for or place.exists() else None
