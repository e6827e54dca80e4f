import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.reference import Reference, Release, masks

On = Callable[[str], Release]


def test_what_is_known_of_17000(release: Release) -> None:
    code = release.procedures["17000"]
    assert (code.kind, code.status, code.global_days, code.mue, code.mai) == ("cpt", "A", "010", 1, 2)
    assert code.partners == release.procedures["99213"].character
    assert (code.ptp, code.needs_diagnosis, code.diagnosis_source) == ("subject", ("L570",), "NCD 250.4")
    assert code.valid is True
    assert code.unlisted == ()
    expected = masks.MINOR | masks.HAS_PAIRS | masks.HAS_MUE | masks.LESION | masks.NEEDS_DIAGNOSIS | masks.DOCUMENTED
    assert code.mask == expected | masks.INDICATED


def test_what_is_known_of_17003(release: Release) -> None:
    code = release.procedures["17003"]
    assert (code.add_on_type, code.primaries, code.mue, code.mai) == (1, frozenset({"17000"}), 13, 2)
    assert code.mask & masks.ADD_ON
    assert not code.mask & (masks.MINOR | masks.MAJOR)


def test_what_is_known_of_57520(release: Release) -> None:
    code = release.procedures["57520"]
    assert (code.global_days, code.sex, code.mue, code.mai) == ("090", "F", 1, 3)
    assert code.needs_diagnosis == ("C53", "D06", "N87", "R8761")
    assert code.mask & masks.MAJOR
    assert code.mask & masks.SEXED


def test_3753f_tracks_and_has_no_limit_and_no_text(release: Release) -> None:
    code = release.procedures["3753F"]
    assert (code.kind, code.status, code.mue, code.short, code.ptp) == ("cpt2", "I", None, None, "subject")
    assert code.mask == masks.TRACKING | masks.AT_ODDS
    assert "ncci-mue" not in code.unlisted


@pytest.mark.parametrize(
    ("code", "day", "valid"),
    [
        ("99201", "2020-12-31", True),
        ("99201", "2021-01-01", False),
        ("99241", "2022-12-31", None),  # since when is not known here
        ("99241", "2023-01-01", False),
        ("20983", "2014-12-31", False),
        ("20983", "2015-01-01", True),
        ("17000", "2026-09-15", True),  # priced that day
        ("17000", "2019-09-15", None),
        ("12345", "2026-09-15", None),
        ("J2503", "2025-09-30", True),
        ("J2503", "2025-10-01", False),
        ("J2503", "2026-09-15", False),
        ("J0570", "2025-12-31", True),
        ("J0570", "2026-01-01", None),  # past the release
        ("J0570", "2016-12-31", False),
        ("J9998", "2025-12-31", False),
        ("J9998", "2026-01-01", None),
        ("D0120", "2025-12-31", None),  # dental codes are not in the file
        ("J99", "2025-12-31", False),
    ],
)
def test_validity_is_that_of_the_day(on: On, code: str, day: str, valid: bool | None) -> None:
    procedure = on(day).procedures[code]
    assert procedure.valid is valid
    assert ("procedure-validity" in procedure.unlisted) == (valid is None)
    assert bool(procedure.mask & masks.INVALID) == (valid is False)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("99213", "cpt"),
        ("3753F", "cpt2"),
        ("0101T", "cpt3"),
        ("0001U", "cpt-lab"),
        ("0002M", "cpt-maaa"),
        ("D0120", "cdt"),
        ("G0008", "hcpcs"),
        ("9921", "malformed"),
        ("992133", "malformed"),
        ("0001Z", "malformed"),
        ("\u0661\u0661\u0661\u0661\u0661", "malformed"),
        ("", "malformed"),
    ],
)
def test_kind_is_told_by_form(release: Release, code: str, kind: str) -> None:
    assert release.procedures[code].kind == kind


def test_pairs_hold_between_their_dates(on: On) -> None:
    live = {day: on(day).pair("17000", "99213") for day in ("2013-06-30", "2019-12-31", "2020-01-01", "2020-10-01")}
    assert [pair is not None for pair in live.values()] == [False, True, False, True]
    assert live["2019-12-31"] is not None
    assert live["2019-12-31"].deleted == dt.date(2019, 12, 31)
    visit = on("2019-12-31").procedures["99213"].character
    assert visit in on("2019-12-31").procedures["17000"].partners
    assert visit not in on("2020-01-01").procedures["17000"].partners


@pytest.mark.parametrize(
    ("column_1", "column_2", "indicator"),
    [
        ("17004", "17000", 0),
        ("17004", "17003", 0),
        ("17004", "17110", 1),
        ("17110", "17000", 1),
        ("17110", "17003", 1),
        ("11102", "17000", 1),
        ("17000", "99213", 1),
        ("20983", "77013", 1),
        ("20982", "77013", 0),
        ("57520", "57500", 0),
        ("57520", "57522", 1),
    ],
)
def test_indicators(release: Release, column_1: str, column_2: str, indicator: int) -> None:
    pair = release.pair(column_1, column_2)
    assert pair is not None
    assert pair.indicator == indicator
    assert release.pair(column_2, column_1) is None
    assert release.procedures[column_2].character in release.procedures[column_1].partners
    assert release.procedures[column_1].character not in release.procedures[column_2].partners


def test_there_is_no_pair_of_17000_and_17003(release: Release) -> None:
    assert release.pair("17000", "17003") is None
    assert release.pair("17003", "17000") is None


def test_silence_of_an_incomplete_table_is_told(release: Release) -> None:
    assert set(release.procedures["12345"].unlisted) == {
        "procedure-validity",
        "ncci-ptp",
        "ncci-mue",
        "ncci-add-on",
        "global-days",
        "fee-schedule-indicators",
        "medical-necessity",
    }
    assert release.procedures["99213"].unlisted == ("ncci-mue", "medical-necessity")


def test_documentation_elements(release: Release) -> None:
    elements = {element.id: element for element in release.procedures["20983"].documentation}
    assert "probe position confirmed" in elements["probe-position"].aliases
    assert elements["repeat-reason"].modifier == "76"
    assert elements["signature"].modifier is None
    assert release.procedures["17004"].documentation == release.procedures["17000"].documentation


@pytest.mark.parametrize(
    ("code", "kind", "side", "bypass"),
    [
        ("25", "em", None, True),
        ("57", "em", None, True),
        ("59", "distinct", None, True),
        ("XU", "distinct", None, True),
        ("76", "repeat", None, False),
        ("LT", "side", "L", True),
        ("RT", "side", "R", True),
        ("50", "side", "B", False),
        ("F4", "anatomic", "L", True),
        ("F5", "anatomic", "R", True),
        ("TA", "anatomic", "L", True),
        ("KX", "sex-conflict", None, False),
        ("AS", "team", None, False),
        ("QW", "other", None, False),
    ],
)
def test_modifiers(release: Release, code: str, kind: str, side: str | None, bypass: bool) -> None:
    modifier = release.modifiers[code]
    assert modifier is not None
    assert (modifier.kind, modifier.side, modifier.bypass, modifier.valid) == (kind, side, bypass, True)


def test_exactly_the_published_modifiers_lift_an_edit(reference: Reference, release: Release) -> None:
    published = "24 25 27 57 58 59 78 79 91 XE XP XS XU LT RT LC LD LM RC RI E1 E2 E3 E4 FA TA".split()  # noqa: SIM905
    published += [f"{limb}{digit}" for limb in "FT" for digit in range(1, 10)]
    listed = (reference.folder / "modifiers.tsv").read_text().splitlines()[1:]
    found = [release.modifiers[line.split("\t")[0]] for line in listed]
    assert {modifier.code for modifier in found if modifier and modifier.bypass} == set(published)


def test_modifiers_hold_between_their_dates(on: On) -> None:
    ended = on("2025-01-01").modifiers["QQ"]
    assert ended is not None
    assert not ended.valid
    early = on("2021-12-31").modifiers["93"]
    assert early is not None
    assert not early.valid
    assert on("2026-09-15").modifiers["ZZ"] is None


def test_places(release: Release) -> None:
    office, hospital = release.places["11"], release.places["21"]
    assert office is not None
    assert hospital is not None
    assert (office.facility, hospital.facility) == (False, True)
    assert release.places["28"] is None


@given(st.text(max_size=10))
def test_any_text_has_an_answer(reference: Reference, text: str) -> None:
    procedure = reference.on(dt.date(2026, 9, 15)).procedures[text]
    assert procedure.code == text.upper()
    assert procedure.valid in {True, False, None}
