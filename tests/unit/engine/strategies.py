"""Invented claims for properties: mission codes, their partners, and everything that may be wrong with a line."""

from typing import Any

from hypothesis import strategies as st

from scrubber.rules.example import DAY, Example, example

CODES = [
    "17000", "17003", "17004", "17110", "11102", "20983", "20982", "77012", "77013", "76940", "57520", "57500", "57522",
    "3753F", "99213", "99214", "99201", "99242", "A0425", "A4550", "G0008", "G0117", "G0268", "G0501", "J1100", "12345",
    "00000", "BAD",
]  # fmt: skip
MODIFIERS = ["24", "25", "57", "59", "XS", "76", "91", "LT", "RT", "50", "KX", "26", "TC", "51", "80", "62", "9Z"]
DIAGNOSES = [
    "L57.0", "L57", "N87.1", "C79.51", "L82.1", "E11.9", "E10.9", "C40.01", "I10", "XX9", "F02.80", "W19.XXXA",
    "S06.0X0", "O09.521", "Z76.0",
]  # fmt: skip
PAYERS = ["medicare", "aetna", "default", "nobody"]


@st.composite
def lines(draw: st.DrawFn) -> str:
    code = draw(st.sampled_from(CODES))
    modifiers = draw(st.lists(st.sampled_from(MODIFIERS), max_size=3))
    units = draw(st.sampled_from(["1", "1", "1", "2", "3", "14", "20", "300", "0", "1.5"]))
    cents = draw(st.integers(0, 99_999))
    day = draw(st.sampled_from([DAY, DAY, DAY, DAY.replace(day=14), DAY.replace(day=1)]))
    return f"{code}{''.join('-' + m for m in modifiers)}x{units}@{cents // 100}.{cents % 100:02d}/{day}"


@st.composite
def examples(draw: st.DrawFn, max_lines: int = 5) -> Example:
    about: dict[str, Any] = {}
    if draw(st.booleans()):
        about["documentation"] = draw(st.lists(st.sampled_from(["signature", "lesion-count", "progress"]), max_size=3))
    if draw(st.booleans()):
        about["place_of_service"] = draw(st.sampled_from(["11", "22", "02", "88"]))
    if draw(st.integers(0, 5)) == 0:
        about |= {"claim_type": "institutional", "type_of_bill": draw(st.sampled_from(["111", "0131", None]))}
    return example(
        *draw(st.lists(lines(), min_size=1, max_size=max_lines)),
        dx=" ".join(draw(st.lists(st.sampled_from(DIAGNOSES), min_size=1, max_size=4, unique=True))),
        sex=draw(st.sampled_from(["F", "F", "M"])),
        payer=draw(st.sampled_from(PAYERS)),
        **about,
    )
