"""Bits that say what a code is, so that rules that cannot fire are not asked.

`Procedure.mask` and `Diagnosis.mask` share one number space; bits from 40 on are left to whoever looks at whole claims.
"""

OF_CLAIMS = 1 << 40
"""The first of those bits."""

EM = 1 << 0
"""An evaluation and management visit: 24, 25 and 57 belong here."""
MINOR = 1 << 1
"""Global days 000 or 010."""
MAJOR = 1 << 2
"""Global days 090."""
ADD_ON = 1 << 3
"""An add-on code: wants its primary on the same day."""
HAS_PAIRS = 1 << 4
"""At least one procedure-to-procedure edit is in force with it."""
HAS_MUE = 1 << 5
"""Units are limited by a medically unlikely edit."""
TRACKING = 1 << 6
"""A category II code: tracks performance, is not paid."""
LESION = 1 << 7
"""17000, 17003, 17004: premalignant lesions, counted together."""
UNKNOWN = 1 << 8
"""No loaded table of valid codes knows it."""
INVALID = 1 << 9
"""Known not to be valid on the date."""
NEEDS_DIAGNOSIS = 1 << 10
"""Some diagnoses support it, and the table names them."""
DOCUMENTED = 1 << 11
"""The table names documentation elements for it."""
SEXED = 1 << 12
"""Performed on one sex only."""
CATEGORY_3 = 1 << 13
"""A category III code."""
MALFORMED = 1 << 14
"""Has the form of no procedure code."""

DX_UNUSABLE = 1 << 20
"""Not valid, or not billable, on the date."""
DX_EXCLUDES = 1 << 21
"""An Excludes1 note stands at it, or at a heading above it."""
DX_SIDED = 1 << 22
"""Names the left or the right side."""
DX_MANIFESTATION = 1 << 23
"""Never first: the disease behind it goes before."""
DX_EXTERNAL_CAUSE = 1 << 24
"""Never first: says how an injury came about."""
DX_UNACCEPTABLE = 1 << 25
"""Not acceptable as principal diagnosis."""
DX_UNSPECIFIED = 1 << 26
"""Says less than a more specific code would."""
DX_FEMALE = 1 << 27
DX_MALE = 1 << 28
DX_NEWBORN = 1 << 29
DX_PEDIATRIC = 1 << 30
DX_ADULT = 1 << 31
DX_MATERNITY = 1 << 32

AT_ODDS = 1 << 33
"""A fee schedule status that keeps it from being paid for, always or beside something else: B, I, M, N, P, T."""
INDICATED = 1 << 34
"""Paid by the fee schedule, or priced by the contractor under it, so that its indicators mean something: A, C, R, T."""
NO_RATE = 1 << 35
"""Has no rate in facilities, or none outside of them."""

OF_FLAG = {
    "manifestation": DX_MANIFESTATION,
    "ecodepdx": DX_EXTERNAL_CAUSE,
    "unacceptable": DX_UNACCEPTABLE,
    "unspecified": DX_UNSPECIFIED,
    "female": DX_FEMALE,
    "male": DX_MALE,
    "newborn": DX_NEWBORN,
    "pediatric": DX_PEDIATRIC,
    "adult": DX_ADULT,
    "maternity": DX_MATERNITY,
}
"""Word in the Medicare Code Editor's table -> bit."""
