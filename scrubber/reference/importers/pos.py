"""CMS's place of service code set."""

import re
from typing import NamedTuple

from scrubber.reference.errors import SourceError
from scrubber.reference.importers.source import FETCH, Source

COLUMNS = ("pos_code", "pos_type", "pos_name", "pos_description")
_SETTING = {"Facility": "facility", "Non-Facility": "non-facility"}


class PlaceRow(NamedTuple):
    """A place: code, name, `facility` or `non-facility`."""

    code: str
    name: str
    setting: str


def read_pos(source: Source) -> list[PlaceRow]:
    """The places in order of their codes; codes not assigned are left out."""
    found: dict[str, PlaceRow] = {}
    for line, record in source.records(COLUMNS):
        code, kind = record["pos_code"], record["pos_type"]
        if not re.fullmatch(r"[0-9]{2}", code) or code in found:
            raise SourceError(source.name, line, f"a two-digit code not seen before, found {code!r}", FETCH)
        if kind == "Unassigned":
            continue
        if kind not in _SETTING or not record["pos_name"]:
            expected = f"Facility, Non-Facility or Unassigned and a name, found {kind!r}"
            raise SourceError(source.name, line, expected, FETCH)
        found[code] = PlaceRow(code, record["pos_name"].replace("\u2019", "'"), _SETTING[kind])
    if not found:
        raise SourceError(source.name, 2, "places, found none", FETCH)
    return [found[code] for code in sorted(found)]
