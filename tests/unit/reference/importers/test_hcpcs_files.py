import datetime as dt
from pathlib import Path

import pytest

from scrubber.reference import SourceError
from scrubber.reference.importers.hcpcs import CONTINUED
from tests.unit.reference.importers.published import HCPCS, hcpcs_record, load, rows, workbook, zipped

FIXED = "***Disclaimers\t\t\t\r\n \xa0convey endorsement.\t\t\t\r\n\r\n" + "".join(
    f"{hcpcs_record(*record)}\r\n"
    for record in (("LT", "7", "19840101"), ("LT", "8"), ("J0570", "3"), ("J0571", "3", "20170101", "20181231"))
)
EXPECTED = [
    ("LT", "19840101", "", "D", "Short"),
    ("J0570", "20170101", "", "D", "Short"),
    ("J0571", "20170101", "20181231", "D", "Short"),
]


def test_csv(tmp_path: Path) -> None:
    parsed = load(tmp_path, HCPCS, "HCPC2025_OCT_ANWEB.csv")
    assert rows(parsed) == [("LT", "19840101", "", "D", "Left side"), ("J0570", "20170101", "", "D", "Drug x")]
    assert parsed.left_out == {CONTINUED: 1}
    assert (parsed.release, parsed.starts, parsed.ends) == ("October 2025", None, dt.date(2025, 12, 31))


def test_workbook(tmp_path: Path) -> None:
    cells = [line.split(",") for line in HCPCS.splitlines()]
    assert [row[0] for row in rows(load(tmp_path, workbook(cells), "codes.xlsx"))] == ["LT", "J0570"]


def test_fixed_width_in_the_zip_that_cms_publishes(tmp_path: Path) -> None:
    others = {"HCPC2019_README.txt": "This file contains codes.\n", "Changes.prn": " HCPCS/MOD  TYPE\n"}
    packed = zipped(others | {"HCPC2019_CONTR_ANWEB.txt": FIXED.encode("cp1252"), "HCPC2019.xlsx": workbook([["x"]])})
    parsed = load(tmp_path, packed, "2019-File.zip")
    assert rows(parsed) == EXPECTED
    assert (parsed.kind, parsed.release, parsed.left_out[CONTINUED]) == ("hcpcs", "2019", 1)
    assert parsed.source_name == "2019-File.zip: HCPC2019_CONTR_ANWEB.txt"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (hcpcs_record("D0120"), "a HCPCS Level II code"),
        (hcpcs_record("J0572", "5"), "record identifier 3, 4, 7 or 8"),
        (hcpcs_record("J0572", "3", "20170132"), "a date as 20260915 in ADD DT"),
        (hcpcs_record("J0572", "3", "20170101", "20161231"), "ADD DT, and no earlier TERM DT"),
        (hcpcs_record("J0570"), "each code once"),
        (hcpcs_record("J0572")[:200], "a line of at least 293 characters"),
    ],
)
def test_records_refused(tmp_path: Path, record: str, reason: str) -> None:
    parsed = load(tmp_path, f"{FIXED}{record}\r\n{hcpcs_record('J0590', '4')}\r\n")
    assert rows(parsed) == EXPECTED
    assert parsed.refused.counts == {reason: 1}
    assert parsed.refused.first[reason][0][0] == 8


def test_a_fixed_width_file_that_breaks_off(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="line 8: expected a last line of at least 293 characters"):
        rows(load(tmp_path, FIXED + hcpcs_record("J0572")[:200]))


def test_a_changed_header(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="line 1: expected a header row with the columns TERM DT"):
        load(tmp_path, HCPCS.replace("TERM DT", "END"))
