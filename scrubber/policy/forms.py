"""The forms of single values in a payer policy. `ALLOWED` says what is allowed, in the words an error uses."""

from typing import Annotated, Final

from msgspec import Meta

ALLOWED: Final = "allowed"
"""Key in the metadata of a form: the words for it."""

Id = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z",
        max_length=60,
        extra={ALLOWED: "lower-case letters, digits and single hyphens, such as example-health"},
    ),
]
Version = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z",
        max_length=40,
        extra={ALLOWED: "letters, digits, dots, hyphens and underscores, such as 2026.1"},
    ),
]
Words = Annotated[
    str, Meta(pattern=r"\S", max_length=500, extra={ALLOWED: "text, not empty, of at most 500 characters"})
]
RuleId = Annotated[str, Meta(extra={ALLOWED: "the id of a rule, as scrubber rules lists it"})]
ProcedureCode = Annotated[
    str,
    Meta(
        pattern=r"^([0-9]{4}[0-9A-Z]|[A-Z][0-9]{4})\Z",
        extra={ALLOWED: "a procedure code of five characters, such as 20983, 3753F or J1100"},
    ),
]
DiagnosisPrefix = Annotated[
    str,
    Meta(
        pattern=r"^[A-Z][0-9][0-9A-Z](\.?[0-9A-Z]{1,4})?\Z",
        extra={ALLOWED: "an ICD-10-CM code or the beginning of one, such as L57.0 or N87"},
    ),
]
ModifierCode = Annotated[
    str, Meta(pattern=r"^[A-Z0-9]{2}\Z", extra={ALLOWED: "a modifier of two characters, such as 95"})
]
PlaceCode = Annotated[
    str, Meta(pattern=r"^[0-9]{2}\Z", extra={ALLOWED: "a place of service of two digits, such as 02"})
]
Money = Annotated[
    str,
    Meta(pattern=r"^[0-9]{1,8}\.[0-9]{2}\Z", extra={ALLOWED: 'an amount with two decimals, in quotes, such as "0.01"'}),
]
Factor = Annotated[float, Meta(gt=0, le=1000, extra={ALLOWED: "a number above 0, at most 1000, such as 2.5"})]
Years = Annotated[int, Meta(ge=0, le=150, extra={ALLOWED: "whole years, 0 to 150"})]
Count = Annotated[int, Meta(ge=1, le=10_000, extra={ALLOWED: "a whole number, 1 to 10000"})]
Carc = Annotated[
    str,
    Meta(
        pattern=r"^([1-9][0-9]{0,2}|[ABDPWY][0-9]{1,2})\Z",
        extra={ALLOWED: "a claim adjustment reason code, such as 16, 197 or B15"},
    ),
]
Rarc = Annotated[
    str,
    Meta(
        pattern=r"^(M|MA|N)[0-9]{1,4}\Z", extra={ALLOWED: "a remittance advice remark code, such as M62, MA120 or N706"}
    ),
]
