"""HCPCS Level II codes and modifiers, from CMS's quarterly alpha-numeric file (ANWEB) in its CSV form."""

import re
from typing import NamedTuple

from scrubber.reference.errors import SourceError
from scrubber.reference.importers.source import FETCH, Source

COLUMNS = (
    "HCPC", "SEQNUM", "RECID", "LONG DESCRIPTION", "SHORT DESCRIPTION", "PRICE1", "PRICE2", "PRICE3", "PRICE4",
    "MULT_PI", "CIM1", "CIM2", "CIM3", "MCM1", "MCM2", "MCM3", "STATUTE", "LABCERT1", "LABCERT2", "LABCERT3",
    "LABCERT4", "LABCERT5", "LABCERT6", "LABCERT7", "LABCERT8", "XREF1", "XREF2", "XREF3", "XREF4", "XREF5", "COV",
    "ASC_GRP", "ASC_DT", "OPPS", "OPPS_PI", "OPPS_DT", "PROCNOTE", "BETOS", "TOS1", "TOS2", "TOS3", "TOS4", "TOS5",
    "ANEST_BU", "ADD DT", "ACT EFF DT", "TERM DT", "ACTION CD",
)  # fmt: skip
_PROCEDURE, _MODIFIER = "3", "7"
_CONTINUED = ("4", "8")
_CODE = {_PROCEDURE: re.compile(r"[A-CE-Z]\d{4}"), _MODIFIER: re.compile(r"[A-Z][A-Z0-9]")}


class Level2(NamedTuple):
    """A code or modifier, from one day to another (both included; empty is open)."""

    code: str
    start: str
    end: str
    coverage: str
    short: str


def read_hcpcs(source: Source) -> tuple[list[Level2], list[Level2]]:
    """Codes and modifiers, each in order.

    A code is valid from the day it was added (ADD DT). ACT EFF DT is the day of the last change of anything about it,
    often its price, and in a row that ends a code the day after its last.
    """
    found: dict[str, dict[str, Level2]] = {_PROCEDURE: {}, _MODIFIER: {}}
    for line, record in source.records(COLUMNS):
        kind = record["RECID"]
        if kind in _CONTINUED:
            continue
        if kind not in found:
            raise SourceError(source.name, line, f"record identifier 3, 4, 7 or 8, found {kind!r}", FETCH)
        code = record["HCPC"].strip()
        if not _CODE[kind].fullmatch(code):
            raise SourceError(source.name, line, f"a HCPCS Level II code, found {code!r}", FETCH)
        if code in found[kind]:
            raise SourceError(source.name, line, f"{code} once, found it again", FETCH)
        start, end = (source.date(line, record[column], column) for column in ("ADD DT", "TERM DT"))
        if not start or (end and end < start):
            raise SourceError(source.name, line, "ADD DT, and no earlier TERM DT", FETCH)
        short = " ".join(record["SHORT DESCRIPTION"].split())
        found[kind][code] = Level2(code, start, end, record["COV"], short)
    if not found[_PROCEDURE] or not found[_MODIFIER]:
        raise SourceError(source.name, 2, "codes and modifiers", FETCH)
    return sorted(found[_PROCEDURE].values()), sorted(found[_MODIFIER].values())
