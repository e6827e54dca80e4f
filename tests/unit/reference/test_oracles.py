"""Agreement with the published files, each read here in a few lines of its own."""

import csv
import datetime as dt
import lzma
import shutil
from collections import defaultdict
from pathlib import Path

from scrubber.reference import Reference, masks
from scrubber.reference.shipped import main
from scrubber.rules.diagnosis_age import AGES

DAY = dt.timedelta(days=1)
CHECKED = dt.date(2024, 7, 1)


def _date(text: str) -> dt.date | None:
    return dt.date(int(text[:4]), int(text[4:6]), int(text[6:])) if text else None


def test_every_mce_row_on_and_around_its_first_and_last_day(reference: Reference, cms_files: Path) -> None:
    rows = defaultdict(list)
    with (cms_files / "mce/mce_v44_0_i10_dx_master.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            flags = frozenset(filter(None, row["flags"].split("|")))
            rows[row["code"]].append((_date(row["start_date"]), _date(row["end_date"]), flags))
    checked = 0
    for code, spans in rows.items():
        for start, end, _ in spans:
            for day in {edge + step * DAY for edge in (start, end) if edge for step in (-1, 0, 1)}:
                found = reference.on(day).diagnoses[code]
                live = [flags for first, last, flags in spans if first and first <= day and (not last or day <= last)]
                assert (found.status == "billable") == bool(live), (code, day)
                assert not live or found.flags == live[0], (code, day)
                checked += 1
    assert checked > 250_000


def test_nothing_of_the_older_mce_release_is_lost(reference: Reference, cms_files: Path) -> None:
    with (cms_files / "mce/mce_v43_1_i10_dx_master.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            start = _date(row["start_date"])
            assert start
            found = reference.on(start).diagnoses[row["code"]]
            assert found.status == "billable"
            assert found.flags == frozenset(filter(None, row["flags"].split("|")))


def test_age_groups_are_those_of_the_code_editor(cms_files: Path) -> None:
    groups = {
        "Adult": masks.DX_ADULT, "Maternity": masks.DX_MATERNITY, "Newborn": masks.DX_NEWBORN,
        "Pediatric": masks.DX_PEDIATRIC,
    }  # fmt: skip
    with (cms_files / "mce/mce_v43_1_age_ranges.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            for day in (_date(row["start_date"]), _date(row["end_date"]) or dt.date(2026, 9, 15)):
                ours = [ages for ages in AGES if ages.bit == groups[row["age_group"]]]
                live = [(each.youngest, each.oldest) for each in ours if day and each.start <= day <= each.end]
                assert live == [(int(row["start_age"]), int(row["end_age"]))]


def test_every_hcpcs_code_and_modifier(reference: Reference, cms_files: Path) -> None:
    with (cms_files / "hcpcs/HCPC2025_OCT_ANWEB.rebuilt.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            code, start, end = row["HCPC"].strip(), _date(row["ADD DT"]), _date(row["TERM DT"])
            assert start
            for day, valid in ((start - DAY, False), (start, True), (end, True), (end and end + DAY, False)):
                if day and row["RECID"] == "3":
                    assert reference.on(day).procedures[code].valid is valid, (code, day)
                elif day:
                    modifier = reference.on(day).modifiers[code]
                    assert modifier
                    assert modifier.valid is valid, (code, day)


def test_descriptions_agree_with_the_order_file(reference: Reference, cms_files: Path) -> None:
    release, same, compared = reference.on(dt.date(2025, 10, 1)), 0, 0
    packed = (cms_files / "icd10cm/icd10cm_order_2025.rebuilt.txt.xz").read_bytes()
    for line in lzma.decompress(packed).decode().splitlines():
        text = release.diagnoses[line[6:13].strip()].description
        if line[14] == "1" and text is not None:
            compared += 1
            same += text == line[77:].strip()
    # The rest are accents, and wording changed between the two years.
    assert compared > 74_000
    assert same / compared > 0.997


def test_rebuilding_gives_the_same_bytes(reference: Reference, cms_files: Path, tmp_path: Path) -> None:
    shutil.copytree(reference.folder / "starter", tmp_path / "starter")
    assert main([str(cms_files), "--out", str(tmp_path)]) == 0
    built = sorted(path.name for path in tmp_path.iterdir() if path.is_file())
    assert built == sorted(path.name for path in reference.folder.iterdir() if path.is_file())
    for name in built:
        assert (tmp_path / name).read_bytes() == (reference.folder / name).read_bytes(), name


def test_starter_pairs_are_all_there_are_for_the_subjects(reference: Reference, cms_files: Path) -> None:
    starter = list(csv.DictReader((reference.folder / "starter/ptp.csv").read_text().splitlines()))
    subjects = next(table.subjects for table in reference.tables if table.kind == "ptp")
    listed = {row[column] for row in starter for column in ("column_1", "column_2")} | set(subjects)
    release, checked = reference.on(CHECKED), 0
    published = {}
    with lzma.open(cms_files / "ptp/ccipra-2024q3-assembled.txt.xz", "rt") as file:
        for line in file:
            fields = line.rstrip("\n").split("\t")
            if fields[0] in listed and fields[1] in listed and (fields[4] == "*" or fields[4] >= f"{CHECKED:%Y%m%d}"):
                published[fields[0], fields[1]] = int(fields[5])
    for (one, two), indicator in published.items():
        if one in subjects or two in subjects:
            pair = release.pair(one, two)
            assert pair, (one, two)
            assert pair.indicator == indicator, (one, two)
            checked += 1
    ours = {(row["column_1"], row["column_2"]) for row in starter}
    assert ours <= published.keys()
    assert checked == len([pair for pair in ours if set(pair) & set(subjects)])


def _starter(reference: Reference, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((reference.folder / "starter" / name).read_text().splitlines()))


def test_every_starter_limit(reference: Reference, cms_files: Path) -> None:
    release = reference.on(dt.date(2026, 4, 1))
    mue = cms_files / "mue/MCR_MUE_PractitionerServices_Eff_04-01-2026.csv"
    with mue.open(newline="", encoding="cp1252") as file:
        limits = {
            row[0]: (int(row[1]), int(row[2][0])) for row in csv.reader(file) if len(row) > 2 and row[1].isdigit()
        }
    rows = _starter(reference, "mue.csv")
    for row in rows:
        procedure = release.procedures[row["code"]]
        assert limits[row["code"]] == (procedure.mue, procedure.mai)
    assert {mai for _, mai in limits.values()} == {int(row["mai"]) for row in rows}, "an example of each"
    none = next(table.subjects for table in reference.tables if table.kind == "mue")
    assert not limits.keys() & set(none)


def test_every_starter_add_on(reference: Reference, cms_files: Path) -> None:
    published = defaultdict(set)
    with (cms_files / "aoc/AOC_2024Q3-assembled.txt").open(encoding="cp1252") as file:
        for line in file:
            fields = line.split("\t")
            if len(fields) > 3:
                published[fields[1]].add((fields[0], fields[3]))
    ours = defaultdict(set)
    for row in _starter(reference, "add_on.csv"):
        ours[row["add_on"]].add((row["type"], row["primary"] or "CCCCC"))
    for code, rows in ours.items():
        assert rows == published[code], code
    known = next(table.subjects for table in reference.tables if table.kind == "add-on")
    assert [code for code in known if code in published] == ["17003"]


def _as_kept(text: str) -> str:
    """A flag as 1, a number without its point."""
    return "1" if text == "NA" else str(int(text.replace(".", ""))) if "." in text else text


def test_every_column_of_every_starter_row_of_the_fee_schedule(reference: Reference, cms_files: Path) -> None:
    with (cms_files / "pfs/PPRRVU2025_Oct.redacted.csv").open(newline="", encoding="cp1252") as file:
        published = {(row[0], row[1]): row for row in csv.reader(file) if len(row) > 24}
    columns = {
        "status": 3, "global_days": 14, "pctc": 13, "multiple": 18, "bilateral": 19, "assistant": 20, "co_surgery": 21,
        "team": 22, "na_nonfacility": 7, "na_facility": 9, "total_nonfacility": 11, "total_facility": 12,
        "conversion_factor": 24,
    }  # fmt: skip
    rows = _starter(reference, "fee_schedule.csv")
    for row in rows:
        theirs = published[row["code"], row["modifier"]]
        for name, at in columns.items():
            assert row[name] == _as_kept(theirs[at]), (row["code"], row["modifier"], name)
    release, codes = reference.on(dt.date(2025, 10, 1)), {row["code"] for row in rows}
    for code in codes:
        procedure, theirs = release.procedures[code], published[code, ""]
        fees = procedure.fees
        assert fees
        assert (procedure.status, procedure.global_days) == (theirs[3], theirs[14])
        assert (fees.na_nonfacility, fees.na_facility) == (theirs[7] == "NA", theirs[9] == "NA")
        assert fees.total_nonfacility / 100 == float(theirs[11])
        assert fees.total_facility / 100 == float(theirs[12])
        assert fees.conversion_factor / 10_000 == float(theirs[24])
        assert list(procedure.components) == sorted(m for c, m in published if c == code and m)
