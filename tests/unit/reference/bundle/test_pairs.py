"""The compiled pairs against a plain reading of the same rows."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from scrubber.reference.bundle.pairs import NOBODY, PairTable, compile_pairs
from scrubber.reference.facts import Pair
from scrubber.reference.importers.ptp import PtpRow

CODES = [f"{number:05}" for number in range(17000, 17012)]
DAYS = [dt.date(2020, 1, 1) + dt.timedelta(days=90 * step) for step in range(12)]


def _number(day: dt.date) -> int:
    return int(f"{day:%Y%m%d}")


@st.composite
def _rows(draw: st.DrawFn) -> list[PtpRow]:
    rows = {}
    for _ in range(draw(st.integers(0, 40))):
        one, two = draw(st.lists(st.sampled_from(CODES), min_size=2, max_size=2, unique=True))
        start = draw(st.integers(0, len(DAYS) - 1))
        end = draw(st.integers(start, len(DAYS)))
        row = PtpRow(
            one, two, _number(DAYS[start]), 0 if end == len(DAYS) else _number(DAYS[end]), draw(st.integers(0, 1)), "x"
        )
        rows[row[:3]] = row
    return list(rows.values())


def _live(rows: list[PtpRow], day: dt.date) -> dict[tuple[str, str], set[int]]:
    found: dict[tuple[str, str], set[int]] = {}
    for row in rows:
        if row.effective <= _number(day) <= (row.deleted or 99999999):
            found.setdefault(row[:2], set()).add(row.indicator)
    return found


@given(_rows(), st.sampled_from(DAYS), st.integers(-1, 1))
def test_every_pair_on_every_day(rows: list[PtpRow], day: dt.date, shift: int) -> None:
    day += dt.timedelta(days=shift)
    compiled = compile_pairs(rows)
    table = PairTable(compiled.sections, compiled.rationales)
    live = _live(rows, day)
    in_force = {(one, two): indicator for one, found in table.in_force(day) for two, indicator in found.items()}
    assert in_force.keys() == live.keys()
    assert all(indicator in live[pair] for pair, indicator in in_force.items())
    assert (compiled.rows, compiled.pairs) == (len(rows), len({row[:2] for row in rows}))
    for one in CODES:
        partners = table.partners(one, day)
        for two in CODES:
            pair = table.pair(one, two, day)
            assert (pair is not None) == ((one, two) in live)
            assert (table.character(two) in partners) == ((one, two) in live)
            if pair is not None:
                assert pair.indicator in live[one, two]
                assert pair.effective <= day <= (pair.deleted or dt.date.max)
                assert (pair.column_1, pair.column_2, pair.rationale) == (one, two, "x")


@given(_rows())
def test_between_two_changes_nothing_changes(rows: list[PtpRow]) -> None:
    compiled = compile_pairs(rows)
    days = {dt.date(row.effective // 10000, row.effective // 100 % 100, row.effective % 100) for row in rows}
    ended = {dt.date(row.deleted // 10000, row.deleted // 100 % 100, row.deleted % 100) for row in rows if row.deleted}
    assert compiled.changes == sorted(days | {day + dt.timedelta(days=1) for day in ended})


def test_codes_that_stand_in_no_pair() -> None:
    compiled = compile_pairs([PtpRow("17000", "99213", 20200101, 0, 1, "")])
    table = PairTable(compiled.sections, compiled.rationales)
    day = dt.date(2026, 1, 1)
    for code in ("00000", "99999", "17001", "", "170000", "1700é"):
        assert not table.lists(code)
        assert table.character(code) == NOBODY
        assert table.partners(code, day) == ""
        assert table.pair(code, "99213", day) is None
        assert table.pair("17000", code, day) is None
    assert NOBODY not in table.partners("17000", day)
    assert table.pair("17000", "99213", day)


def test_an_empty_table() -> None:
    compiled = compile_pairs([])
    table = PairTable(compiled.sections, compiled.rationales)
    assert table.codes() == []
    assert list(table.in_force(dt.date(2026, 1, 1))) == []
    assert table.partners("17000", dt.date(2026, 1, 1)) == ""


def test_of_rows_with_one_effective_date_the_longer_holds() -> None:
    rows = [PtpRow("88108", "88162", 20200101, 0, 1, "b"), PtpRow("88108", "88162", 20200101, 20240101, 0, "a")]
    compiled = compile_pairs(rows)
    table = PairTable(compiled.sections, compiled.rationales)
    start = dt.date(2020, 1, 1)
    assert table.history("88108", "88162") == [
        Pair("88108", "88162", 0, start, dt.date(2024, 1, 1), "a"),
        Pair("88108", "88162", 1, start, None, "b"),
    ]
    pair = table.pair("88108", "88162", dt.date(2022, 1, 1))
    assert pair
    assert pair.indicator == 1
