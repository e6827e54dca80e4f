"""What detection remembers: the rules a mask makes possible, and every service seen with what its rules say of it."""

import datetime as dt
from collections.abc import Iterable

from scrubber.contract import UNITS
from scrubber.contract.claim import MAX_DIAGNOSES, MAX_POINTERS
from scrubber.engine.coverage import gap_of
from scrubber.policy import Policy
from scrubber.reference import Reference, Release
from scrubber.reference.masks import MALFORMED
from scrubber.reference.memo import Budget
from scrubber.rules.form import Rule
from scrubber.rules.scopes import Service

_MEMO_LIMIT = 100_000
"""A service with its hits takes some three kilobytes."""
_DATES_KEPT = 4096
NO_CODE = "[NO CODE]"
_ServiceKey = tuple[str | None, tuple[str, ...], str | int | float | None, str | None, int]


class Chosen(dict[int, tuple[Rule, ...]]):
    """Mask -> the rules of one scope that such a mask makes possible."""

    def __init__(self, rules: Iterable[Rule], policy: Policy | None = None) -> None:
        """`policy`: the payer's, which rules of one line alone know nothing of."""
        super().__init__()
        self._rules = tuple((rule, rule.needs_under(policy) if policy else rule.needs) for rule in rules)
        self._bits = 0
        for _, needs in self._rules:
            for need in needs:
                self._bits |= need

    def __missing__(self, mask: int) -> tuple[Rule, ...]:
        asked = mask & self._bits  # masks that differ in other bits only are many, and choose the same
        if asked != mask:
            chosen = self[asked]
        else:
            chosen = tuple([rule for rule, needs in self._rules if all(mask & need for need in needs)])
        if len(self) >= _MEMO_LIMIT:
            self.clear()
        self[mask] = chosen
        return chosen


class View(dict[_ServiceKey, Service]):
    """Every service seen at one release, with what the line rules say of it."""

    def __init__(self, release: Release, rules: Chosen, budget: Budget) -> None:
        super().__init__()
        self.release = release
        self._rules = rules
        self._budget = budget
        budget.register(self)  # type: ignore[arg-type]  # only ever cleared there

    def __missing__(self, key: _ServiceKey) -> Service:
        text, modifiers, units, place, days = key
        release = self.release
        code = release.procedures[(text or "").strip()]
        if text and code.mask & MALFORMED:
            # What stands in place of a code may be anything, a name too: no finding must repeat it.
            code = release.procedures[NO_CODE]
        service = Service(
            code,
            tuple(modifier.strip().upper() for modifier in modifiers),
            None if units is None else UNITS[units],
            place and place.strip(),
            days,
            release,
        )
        service.gap = gap_of(code, supplied=service.supplied)
        service.hits = tuple((rule, hit) for rule in self._rules[service.mask] for hit in rule.detect(service) or ())
        self._budget.spend()
        self[key] = service
        return service


class Views(dict[dt.date, View]):
    """Date of service -> view; dates of one release share it, and all views what they may remember.

    Line rules know nothing of payers, so detectors with the same line rules share their views.
    """

    def __init__(self, reference: Reference, rules: Iterable[Rule]) -> None:
        super().__init__()
        self._reference = reference
        self._rules = Chosen(rules)
        self._by_release: dict[int, View] = {}
        self._budget = Budget(_MEMO_LIMIT)

    def __missing__(self, date: dt.date) -> View:
        release = self._reference.on(date)
        if len(self) >= _DATES_KEPT:
            self.clear()
            self._by_release.clear()
            self._budget = Budget(_MEMO_LIMIT)
        view = self._by_release.get(release.id)
        if view is None:
            view = self._by_release[release.id] = View(release, self._rules, self._budget)
        self[date] = view
        return view


class GoodPointers(dict[tuple[tuple[int, ...], int], bool]):
    """(Pointers of a line, number of diagnoses) -> whether the pointers are as they should be."""

    def __missing__(self, key: tuple[tuple[int, ...], int]) -> bool:
        pointers, diagnoses = key
        good = (
            0 < len(pointers) <= MAX_POINTERS
            and all(0 < p <= diagnoses for p in pointers)
            and diagnoses <= MAX_DIAGNOSES
        )
        if len(self) >= _MEMO_LIMIT:
            self.clear()
        self[key] = good and len(set(pointers)) == len(pointers)
        return self[key]
