import datetime as dt

import pytest

from scrubber.reference.editions import Editions
from scrubber.reference.manifest import TableInfo


def info(release: str, starts: str | None = None, ends: str | None = None, **more: bool | dt.date) -> TableInfo:
    facts = {"complete": True} | more
    return TableInfo(
        kind="mue", file="f", source="MUE", release=release, publisher="p", licence="l", starts=_day(starts),
        ends=_day(ends), **facts,  # type: ignore[arg-type]
    )  # fmt: skip


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def on(editions: Editions[str], day: str) -> str | None:
    return editions.table(dt.date.fromisoformat(day))


def test_the_date_of_service_picks_the_release() -> None:
    tables = [
        (info(each, starts, imported=True), each) for each, starts in (("Q1", "2026-01-01"), ("Q2", "2026-04-01"))
    ]
    editions = Editions(reversed(tables))
    assert [on(editions, day) for day in ("2025-12-31", "2026-01-01", "2026-03-31", "2026-04-01", "2030-01-01")] == [
        None, "Q1", "Q1", "Q2", "Q2",
    ]  # fmt: skip
    assert editions.newest.release == "Q2"
    assert editions.days() == {dt.date(2026, 1, 1), dt.date(2026, 4, 1)}


def test_an_imported_table_makes_an_incomplete_one_superfluous() -> None:
    starter = (info("starter", "2020-01-01", complete=False), "starter")
    assert on(Editions([starter]), "2021-01-01") == "starter"
    both = Editions([starter, (info("Q2", "2026-04-01", imported=True), "Q2")])
    assert on(both, "2021-01-01") is None
    assert on(both, "2026-04-01") == "Q2"


def test_an_imported_table_goes_before_a_complete_one_where_it_reaches() -> None:
    shipped = (info("shipped", "2015-01-01", "2027-12-31"), "shipped")
    older = (info("FY2025", "2024-10-01", "2025-09-30", imported=True), "FY2025")
    both = Editions([shipped, older])
    assert [on(both, day) for day in ("2024-09-30", "2024-10-01", "2025-09-30", "2025-10-01")] == [
        "shipped", "FY2025", "FY2025", "shipped",
    ]  # fmt: skip


def test_of_tables_that_tell_their_history_the_newer_edition_has_the_word() -> None:
    tables = [
        (info(each, "1996-01-01", imported=True, edition=dt.date.fromisoformat(day)), each)
        for each, day in (("2024Q3", "2024-07-01"), ("2024Q4", "2024-10-01"))
    ]
    assert on(Editions(tables), "2020-01-01") == "2024Q4"


@pytest.mark.parametrize("day", ["2019-12-31", "2020-01-01"])
def test_rows_of_an_incomplete_table_have_dates_of_their_own(day: str) -> None:
    editions = Editions([(info("starter", "2020-01-01", complete=False), "starter")])
    assert on(editions, day) == "starter"
    assert (editions.on(dt.date.fromisoformat(day)) is None) == (day < "2020")
