"""From published files to what rules are told: through the bundle, as a user would."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scrubber.reference import Reference, ReferenceDataError, load
from scrubber.reference.bundle.imported import ImportedTables
from scrubber.reference.importing import Job, run
from tests.published import write_add_ons, write_fees, write_mue, write_ptp, write_taxonomy
from tests.unit.reference.importers.published import ORDER, TABULAR, save

DAY = dt.date(2026, 9, 15)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return tmp_path / "reference.bundle"


def imported(bundle: Path, *files: Path, **more: object) -> Reference:
    run(Job(files, **more), bundle)  # type: ignore[arg-type]
    return load(bundle=bundle)


def test_pairs_limits_add_ons_and_fees(bundle: Path, tmp_path: Path) -> None:
    release = imported(
        bundle,
        write_ptp(tmp_path / "ccipra-2026Q3.txt", "11111 22222 20200101 * 1", "11111 33333 20200101 20251231 0"),
        write_mue(tmp_path / "mue_07-01-2026.csv", "11111 4 3"),
        write_add_ons(tmp_path / "aoc 2026Q3.txt", "22222 1 11111 2013091 -", "33333 2 CCCCC 2013091 -"),
        write_fees(tmp_path / "pprrvu.csv", "11111 - A 090", "11111 26 A 090", "22222 - I XXX"),
    ).on(DAY)
    code = release.procedures["11111"]
    assert (code.known, code.valid, code.status, code.global_days) == (True, True, "A", "090")
    assert (code.mue, code.mai, code.components) == (4, 3, ("26",))
    assert code.fees
    assert (code.fees.total_nonfacility, code.fees.conversion_factor) == (205, 323465)
    assert code.partners == release.procedures["22222"].character
    assert release.procedures["22222"].primaries == {"11111"}
    assert release.procedures["33333"].add_on_type == 2
    pair = release.pair("11111", "22222")
    assert pair
    assert (pair.indicator, pair.rationale) == (1, "Invented rationale")
    assert release.pair("11111", "33333") is None
    assert [each.deleted for each in release.pair_history("11111", "33333")] == [dt.date(2025, 12, 31)]


def test_an_imported_table_is_complete_and_takes_the_place_of_the_starter_table(bundle: Path, tmp_path: Path) -> None:
    starter = load().on(DAY)
    assert starter.pair("17004", "17003")
    assert "ncci-ptp" in starter.procedures["12345"].unlisted
    release = imported(bundle, write_ptp(tmp_path / "ccipra-2026Q3.txt", "11111 22222 20200101 * 1")).on(DAY)
    assert release.pair("17004", "17003") is None
    assert "ncci-ptp" not in release.procedures["12345"].unlisted
    assert "ncci-mue" in release.procedures["12345"].unlisted
    assert release.label("ptp") == "NCCI PTP practitioner 2026Q3"
    assert release.label("mue") == starter.label("mue")


def test_the_date_of_service_picks_the_quarter(bundle: Path, tmp_path: Path) -> None:
    reference = imported(
        bundle,
        write_mue(tmp_path / "mue_04-01-2026.csv", "11111 4 3"),
        write_mue(tmp_path / "mue_07-01-2026.csv", "11111 5 2"),
    )
    found = [reference.on(dt.date(2026, month, 1)).procedures["11111"].mue for month in (3, 4, 6, 7, 12)]
    assert found == [None, 4, 4, 5, 5]
    assert not reference.on(dt.date(2026, 3, 31)).reaches("mue")
    assert reference.on(dt.date(2026, 6, 30)).label("mue") == "NCCI MUE practitioner 2026Q2"


def test_importing_a_release_again_replaces_it_and_leaves_the_others(bundle: Path, tmp_path: Path) -> None:
    run(Job([write_mue(tmp_path / "mue_04-01-2026.csv", "11111 4 3", "22222 1 2")]), bundle)
    run(Job([write_mue(tmp_path / "mue_07-01-2026.csv", "11111 5 3")]), bundle)
    (report,) = run(Job([write_mue(tmp_path / "mue_04-01-2026.csv", "11111 6 3")]), bundle)
    assert [(table.key, table.info.rows) for table in report.replaced] == [("mue/2026Q2", 2)]
    assert [(table.key, table.info.rows) for table in ImportedTables(bundle).tables] == [
        ("mue/2026Q2", 1), ("mue/2026Q3", 1),
    ]  # fmt: skip
    assert load(bundle=bundle).on(dt.date(2026, 5, 1)).procedures["11111"].mue == 6


def test_hospital_tables_judge_institutional_claims_alone(bundle: Path, tmp_path: Path) -> None:
    reference = imported(
        bundle,
        write_ptp(tmp_path / "ccioph-2026Q3.txt", "11111 22222 20200101 * 0"),
        write_mue(tmp_path / "mue_07-01-2026.csv", "11111 7 2", service="Outpatient Hospital Services"),
    )
    assert reference.hospital
    hospital, practitioner = reference.hospital.on(DAY), reference.on(DAY)
    assert hospital.pair("11111", "22222")
    assert hospital.procedures["11111"].mue == 7
    assert practitioner.pair("11111", "22222") is None
    assert practitioner.procedures["11111"].mue is None
    assert practitioner.pair("17004", "17003")
    assert hospital.pair("17004", "17003") is None


def test_one_bad_file_of_several_changes_nothing(bundle: Path, tmp_path: Path) -> None:
    run(Job([write_mue(tmp_path / "mue_04-01-2026.csv", "11111 4 3")]), bundle)
    before = bundle.read_bytes()
    bad = tmp_path / "bad.txt"
    bad.write_text("nothing that anybody publishes\n")
    with pytest.raises(ReferenceDataError, match=r"bad\.txt"):
        run(Job([write_mue(tmp_path / "mue_07-01-2026.csv", "11111 5 3"), bad]), bundle)
    assert bundle.read_bytes() == before


def test_a_release_in_parts_is_one_table_and_a_missing_part_is_said(bundle: Path, tmp_path: Path) -> None:
    first = write_ptp(tmp_path / "ccipra-v322r0-f1.txt", "11111 22222 20200101 * 1")
    second = write_ptp(tmp_path / "ccipra-v322r0-f2.txt", "44444 55555 20200101 * 1")
    with pytest.raises(ReferenceDataError, match="several files"):
        run(Job([first]), bundle)
    (report,) = run(Job([first, second]), bundle)
    assert [(table.key, table.info.rows) for table in report.tables] == [("ptp/v32.2", 2)]
    assert report.tables[0].info.edition == dt.date(2026, 7, 1)
    release = load(bundle=bundle).on(DAY)
    assert release.pair("11111", "22222")
    assert release.pair("44444", "55555")

    bundle.unlink()
    run(Job([first], partial=True), bundle)
    release = load(bundle=bundle).on(DAY)
    assert release.pair("11111", "22222")
    assert "ncci-ptp" in release.procedures["44444"].unlisted


def test_a_file_that_tells_no_release_needs_one(bundle: Path, tmp_path: Path) -> None:
    file = write_mue(tmp_path / "limits.csv", "11111 4 3")
    with pytest.raises(ReferenceDataError, match="--release"):
        run(Job([file]), bundle)
    with pytest.raises(ReferenceDataError, match="--from"):
        run(Job([file], release="of spring"), bundle)
    reference = imported(bundle, file, release="of spring", first_day=dt.date(2026, 4, 1))
    assert reference.on(dt.date(2026, 4, 1)).label("mue") == "NCCI MUE practitioner of spring"
    assert not reference.on(dt.date(2026, 3, 31)).reaches("mue")


def test_refused_rows_are_reported_and_not_kept(bundle: Path, tmp_path: Path) -> None:
    rows = [f"{number:05} 4 3" for number in range(10000, 12000)]
    file = write_mue(tmp_path / "mue_04-01-2026.csv", *rows, "no-code 4 3")
    told: list[tuple[str, int, str]] = []
    (report,) = run(Job([file]), bundle, on_refusal=lambda name, line, why: told.append((name, line, why)))
    assert (report.kept, report.refused.total()) == (2000, 1)
    ((name, line, why),) = told
    assert name == file.name
    assert file.read_text("cp1252").splitlines()[line - 1].startswith("no-code")
    assert "no-code" in why
    (table,) = ImportedTables(bundle).tables
    assert table.left_out == dict(report.refused)


def test_a_taxonomy_list_decides_which_codes_there_are(bundle: Path, tmp_path: Path) -> None:
    shipped = load().on(DAY)
    assert (shipped.taxonomies["207N00000X"], shipped.taxonomies["207n00000x"], shipped.taxonomies["DERM"]) == (
        None, None, False,
    )  # fmt: skip
    listed = write_taxonomy(tmp_path / "nucc_taxonomy_261.csv", "207N00000X")
    release = imported(bundle, listed, first_day=dt.date(2026, 1, 1)).on(DAY)
    assert release.taxonomies["207n00000x"] is True
    assert release.taxonomies["207R00000X"] is False
    assert not load(bundle=bundle).on(dt.date(2025, 12, 31)).reaches("taxonomy")


def test_imports_at_once_do_not_undo_each_other(bundle: Path, tmp_path: Path) -> None:
    days = [f"{month:02d}-01-20{year}" for year in range(22, 27) for month in (1, 4, 7, 10)]
    files = [write_mue(tmp_path / f"mue_{day}.csv", "11111 4 3") for day in days]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda file: run(Job([file]), bundle), files))
    assert len(ImportedTables(bundle).tables) == len(days)


def test_of_two_files_that_make_one_table_the_last_has_it(bundle: Path, tmp_path: Path) -> None:
    files = [save(tmp_path, ORDER, "order.txt"), save(tmp_path, TABULAR, "tabular.xml")]
    for order in (files, files[::-1]):
        run(Job(order, release="FY2026"), bundle)
        (texts,) = [each for each in ImportedTables(bundle).tables if each.info.kind == "icd10cm-descriptions"]
        assert texts.info.file == order[-1].name
