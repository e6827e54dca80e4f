"""Everything the tables say of an ICD-10-CM code on a date, put into one object."""

import datetime as dt

from scrubber.reference import masks
from scrubber.reference.dated import compact
from scrubber.reference.descriptions import Descriptions
from scrubber.reference.exclusions import Exclusions
from scrubber.reference.facts import Diagnosis, Exclusion
from scrubber.reference.lines import SortedLines

COLUMNS = ("code", "start", "end", "flags", "side")
_CATEGORY, _LONGEST = 3, 7
_NO_FLAGS: frozenset[str] = frozenset()
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
        self._flags: dict[str, frozenset[str]] = {"": _NO_FLAGS}

    def on(self, code: str, day: dt.date, *, excludes: bool) -> Diagnosis:
        """What is known of `code` (as `normal` gives it) on `day`; Excludes1 notes only with `excludes`."""
        rows = [_row(fields) for fields in self._codes.at(code)]
        row = next((row for row in rows if row[0] <= day and (row[1] is None or day <= row[1])), None)
        if row is not None:
            return self._diagnosis(code, "billable", row, self._notes(code) if excludes else ())
        under = [_row(fields) for fields in self._codes.under(code) if fields[0] != code]
        if any(start <= day and (end is None or day <= end) for start, end, _, _ in under):
            return self._diagnosis(code, "heading", None, ())
        rows = rows or under
        if not rows:
            return self._diagnosis(code, "unknown", None, ())
        if later := [row for row in rows if row[0] > day]:
            # A code between two of its lives has ended and is also not there yet; what a biller needs is the former.
            if len(later) == len(rows):
                return self._diagnosis(code, "not-yet", min(later, key=lambda row: row[0]), ())
            rows = [row for row in rows if row[0] <= day]
        return self._diagnosis(code, "ended", max(rows, key=lambda row: row[1] or dt.date.max), ())

    def children(self, code: str, day: dt.date) -> list[str]:
        """The codes billable on `day` under `code`, in order; without dots."""
        found = []
        for fields in self._codes.under(code):
            start, end, _, _ = _row(fields)
            if fields[0] != code and start <= day and (end is None or day <= end):
                found.append(fields[0])
        return found

    def _notes(self, code: str) -> tuple[Exclusion, ...]:
        return self._exclusions.of(code) if self._exclusions is not None else ()

    def _diagnosis(self, code: str, status: str, row: _Row | None, notes: tuple[Exclusion, ...]) -> Diagnosis:
        start, end, words, side = row or (None, None, "", "")
        flags = self._flags.get(words)
        if flags is None:
            flags = self._flags[words] = frozenset(words.split("|"))
        mask = 0 if status == "billable" else masks.DX_UNUSABLE
        if notes:
            mask |= masks.DX_EXCLUDES
        if side in ("L", "R"):
            mask |= masks.DX_SIDED
        for flag in flags:
            mask |= masks.OF_FLAG.get(flag, 0)
        return Diagnosis(
            code=code,
            dotted=f"{code[:_CATEGORY]}.{code[_CATEGORY:]}" if len(code) > _CATEGORY else code,
            status=status,
            start=start,
            end=end,
            flags=flags,
            category=code[:_CATEGORY],
            side=side or None,
            excluded=self._exclusions.categories(notes) if notes and self._exclusions else _NO_FLAGS,
            exclusions=notes,
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


def _row(fields: list[str]) -> _Row:
    _, start, end, flags, side = fields
    return compact(start), compact(end) if end else None, flags, side
