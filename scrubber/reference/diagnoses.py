"""Everything the tables say of an ICD-10-CM code on a date, put into one object."""

import datetime as dt

from scrubber.reference import masks
from scrubber.reference.dated import compact
from scrubber.reference.descriptions import Descriptions
from scrubber.reference.exclusions import Exclusions, Noted
from scrubber.reference.facts import Diagnosis
from scrubber.reference.lines import SortedLines

COLUMNS = ("code", "start", "end", "flags", "side")
_CATEGORY, _LONGEST = 3, 7
_NO_FLAGS: frozenset[str] = frozenset()
_NOTHING = Noted((), frozenset())
_Row = tuple[dt.date, dt.date | None, str, str]


def normal(code: str) -> str | None:
    """`code` without dot and in upper case; None when it has not the form of an ICD-10-CM code."""
    head, dot, tail = code.partition(".")
    if dot and len(head) != _CATEGORY:
        return None
    plain = (head + tail).upper()
    return plain if _CATEGORY <= len(plain) <= _LONGEST and plain.isascii() and plain.isalnum() else None


class Diagnoses:
    """The ICD-10-CM tables. Without `exclusions` (none loaded, or none that reach the date) nothing is excluded."""

    def __init__(self, codes: SortedLines, descriptions: Descriptions, exclusions: Exclusions | None) -> None:
        self._codes = codes
        self._descriptions = descriptions
        self._exclusions = exclusions
        self._flags: dict[str, tuple[frozenset[str], int]] = {"": (_NO_FLAGS, 0)}

    def on(self, code: str, day: dt.date, *, excludes: bool) -> Diagnosis:
        """What is known of `code` (as `normal` gives it) on `day`; Excludes1 notes only with `excludes`."""
        rows = [_row(fields) for fields in self._codes.at(code)]
        for row in rows:
            if row[0] <= day and (row[1] is None or day <= row[1]):
                noted = self._exclusions.of(code) if excludes and self._exclusions is not None else _NOTHING
                return self._diagnosis(code, "billable", row, noted)
        under = [_row(fields) for fields in self._codes.under(code) if fields[0] != code]
        if any(start <= day and (end is None or day <= end) for start, end, _, _ in under):
            return self._diagnosis(code, "heading", None)
        rows = rows or under
        if not rows:
            return self._diagnosis(code, "unknown", None)
        if later := [row for row in rows if row[0] > day]:
            # A code between two of its lives has ended and is also not there yet; what a biller needs is the former.
            if len(later) == len(rows):
                return self._diagnosis(code, "not-yet", min(later, key=lambda row: row[0]))
            rows = [row for row in rows if row[0] <= day]
        return self._diagnosis(code, "ended", max(rows, key=lambda row: row[1] or dt.date.max))

    def children(self, code: str, day: dt.date) -> list[str]:
        """The codes billable on `day` under `code`, in order; without dots."""
        found = []
        for fields in self._codes.under(code):
            start, end, _, _ = _row(fields)
            if fields[0] != code and start <= day and (end is None or day <= end):
                found.append(fields[0])
        return found

    def _diagnosis(self, code: str, status: str, row: _Row | None, noted: Noted = _NOTHING) -> Diagnosis:
        start, end, words, side = row or (None, None, "", "")
        known = self._flags.get(words)
        if known is None:
            known = self._flags[words] = _flags(words)
        flags, mask = known
        if status != "billable":
            mask |= masks.DX_UNUSABLE
        if noted.notes:
            mask |= masks.DX_EXCLUDES
        if side in ("L", "R"):
            mask |= masks.DX_SIDED
        return Diagnosis(
            code=code,
            dotted=f"{code[:_CATEGORY]}.{code[_CATEGORY:]}" if len(code) > _CATEGORY else code,
            status=status,
            start=start,
            end=end,
            flags=flags,
            category=code[:_CATEGORY],
            side=side or None,
            excluded=noted.categories,
            exclusions=noted.notes,
            mask=mask,
            describe=self._descriptions.of,
        )


def unknown(code: str) -> Diagnosis:
    """What stands for a code that has not even the form of one."""
    return Diagnosis(
        code=code,
        dotted=code,
        status="unknown",
        start=None,
        end=None,
        flags=_NO_FLAGS,
        category="",
        side=None,
        excluded=_NO_FLAGS,
        exclusions=(),
        mask=masks.DX_UNUSABLE,
        describe=lambda _: None,
    )


def _flags(words: str) -> tuple[frozenset[str], int]:
    """The words of a row, and their bits."""
    flags = frozenset(words.split("|"))
    return flags, sum(masks.OF_FLAG.get(flag, 0) for flag in flags)


def _row(fields: list[str]) -> _Row:
    _, start, end, flags, side = fields
    return compact(start), compact(end) if end else None, flags, side
