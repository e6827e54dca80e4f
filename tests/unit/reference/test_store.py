import datetime as dt
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.reference import Reference, ReferenceDataError, SourceError, data_folder, load
from scrubber.reference.lines import SortedLines
from scrubber.reference.memo import Budget, Memo


@pytest.fixture
def copy(reference: Reference, tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(reference.folder, folder)
    return folder


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_every_table_says_where_it_comes_from(reference: Reference) -> None:
    kinds = {table.kind for table in reference.tables}
    assert {"icd10cm", "icd10cm-excludes1", "hcpcs", "modifiers", "pos", "ptp", "mue", "fee-schedule"} <= kinds
    for table in reference.tables:
        assert table.source
        assert table.release
        assert table.licence
        assert table.publisher
        built = table.source_file is not None
        assert (table.source_sha256 is not None) == (table.sha256 is not None) == built
        assert table.rows > 0 or table.kind == "documentation", "which is no table of rows"


def test_every_file_is_small_enough_to_keep_in_git(reference: Reference) -> None:
    sizes = [file.stat().st_size for file in reference.folder.rglob("*") if file.is_file()]
    assert max(sizes) < 3000 * 1024


def test_one_release_for_all_days_between_changes(reference: Reference) -> None:
    first = reference.on(dt.date(2026, 9, 1))
    assert reference.on(dt.date(2026, 9, 30)) is first
    after = reference.on(dt.date(2026, 10, 1))
    assert after is not first
    assert after.id != first.id


@given(st.dates(), st.sampled_from(["L570", "D691", "N871", "U071"]))
def test_a_release_does_not_depend_on_the_day_it_was_first_asked_for(
    reference: Reference, day: dt.date, code: str
) -> None:
    shared = reference.on(day).diagnoses[code]
    begun = shared.start is not None and shared.start <= day
    assert (shared.status == "billable") == (begun and (shared.end is None or day <= shared.end))


def test_labels_and_reach(reference: Reference) -> None:
    release = reference.on(dt.date(2026, 9, 15))
    assert release.label("icd10cm") == "MCE v44.0"
    assert release.reaches("icd10cm")
    assert not release.reaches("hcpcs")
    assert not release.reaches("no-such-table")
    assert not reference.on(dt.date(2024, 6, 30)).reaches("ptp")
    assert reference.on(dt.date(2024, 7, 1)).reaches("ptp")
    with pytest.raises(KeyError):
        release.label("no-such-table")


def test_the_environment_names_the_folder(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRUBBER_REFERENCE_DATA", str(copy))
    assert data_folder() == copy
    monkeypatch.setenv("SCRUBBER_REFERENCE_DATA", str(copy / "nowhere"))
    with pytest.raises(ReferenceDataError, match="SCRUBBER_REFERENCE_DATA"):
        data_folder()


def test_the_digest_is_of_all_that_is_read(reference: Reference, copy: Path) -> None:
    assert load(copy).digest == reference.digest
    _edit(copy / "starter/mue.csv", "17003,13,2", "17003,12,2")
    changed = load(copy)
    assert changed.digest != reference.digest
    assert changed.on(dt.date(2026, 9, 15)).procedures["17003"].mue == 12


def test_a_changed_built_file_is_refused(copy: Path) -> None:
    _edit(copy / "pos.tsv", "non-facility", "facility")
    with pytest.raises(ReferenceDataError, match=r"pos\.tsv: not the file that manifest\.toml describes"):
        load(copy)


def test_a_missing_file_is_named(copy: Path) -> None:
    (copy / "hcpcs.tsv").unlink()
    with pytest.raises(ReferenceDataError, match=r"hcpcs\.tsv"):
        load(copy)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("mue.csv", "17003,13,2", "17003,many,2", r"mue\.csv, line 3: expected a whole number in column units"),
        ("mue.csv", "code,units", "code,limit", r"mue\.csv, line 1: expected the columns"),
        ("mue.csv", "17003,13,2,", "17003,13,", r"mue\.csv, line 3: expected 5 fields, found 4"),
        ("ptp.csv", "2013-07-01,2019-12-31", "2013-07-01,2012-12-31", "deleted on or after effective"),
        ("ptp.csv", "2013-07-01", "1.7.2013", "a date as 2026-09-15 in column effective"),
        ("ptp.csv", "17004,17000,1998-04-01,,0", "17004,17000,1998-04-01,,9", "indicator 0 or 1"),
        (
            "fee_schedule.csv",
            ",205,",
            ",2.05,",
            r"fee_schedule\.csv, line 3: .* a whole number in column total_nonfacility",
        ),
        ("documentation.toml", "codes = ", "kodes = ", r"documentation\.toml"),
        ("manifest.toml", "complete = false", "complete = 1", r"manifest\.toml"),
        ("manifest.toml", 'kind = "mue"', 'kind = "ptp"', "stands twice"),
    ],
)
def test_a_wrong_line_is_named(copy: Path, file: str, old: str, new: str, message: str) -> None:
    _edit(copy / "starter" / file, old, new)
    with pytest.raises(ReferenceDataError, match=message):
        load(copy)


def test_source_errors_are_reference_errors() -> None:
    assert issubclass(SourceError, ReferenceDataError)


_CODES = st.text("AB01", min_size=1, max_size=4)


@given(st.dictionaries(_CODES, st.lists(st.text("xyz", max_size=3), min_size=1, max_size=3)), _CODES)
def test_sorted_lines_find_what_is_there(entries: dict[str, list[str]], wanted: str) -> None:
    lines = sorted(f"{code}\t{value}" for code, values in entries.items() for value in values)
    table = SortedLines("".join(f"{line}\n" for line in ["code\tvalue", *lines]).encode(), ("code", "value"), "t")
    rows = [line.split("\t") for line in lines]
    for code in {wanted, *entries}:
        assert table.at(code) == [row for row in rows if row[0] == code]
        assert table.under(code) == [row for row in rows if row[0].startswith(code)]


@pytest.mark.parametrize("content", [b"", b"kode\tvalue\n", b"code\tvalue\nA\tx"])
def test_sorted_lines_refuse_another_layout(content: bytes) -> None:
    with pytest.raises(ReferenceDataError, match="expected the columns code, value"):
        SortedLines(content, ("code", "value"), "t")


def test_memos_start_over_together_when_the_budget_is_spent() -> None:
    budget = Budget(limit=3)
    one, two = Memo(str.lower, budget), Memo(str.upper, budget)
    assert [one["A"], one["B"], two["a"]] == ["a", "b", "A"]
    assert (len(one), len(two)) == (2, 1)
    assert two["b"] == "B"
    assert (dict(one), dict(two)) == ({}, {"b": "B"})


def test_what_cannot_be_a_code_is_not_kept() -> None:
    memo = Memo(str.lower, Budget())
    assert memo["NOT A CODE AT ALL"] == "not a code at all"
    assert not memo
