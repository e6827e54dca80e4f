"""The physician fee schedule's relative value file (PPRRVU), as CMS's CSV of 2025 (31 columns) or 2026 (32).

The names of the columns are spread over five rows below a banner that tells the release. Rows of one code differ by
modifier (26, TC, 53); their key is both.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from scrubber.reference.importers.codes import Procedures
from scrubber.reference.importers.document import Document, Sample
from scrubber.reference.importers.form import Format
from scrubber.reference.importers.header import Layout, Once, read_table
from scrubber.reference.importers.parsed import Parsed, Refused
from scrubber.reference.importers.periods import UNKNOWN, Period, quarter

KIND = "fee-schedule"
_LAYOUT = Layout(
    {
        "code": r"HCPCS",
        "modifier": r"MOD",
        "status": r"STATUS CODE",
        "global days": r"GLOB DAYS",
        "PC/TC": r"PCTC IND",
        "multiple": r"MULT PROC",
        "bilateral": r"BILAT SURG",
        "assistant": r"ASST SURG",
        "co-surgery": r"CO- SURG",
        "team": r"TEAM SURG",
        "not in an office": r"NON-FAC NA INDICATOR",
        "not in a facility": r"FACILITY NA INDICATOR",
        "total outside a facility": r"NON-FACILITY TOTAL",
        "total in a facility": r"FACILITY TOTAL",
        "conversion factor": r"CONV FACTOR",
    },
    spread=5,
)
_RELEASE = re.compile(r"(20[0-9]{2}) NATIONAL PHYSICIAN FEE SCHEDULE RELATIVE VALUE FILE ([A-Z]+)")
_QUARTERS = ("JANUARY", "APRIL", "JULY", "OCTOBER")
_NOT_APPLICABLE = {"": False, "NA": True}
_MODIFIER = re.compile(r"([0-9A-Z]{2})?")
_NUMBER = re.compile(r"([0-9]{1,6})(?:\.([0-9]{0,12}))?")


class FeeRow(NamedTuple):
    """A code with one modifier, or `""` for none; indicators as CMS writes them, `""` where blank.

    `na_nonfacility`, `na_facility`: CMS has no value there. Totals are hundredths of an RVU, the conversion factor is
    ten-thousandths of a dollar.
    """

    code: str
    modifier: str
    status: str
    global_days: str
    pctc: str
    multiple: str
    bilateral: str
    assistant: str
    co_surgery: str
    team: str
    na_nonfacility: bool
    na_facility: bool
    total_nonfacility: int
    total_facility: int
    conversion_factor: int


def _recognise(sample: Sample) -> dict[str, float]:
    return {KIND: _LAYOUT.likeness(sample.rows)}


def _rows(document: Document, parsed: Parsed) -> Iterator[FeeRow]:
    codes, once = Procedures(), Once("each code and modifier once")

    def convert(code: str, modifier: str, status: str, *cells: str) -> FeeRow:
        days, pctc, multiple, bilateral, assistant, co_surgery, team, office, facility, *numbers = cells
        code = codes[code]
        if not _MODIFIER.fullmatch(modifier):
            raise Refused("a modifier of two characters, or none", modifier)
        if len(status) != 1:
            raise Refused("a status code of one letter", status)
        if office not in _NOT_APPLICABLE or facility not in _NOT_APPLICABLE:
            raise Refused("NA or nothing", f"{office} and {facility}")
        once((code, modifier), f"{code} {modifier}")
        return FeeRow(
            code=code,
            modifier=modifier,
            status=status,
            global_days=days,
            pctc=pctc,
            multiple=multiple,
            bilateral=bilateral,
            assistant=assistant,
            co_surgery=co_surgery,
            team=team,
            na_nonfacility=_NOT_APPLICABLE[office],
            na_facility=_NOT_APPLICABLE[facility],
            total_nonfacility=_scaled(numbers[0], 2),
            total_facility=_scaled(numbers[1], 2),
            conversion_factor=_scaled(numbers[2], 4),
        )

    return read_table(document, parsed, _LAYOUT, convert)


def _scaled(text: str, places: int) -> int:
    """A number of zero or more, times ten to the `places`, without remainder."""
    if found := _NUMBER.fullmatch(text):
        fraction = (found[2] or "").rstrip("0")
        if len(fraction) <= places:
            return int(found[1] + fraction.ljust(places, "0"))
    raise Refused(f"a number with at most {places} decimal places", text)


def _period(sample: Sample) -> Period:
    for _, cells in sample.rows:
        banner = " ".join(" ".join(cells).split()).upper()
        if (found := _RELEASE.search(banner)) and found[2] in _QUARTERS:
            number = _QUARTERS.index(found[2]) + 1
            return quarter(int(found[1]), number, f"RVU{found[1][2:]}{'ABCD'[number - 1]}")
    return UNKNOWN


FORMAT = Format(
    (KIND,),
    "columns HCPCS, MOD, STATUS CODE, GLOB DAYS and the fee schedule's other indicators",
    _recognise,
    _rows,
    _period,
)
