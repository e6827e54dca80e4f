from pathlib import Path

import pytest

from scrubber.reference import SourceError
from scrubber.reference.importers.catalog import recognise
from scrubber.reference.importers.pos import UNASSIGNED
from tests.unit.reference.importers.published import CARC, POS, RARC, TAXONOMY, load, rows, save


def test_places(tmp_path: Path) -> None:
    parsed = load(tmp_path, POS + "2,Facility,Patient\u2019s Home,\n".encode().decode("cp1252"))
    assert rows(parsed) == [("11", "Office", "non-facility"), ("02", "Patient's Home", "facility")]
    assert parsed.left_out == {UNASSIGNED: 1}


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert len(rows(load(tmp_path, POS.encode("utf-8-sig")))) == 1


def test_taxonomy_keeps_code_and_display_name_only(tmp_path: Path) -> None:
    parsed = load(tmp_path, TAXONOMY, "nucc_taxonomy_251.csv")
    assert rows(parsed) == [("207N00000X", "Dermatology Physician")]
    assert (parsed.kind, parsed.release) == ("taxonomy", "25.1")


def test_reason_codes_keep_dates_only(tmp_path: Path) -> None:
    assert rows(load(tmp_path, CARC)) == [("4", 19950101, 0), ("P1", 20131101, 20160701)]
    assert rows(load(tmp_path, RARC)) == [("M1", 19970101, 0), ("N519", 20090701, 0)]


def test_the_codes_tell_carc_from_rarc(tmp_path: Path) -> None:
    assert recognise(save(tmp_path, CARC, "codes.csv")) == "carc"
    assert recognise(save(tmp_path, RARC, "codes.csv")) == "rarc"
    with pytest.raises(SourceError, match="carc or rarc"):
        recognise(save(tmp_path, CARC.splitlines()[0] + "\n", "codes.csv"))


@pytest.mark.parametrize(
    ("text", "row", "reason"),
    [
        (POS, "1X,Facility,x,", "a two-digit code"),
        (POS, "12,Somewhere,x,", "Facility, Non-Facility or Unassigned"),
        (POS, "12,Facility,,", "a name"),
        (POS, "28,Unassigned,x,", "each code once"),
        (TAXONOMY, "207N00000,,,,,,x,", "a taxonomy code of ten characters"),
        (TAXONOMY, "207ND0101X,,,,,,,", "a display name"),
        (TAXONOMY, "207N00000X,,,,,,x,", "each code once"),
        (CARC, "N1,,01/01/1995,,", "a CARC"),
        (RARC, "5,,01/01/1995,,", "a RARC"),
        (CARC, "5,,01/32/1995,,", "a date as 04/01/2026 or 2026-04-01"),
        (CARC, "5,,01/01/1995,,12/31/1994", "a stop date not before the start date"),
        (CARC, "4,,01/01/1995,,", "each code once"),
    ],
)
def test_rows_refused(tmp_path: Path, text: str, row: str, reason: str) -> None:
    good = {POS: "13,Facility,y,", TAXONOMY: "208D00000X,,,,,,y,", CARC: "6,,,,", RARC: "N2,,,,"}[text]
    parsed = load(tmp_path, f"{text}{good}\n{row}\n")
    rows(parsed)
    assert parsed.refused.counts == {reason: 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (POS.replace("pos_type", "kind"), "header row with the columns pos_type"),
        (TAXONOMY.replace("Display Name", "Name"), "header row with the columns display name"),
        (CARC.replace("Stop Date", "Until"), "header row with the columns stop"),
        (POS.splitlines()[0] + "\n", "found none"),
        (TAXONOMY.splitlines()[0] + "\n", "found none"),
    ],
)
def test_files_that_are_not(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        rows(load(tmp_path, text))
