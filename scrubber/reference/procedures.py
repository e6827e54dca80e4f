"""Everything the tables say of a procedure code on a date, put into one object."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from scrubber.reference import masks
from scrubber.reference.bundle.pairs import NOBODY
from scrubber.reference.dated import compact, in_force
from scrubber.reference.editions import Editions
from scrubber.reference.edits import ByCode, Edits, Support, Validity
from scrubber.reference.facts import Fees, Pair, Procedure
from scrubber.reference.manifest import TableInfo

R = TypeVar("R")

HCPCS_COLUMNS = ("code", "start", "end", "coverage", "short")
_FORMS = (
    ("cpt", r"\d{5}"),
    ("cpt2", r"\d{4}F"),
    ("cpt3", r"\d{4}T"),
    ("cpt-lab", r"\d{4}U"),
    ("cpt-maaa", r"\d{4}M"),
    ("cpt-vaccine", r"\d{4}A"),
    ("cdt", r"D\d{4}"),
    ("hcpcs", r"[A-Z]\d{4}"),
)
_FORM = re.compile("|".join(f"(?P<{kind.replace('-', '_')}>{form})" for kind, form in _FORMS), re.ASCII)
_LESIONS = frozenset({"17000", "17003", "17004"})
_GLOBAL = {"000": masks.MINOR, "010": masks.MINOR, "090": masks.MAJOR}
_PAID, _NOT_PAID = frozenset("ACRT"), frozenset("BIMNPT")
_KIND = {"cpt2": masks.TRACKING, "cpt3": masks.CATEGORY_3, "malformed": masks.MALFORMED}
_FAMILIES = {
    "procedure-validity": "procedures",
    "ncci-ptp": "ptp",
    "ncci-mue": "mue",
    "ncci-add-on": "add-on",
    "global-days": "fee-schedule",
    "fee-schedule-indicators": "fee-schedule",
    "medical-necessity": "necessity",
}
"""Family of edits -> the table that must list a code before its silence about it means anything."""


def form_of(code: str) -> str:
    """The kind of procedure code that `code` has the form of."""
    match = _FORM.fullmatch(code)
    return (match.lastgroup or "").replace("_", "-") if match else "malformed"


class Procedures:
    """The tables that speak of procedures."""

    def __init__(self, edits: Edits, tables: Mapping[str, Editions[Any]]) -> None:
        """`tables`: every loaded kind, for what is known of it."""
        self.edits = edits
        self._tables = tables

    def on(self, code: str, day: dt.date) -> Procedure:
        """What is known of `code` (upper case) on `day`. Every code gives an object, known or not."""
        edits = self.edits
        kind = form_of(code)
        listed = edits.validity.get(code, [])
        prices = [row for row in _rows(edits.prices, code, day) if in_force((row,), day)]
        fees = next((row.fees for row in prices if not row.modifier), None)
        valid_from, valid_to, valid, short = None, None, None, None
        known = bool(listed)
        if kind == "hcpcs" and not known:
            known, valid_from, valid_to, valid, short = self._level_2(code, day)
        elif kind == "malformed":
            valid = False if code else None
        elif known:
            valid_from, valid_to, valid = _valid(listed, day, priced=fees is not None)
        elif fees is not None:
            known = valid = True
        em = any(row.kind == "em" for row in listed)
        limit = in_force(_rows(edits.limits, code, day), day)
        add_ons = [row for row in _rows(edits.add_ons, code, day) if in_force((row,), day)]
        pairs = edits.pairs.table(day)
        partners = pairs.partners(code, day) if pairs else ""
        support = [row for row in edits.support.get(code, ()) if in_force((row,), day)]
        documentation = edits.documentation.get(code, ())
        sex = edits.sex.get(code)
        flags = (
            (em, masks.EM),
            (bool(add_ons), masks.ADD_ON),
            (bool(partners), masks.HAS_PAIRS),
            (limit is not None, masks.HAS_MUE),
            (code in _LESIONS, masks.LESION),
            (not known, masks.UNKNOWN),
            (valid is False, masks.INVALID),
            (bool(support), masks.NEEDS_DIAGNOSIS),
            (bool(documentation), masks.DOCUMENTED),
            (sex is not None, masks.SEXED),
        )
        ptp = self._ptp(code, day)
        silent = {
            "procedure-validity": valid is None,
            "ncci-ptp": ptp is None,
            "ncci-mue": limit is None,
            "ncci-add-on": not add_ons,
            # A visit has no global days of its own: what matters is those of the procedure beside it.
            "global-days": fees is None and not em,
            "fee-schedule-indicators": fees is None,
            "medical-necessity": not support,
        }
        return Procedure(
            code=code,
            kind=kind,
            known=known,
            valid=valid,
            valid_from=valid_from,
            valid_to=valid_to,
            em=em,
            status=fees.status if fees else None,
            global_days=fees.global_days if fees else None,
            fees=fees,
            components=tuple(sorted(row.modifier for row in prices if row.modifier)),
            mue=limit.units if limit else None,
            mai=limit.mai if limit else None,
            add_on_type=min((row.type for row in add_ons), default=None),
            primaries=frozenset(row.primary for row in add_ons if row.primary),
            character=pairs.character(code) if pairs else NOBODY,
            partners=partners,
            ptp=ptp,
            needs_diagnosis=tuple(row.prefix for row in support),
            diagnosis_source=_sources(support),
            documentation=documentation,
            sex=sex,
            short=short,
            unlisted=tuple(family for family, no_row in silent.items() if no_row and self._open(family, code, day)),
            mask=sum(bit for is_set, bit in flags if is_set) | _fee_bits(fees) | _KIND.get(kind, 0),
        )

    def pair(self, column_1: str, column_2: str, day: dt.date) -> Pair | None:
        """The edit in force on `day` that takes `column_2` away beside `column_1`."""
        pairs = self.edits.pairs.table(day)
        return pairs.pair(column_1, column_2, day) if pairs else None

    def pair_history(self, column_1: str, column_2: str, day: dt.date) -> list[Pair]:
        """Every row of the pair in the table that speaks of `day`."""
        pairs = self.edits.pairs.table(day)
        return pairs.history(column_1, column_2) if pairs else []

    def _ptp(self, code: str, day: dt.date) -> str | None:
        info, pairs = self._info("ptp", day), self.edits.pairs.table(day)
        if info is None or pairs is None:
            return None
        if info.complete or code in info.subjects:
            return "subject"
        return "partner" if pairs.lists(code) else None

    def _open(self, family: str, code: str, day: dt.date) -> bool:
        """Whether a table's silence about `code` leaves open what holds of it."""
        info = self._info(_FAMILIES[family], day)
        # Whether a code is valid is a question to several tables; `valid` already weighs how complete each is.
        return info is None or family == "procedure-validity" or not (info.complete or code in info.subjects)

    def _info(self, kind: str, day: dt.date) -> TableInfo | None:
        editions = self._tables.get(kind)
        return (editions.info(day) or editions.newest) if editions else None

    def _level_2(self, code: str, day: dt.date) -> tuple[bool, dt.date | None, dt.date | None, bool | None, str | None]:
        """Known, from, to, valid, short description of a HCPCS Level II code."""
        editions = self.edits.hcpcs
        if not editions:
            return False, None, None, None, None
        # Beyond what any edition reaches the newest one still knows which codes there have been.
        info, lines = editions.on(day) or next(iter(editions))
        found = lines.at(code)
        if not found:
            return False, None, None, False if info.reaches(day) else None, None
        _, first, last, _, short = found[0]
        start, end = compact(first), compact(last) if last else None
        if day < start or (end is not None and day > end):
            return True, start, end, False, short
        # What a later release ended is not known here.
        return True, start, end, True if info.ends is None or day <= info.ends or end is not None else None, short


def _rows(editions: Editions[ByCode[R]], code: str, day: dt.date) -> Sequence[R]:
    table = editions.table(day)
    return table.of(code) if table else ()


def _fee_bits(fees: Fees | None) -> int:
    if fees is None:
        return 0
    mask = _GLOBAL.get(fees.global_days, 0)
    if fees.status in _NOT_PAID:
        mask |= masks.AT_ODDS
    if fees.status in _PAID:
        mask |= masks.INDICATED
        if fees.na_facility or fees.na_nonfacility:
            mask |= masks.NO_RATE
    return mask


def _valid(listed: list[Validity], day: dt.date, *, priced: bool) -> tuple[dt.date | None, dt.date | None, bool | None]:
    """From, to and valid, by the rows of one code; the dates are those of the row nearest to `day`."""
    row = in_force(listed, day)
    if row is None:
        nearest = max((r for r in listed if r.start is not None and r.start > day), key=_start, default=listed[-1])
        return nearest.start, nearest.end, False
    # Without a first day, only the fee schedule can show that the code was there.
    return row.start, row.end, True if row.start is not None or priced else None


def _start(row: Validity) -> dt.date:
    return row.start or dt.date.min


def _sources(support: list[Support]) -> str | None:
    return "; ".join(dict.fromkeys(row.source for row in support)) or None
