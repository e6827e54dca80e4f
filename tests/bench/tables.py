"""CMS's tables at full size, imported for the bench from the folder that `SCRUBBER_CMS_FILES` names."""

import os
from pathlib import Path

from scrubber.reference.importing import Job, run

VARIABLE = "SCRUBBER_CMS_FILES"
FILES = (
    "ptp/ccipra-2024q3-assembled.txt.xz",
    "mue/MCR_MUE_PractitionerServices_Eff_04-01-2026.csv",
    "aoc/AOC_2024Q3-assembled.txt",
    "pfs/PPRRVU2025_Oct.redacted.csv",
    "hcpcs/HCPC2025_OCT_ANWEB.rebuilt.csv",
    "icd10cm/icd10cm_order_2025.rebuilt.txt.xz",
)


def import_tables(folder: Path) -> Path | None:
    """The bundle, written into `folder`; None where the files are not to be had."""
    published = os.environ.get(VARIABLE)
    if not published:
        return None
    bundle = folder / "reference.bundle"
    for file in FILES:
        run(Job([Path(published) / file]), bundle)
    return bundle
