import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from scrubber.reference import Reference, Release, load

VARIABLE = "SCRUBBER_CMS_FILES"


@pytest.fixture(scope="session")
def reference() -> Reference:
    return load(Path(__file__).resolve().parents[3] / "reference_data")


@pytest.fixture
def on(reference: Reference) -> Callable[[str], Release]:
    return lambda day: reference.on(dt.date.fromisoformat(day))


@pytest.fixture
def release(on: Callable[[str], Release]) -> Release:
    return on("2026-09-15")


@pytest.fixture(scope="session")
def cms_files() -> Path:
    """The folder of published files, at full size."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        pytest.skip(f"{VARIABLE} does not name the folder of CMS's published files")
    return Path(folder)
