"""`scrubber reference`: import, remove, lookup, diff."""

import json
from pathlib import Path

import pytest

from scrubber.contract import encode_claim
from scrubber.rules.example import example
from tests.published import write_add_ons, write_mue, write_ptp
from tests.unit.cli.conftest import Run


@pytest.fixture(autouse=True)
def bundle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    place = tmp_path / "data" / "reference.bundle"
    monkeypatch.setenv("SCRUBBER_REFERENCE_BUNDLE", str(place))
    return place


def test_what_was_imported_judges_the_next_claim(run: Run, bundle: Path, tmp_path: Path) -> None:
    pairs = write_ptp(tmp_path / "ccipra-2026Q3.txt", "17000 57520 20200101 * 0")
    result = run("reference", "import", pairs)
    assert result.exit_code == 0, result.stderr
    assert "NCCI PTP practitioner 2026Q3: ptp 1 rows" in result.stdout
    assert str(bundle) in result.stdout
    claim = encode_claim(example("17000", "57520", dx="L57.0 N87.1").claim())
    (verdict,) = map(json.loads, run("scrub", "--format", "jsonl", "-", stdin=claim).stdout.splitlines())
    sources = [finding["source"] for finding in verdict["findings"] if finding["rule"] == "ptp-never"]
    assert sources == ["NCCI PTP practitioner 2026Q3: 17000/57520 indicator 0"]

    assert run("reference", "remove", "ptp/2026Q3").exit_code == 0
    (verdict,) = map(json.loads, run("scrub", "--format", "jsonl", "-", stdin=claim).stdout.splitlines())
    assert "ptp-never" not in {finding["rule"] for finding in verdict["findings"]}


def test_the_kind_may_be_named_and_wrong_files_end_with_two(run: Run, bundle: Path, tmp_path: Path) -> None:
    limits = write_mue(tmp_path / "mue_07-01-2026.csv", "11111 4 3")
    assert run("reference", "import", "mue-practitioner", limits).exit_code == 0
    before = bundle.read_bytes()
    for arguments in (["add-on", limits], ["fee-schedule"], [tmp_path / "nowhere.txt"], [bundle]):
        result = run("reference", "import", *arguments)
        assert result.exit_code == 2, arguments
        assert "expected" in result.stderr or "no file" in result.stderr
    assert bundle.read_bytes() == before


def test_refused_rows_are_listed_in_a_file(run: Run, tmp_path: Path) -> None:
    rows = [f"{number:05} 4 3" for number in range(10000, 12000)]
    limits = write_mue(tmp_path / "mue_07-01-2026.csv", *rows, "no-code 4 3")
    listed = tmp_path / "refused.tsv"
    result = run("reference", "import", limits, "--refused", listed)
    assert result.exit_code == 0
    assert "2,000 rows kept, 1 refused" in result.stdout
    (line,) = listed.read_text().splitlines()
    assert line.startswith(f"{limits.name}\t")


def test_a_table_that_is_not_there_cannot_be_removed(run: Run, tmp_path: Path) -> None:
    assert run("reference", "remove", "mue/2026Q3").exit_code == 2
    run("reference", "import", write_mue(tmp_path / "mue_07-01-2026.csv", "11111 4 3"))
    result = run("reference", "remove", "mue/2026Q4")
    assert result.exit_code == 2
    assert "mue/2026Q3" in result.stderr


def test_lookup_says_what_the_tables_say_and_which(run: Run, tmp_path: Path) -> None:
    run(
        "reference",
        "import",
        write_ptp(tmp_path / "ccipra-2026Q3.txt", "17000 99213 20130701 20191231 1", "17000 99213 20201001 * 1"),
        write_mue(tmp_path / "mue_07-01-2026.csv", "17000 1 2"),
        write_add_ons(tmp_path / "aoc 2026Q3.txt", "17003 1 17000 2013091 -"),
    )
    shown = run("reference", "lookup", "17000", "--on", "2026-09-15").stdout
    assert "1 on a date (MAI 2)" in shown
    assert "NCCI MUE practitioner 2026Q3" in shown
    assert "supported by" in shown
    pair = run("reference", "lookup", "99213", "--with", "17000", "--on", "2020-05-01").stdout
    assert "not in force: 2013-07-01 to 2019-12-31, indicator 1" in pair
    assert "not in force: 2020-10-01 to now, indicator 1" in pair
    assert "17003 is added to" in run("reference", "lookup", "17000", "--with", "17003", "--on", "2026-09-15").stdout
    assert "L57.0, L57.1" in run("reference", "lookup", "l57", "--on", "2026-09-15").stdout
    assert "actinic keratosis" in run("reference", "lookup", "L57.0", "--on", "2026-09-15").stdout.lower()
    assert "lifts pair edits" in run("reference", "lookup", "59").stdout
    missing = run("reference", "lookup", "nothing-such")
    assert missing.exit_code == 1


def test_diff_tells_every_kind_of_change(run: Run, tmp_path: Path) -> None:
    run(
        "reference",
        "import",
        write_mue(tmp_path / "mue_04-01-2026.csv", "11111 4 3", "22222 1 2", "33333 1 2"),
        write_mue(tmp_path / "mue_07-01-2026.csv", "11111 5 3", "22222 1 2", "44444 1 1"),
        write_ptp(
            tmp_path / "ccipra-2026Q2.txt",
            "11111 22222 20200101 * 1", "11111 33333 20200101 * 0", "11111 44444 20200101 * 1",
        ),
        write_ptp(
            tmp_path / "ccipra-2026Q3.txt",
            "11111 22222 20200101 * 0", "11111 33333 20200101 20260630 0", "11111 44444 20200101 * 1",
            "11111 55555 20260701 * 1",
        ),
    )  # fmt: skip
    result = run("reference", "diff", "2026Q2", "2026Q3", "--format", "jsonl")
    assert result.exit_code == 0, result.stderr
    changes = [tuple(json.loads(line).values()) for line in result.stdout.splitlines()]
    assert changes == [
        ("mue", "11111", "units", "4", "5"),
        ("mue", "33333", "ended", "1, 2, Invented rationale", ""),
        ("mue", "44444", "added", "", "1, 1, Invented rationale"),
        ("ptp", "11111/22222", "indicator", "1", "0"),
        ("ptp", "11111/33333", "ended", "indicator 0", ""),
        ("ptp", "11111/55555", "added", "", "indicator 1"),
    ]
    text = run("reference", "diff", "2026Q2", "2026Q3").stdout
    assert "11111  units: 4 to 5" in text
    assert "ptp: 1 indicator, 1 ended, 1 added" in text
    only = run("reference", "diff", "2026Q2", "2026Q3", "--code", "44444", "--format", "jsonl").stdout
    assert [json.loads(line)["key"] for line in only.splitlines()] == ["44444"]
    assert run("reference", "diff", "2026Q3", "2026Q3").stdout == "nothing changed\n"
    unknown = run("reference", "diff", "2026Q2", "2027Q1")
    assert unknown.exit_code == 2
    assert "2026Q2, 2026Q3" in unknown.stderr


def test_a_damaged_bundle_is_said_by_every_command(run: Run, bundle: Path, tmp_path: Path) -> None:
    run("reference", "import", write_mue(tmp_path / "mue_07-01-2026.csv", "11111 4 3"))
    bundle.write_bytes(bundle.read_bytes()[:-3])
    for arguments in (["info"], ["lookup", "17000"], ["diff", "2026Q3", "2026Q3"], ["remove", "mue/2026Q3"]):
        result = run("reference", *arguments)
        assert result.exit_code == 2, arguments
        assert "reference.bundle: damaged" in result.stderr
    claim = encode_claim(example("17000").claim())
    assert run("scrub", "-", stdin=claim).exit_code == 2


def test_the_advice_about_a_damaged_bundle_works(run: Run, bundle: Path, tmp_path: Path) -> None:
    file = write_mue(tmp_path / "mue_04-01-2026.csv", "11111 4 3")
    bundle.parent.mkdir()
    bundle.write_bytes(b"no bundle at all, but long enough")
    refused = run("reference", "import", file)
    assert refused.exit_code != 0
    assert "remove it and import" in " ".join(refused.stderr.split())
    bundle.unlink()
    assert run("reference", "import", file).exit_code == 0
