"""The Medicare physician fee schedule: every row, looked up."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from scrubber.reference import load
from tests.oracle.conftest import Tally
from tests.oracle.published import prices

DATE = dt.date(2025, 10, 1)
INDICATORS = {
    "status": "STATUS CODE", "global_days": "GLOB DAYS", "pctc": "PCTC IND", "multiple": "MULT PROC",
    "bilateral": "BILAT SURG", "assistant": "ASST SURG", "co_surgery": "CO- SURG", "team": "TEAM SURG",
}  # fmt: skip
FLAGS = {"na_nonfacility": "NON-FAC NA INDICATOR", "na_facility": "FACILITY NA INDICATOR"}
NUMBERS = {
    "total_nonfacility": ("NON-FACILITY TOTAL", 100),
    "total_facility": ("FACILITY TOTAL", 100),
    "conversion_factor": ("CONV FACTOR", 10_000),
}


def test_every_row(bundle: Path, cms_files: Path, tally: Callable[[str], Tally]) -> None:
    """Of rows with a modifier, that they are there: what they say no lookup gives."""
    whole, parts = tally("Fee schedule: rows without modifier, 13 columns"), tally("Fee schedule: rows with a modifier")
    release, modifiers = load(bundle=bundle).on(DATE), defaultdict(set)
    rows = list(prices(cms_files / "pfs/PPRRVU2025_Oct.redacted.csv"))
    for row in rows:
        if row["MOD"]:
            modifiers[row["HCPCS"]].add(row["MOD"])
    for row in rows:
        code, modifier = row["HCPCS"], row["MOD"]
        procedure = release.procedures[code]
        if modifier:
            parts.check(set(procedure.components) == modifiers[code], f"{code} {modifier}")
            parts.rows += 1
            continue
        fees = procedure.fees
        says: dict[str, object] = {name: row[column] for name, column in INDICATORS.items()}
        says |= {name: row[column] == "NA" for name, column in FLAGS.items()}
        says |= {name: int(Decimal(row[column]) * factor) for name, (column, factor) in NUMBERS.items()}
        whole.check(fees is not None and all(getattr(fees, name) == value for name, value in says.items()), code)
        whole.rows += 1
    assert whole.rows + parts.rows == len(rows)
