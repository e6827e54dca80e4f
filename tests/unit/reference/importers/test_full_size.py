"""Agreement with the published files, each read here in a few lines of its own."""

import csv
import lzma
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from scrubber.reference.importers.add_on import AddOnRow
from scrubber.reference.importers.catalog import read
from scrubber.reference.importers.excludes1 import read_excludes1
from scrubber.reference.importers.fee_schedule import FeeRow
from scrubber.reference.importers.hcpcs import Level2, read_hcpcs
from scrubber.reference.importers.mue import MueRow
from scrubber.reference.importers.order import OrderRow
from scrubber.reference.importers.parsed import Parsed
from scrubber.reference.importers.pos import read_pos
from scrubber.reference.importers.ptp import NO_EDIT, PtpRow
from scrubber.reference.importers.source import Source
from scrubber.reference.importers.tabular import gather, read_tabular
from tests.unit.reference.importers.published import workbook

MUE = "mue/MCR_MUE_PractitionerServices_Eff_04-01-2026"
PTP = "ptp/ccipra-2024q3-assembled.txt.xz"
TABULAR = "icd10cm/icd10c-tabular-April-1-2026.xml.xz"


def _whole(parsed: Parsed) -> Parsed:
    assert not parsed.refused.total, parsed.refused.first
    return parsed


@pytest.mark.slow
def test_practitioner_ptp(cms_files: Path) -> None:
    expected, active = Counter[str](), Counter[str]()
    with lzma.open(cms_files / PTP, "rt", encoding="latin-1") as file:
        for line in file:
            fields = line.rstrip().split("\t")
            if fields[0][:4].isdigit() or fields[0][1:].isdigit():
                expected[fields[5]] += 1
                active[fields[5]] += fields[4] == "*"
    assert expected.total() == 2_546_017
    found, live = Counter[int](), Counter[int]()
    told: list[int] = []
    parsed = read(cms_files / PTP, progress=lambda done, _: told.append(done))
    assert len(told) == 1, "nothing more is read than the first rows need"
    for row in parsed.rows:
        assert type(row) is PtpRow
        found[row.indicator] += 1
        live[row.indicator] += not row.deleted
    _whole(parsed)
    assert {str(indicator): rows for indicator, rows in found.items()} == {k: expected[k] for k in "01"}
    assert live == {1: 1_160_873, 0: 508_947} == {int(k): active[k] for k in "01"}
    assert parsed.left_out == {NO_EDIT: expected["9"]}
    assert (parsed.kind, parsed.release) == ("ptp-practitioner", "2024Q3")
    assert len(told) > 100


@pytest.mark.parametrize(
    ("name", "rows", "release"),
    [("ccipra-v322r0-f1.excerpt.txt", 14, "v32.2"), ("ptp_17000_17004_subset_2026q3.cmsformat.txt", 83, "2026Q3")],
)
def test_ptp_of_2026(cms_files: Path, name: str, rows: int, release: str) -> None:
    path = cms_files / "ptp" / name
    lines = [line.split("\t") for line in path.read_text(encoding="cp1252").splitlines()[6:]]
    assert len(lines) == rows
    parsed = read(path, "ptp-practitioner")
    expected = [
        (one, two, int(start), 0 if end == "*" else int(end), int(indicator), why)
        for one, two, _, start, end, indicator, why in lines
        if indicator != "9"
    ]
    assert list(_whole(parsed).rows) == expected
    assert parsed.release == release


def test_mue_as_csv_and_workbook(cms_files: Path) -> None:
    with (cms_files / f"{MUE}.csv").open(newline="", encoding="cp1252") as file:
        lines = list(csv.reader(file))[2:]
    expected = [MueRow(code, int(units), int(mai[0]), why) for code, units, mai, why in lines]
    for suffix in ".csv", ".xlsx":
        parsed = read(cms_files / f"{MUE}{suffix}")
        assert list(_whole(parsed).rows) == expected
        assert (parsed.kind, parsed.release) == ("mue-practitioner", "2026Q2")
    assert Counter(row.mai for row in expected) == {1: 41, 2: 5417, 3: 9637}
    assert sum(row.units == 0 for row in expected) == 2642


def test_add_ons(cms_files: Path, tmp_path: Path) -> None:
    path = cms_files / "aoc/AOC_2024Q3-assembled.txt"
    lines = [line.split("\t") for line in path.read_text(encoding="cp1252").splitlines()]
    parsed = read(path)
    rows = [row for row in parsed.rows if isinstance(row, AddOnRow)]
    assert Counter(row.type for row in rows) == {1: 6860, 2: 36, 3: 569}
    assert [(str(row.type), row.add_on, row.primary or "CCCCC") for row in rows] == [
        (fields[0], fields[1], fields[3]) for fields in lines[2:]
    ]
    assert {(row.effective, row.deleted) for row in rows} == {(20130401, 0)}
    _whole(parsed)
    book = tmp_path / "AOC.xlsx"
    book.write_bytes(workbook(lines))
    assert list(read(book).rows) == rows


def test_fee_schedule(cms_files: Path) -> None:
    with (cms_files / "pfs/PPRRVU2025_Oct.redacted.csv").open(newline="", encoding="cp1252") as file:
        lines = list(csv.reader(file))[10:]
    parsed = read(cms_files / "pfs/PPRRVU2025_Oct.redacted.csv")
    expected = [
        FeeRow(
            **dict(zip(FeeRow._fields, (c[0], c[1], c[3], c[14], c[13], *c[18:23]), strict=False)),
            na_nonfacility=c[7] == "NA",
            na_facility=c[9] == "NA",
            total_nonfacility=round(float(c[11]) * 100),
            total_facility=round(float(c[12]) * 100),
            conversion_factor=round(float(c[24]) * 10_000),
        )
        for c in lines
    ]
    assert len(expected) == 19_090
    assert list(_whole(parsed).rows) == expected
    assert parsed.release == "RVU25D"
    days = {row.modifier: row.global_days for row in expected if row.code == "76940"}
    assert (days[""], days["26"]) == ("YYY", "XXX")


def test_fee_schedule_of_2026(cms_files: Path) -> None:
    parsed = read(cms_files / "pfs/PPRRVU2026_Jul_nonQPP.excerpt.csv")
    rows = list(_whole(parsed).rows)
    assert [row[:4] for row in rows] == [("0001F", "", "I", "XXX"), ("00100", "", "J", "XXX")]
    assert {row[-1] for row in rows} == {334_009}
    assert parsed.release == "RVU26C"


def test_hcpcs(cms_files: Path) -> None:
    path = cms_files / "hcpcs/HCPC2025_OCT_ANWEB.rebuilt.csv"
    rows = list(_whole(read(path)).rows)
    codes, modifiers = read_hcpcs(Source(path))
    assert len(rows) == 8846
    assert sorted(rows) == sorted([*codes, *modifiers])


def test_fixed_width_hcpcs_agrees_with_the_workbook_beside_it(cms_files: Path, tmp_path: Path) -> None:
    path = cms_files / "hcpcs/2019-Alpha-Numeric-HCPCS-File.zip"
    with zipfile.ZipFile(path) as parts:
        text = parts.read("HCPC2019_CONTR_ANWEB.txt").decode("cp1252")
        book = Path(parts.extract("HCPC2019_CONTR_ANWEB.xlsx", tmp_path))
    parsed = read(path)
    rows = [row for row in _whole(parsed).rows if isinstance(row, Level2)]
    records = [line for line in text.splitlines()[6:] if line.strip()]
    assert len(records) == 11_622
    assert [row.code for row in rows] == [line[:5].strip() for line in records if line[10] in "37"]
    assert sum(parsed.left_out.values()) == sum(line[10] in "48" for line in records)
    assert list(read(book).rows) == rows
    assert parsed.source_name.endswith("HCPC2019_CONTR_ANWEB.txt")


def test_order(cms_files: Path) -> None:
    path = cms_files / "icd10cm/icd10cm_order_2025.rebuilt.txt.xz"
    expected = [
        OrderRow(line[6:13].strip(), line[14] == "1", line[16:76].strip(), line[77:].strip())
        for line in lzma.decompress(path.read_bytes()).decode().splitlines()
    ]
    parsed = read(path)
    assert list(_whole(parsed).rows) == expected
    assert (len(expected), sum(row.billable for row in expected)) == (97_584, 74_260)


def test_tabular_and_places(cms_files: Path) -> None:
    parsed = read(cms_files / TABULAR)
    tabular = gather(parsed.rows)
    assert tabular == read_tabular(Source(cms_files / TABULAR))
    assert len(tabular.texts) == 46_881
    assert read_excludes1(tabular)[1].total() == len(tabular.notes)
    assert parsed.release == "FY2026 April"
    places = read(cms_files / "pos/pos_codes.csv")
    assert list(places.rows) == read_pos(Source(cms_files / "pos/pos_codes.csv"))
    assert places.kept + places.left_out.total() == 99
