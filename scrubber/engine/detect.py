"""Finding what is wrong: a claim is resolved once, and each scope asks only the rules that could fire."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from scrubber.contract import CENTS, UNITS, Claim, Severity
from scrubber.contract.claim import MAX_DIAGNOSES, MAX_POINTERS
from scrubber.engine.coverage import gap_of
from scrubber.policy import Policy
from scrubber.reference import Reference, Release
from scrubber.reference.masks import MALFORMED
from scrubber.rules.form import Hit, Rule
from scrubber.rules.providers import is_npi
from scrubber.rules.scopes import (
    INCOMPLETE,
    LATE,
    ODD_CHARGE,
    ODD_DATE,
    ODD_NPI,
    ODD_POINTER,
    ON_FILE,
    SAME_CODE,
    SEVERAL,
    SEVERAL_DAYS,
    UNBALANCED,
    Case,
    Day,
    Line,
    Service,
)


class Found(NamedTuple):
    """A rule, what it said, the lines it said it of, and the index of the line its path leads to (None: to none)."""

    rule: Rule
    hit: Hit
    lines: tuple[Line, ...]
    anchor: int | None


def _found(rule: Rule, hit: Hit) -> Found:
    _, top, *rest = hit.path.split("/")
    anchor = int(rest[0]) if top == "service_lines" and rest else None
    return Found(rule, hit, tuple(hit.lines), anchor)


_MEMO_LIMIT = 100_000
NO_CODE = "[NO CODE]"
_DATES_KEPT = 4096
_RANK: dict[Severity, int] = {"deny": 0, "warn": 1, "info": 2}
_ServiceKey = tuple[str | None, tuple[str, ...], str | int | float | None, str | None, int]


class _Chosen(dict[int, tuple[Rule, ...]]):
    """Mask -> the rules of one scope that such a mask makes possible."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        super().__init__()
        self._rules = tuple(rules)

    def __missing__(self, mask: int) -> tuple[Rule, ...]:
        chosen = tuple(rule for rule in self._rules if all(mask & need for need in rule.needs))
        if len(self) >= _MEMO_LIMIT:
            self.clear()
        self[mask] = chosen
        return chosen


class _View(dict[_ServiceKey, Service]):
    """Every service seen at one release, with what the line rules say of it."""

    def __init__(self, release: Release, rules: _Chosen) -> None:
        super().__init__()
        self.release = release
        self._rules = rules

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
        service.gap = gap_of(service.code)
        service.hits = tuple((rule, hit) for rule in self._rules[service.mask] for hit in rule.detect(service) or ())
        if len(self) >= _MEMO_LIMIT:
            self.clear()
        self[key] = service
        return service


class _Views(dict[dt.date, _View]):
    """Date of service -> view; dates of one release share it."""

    def __init__(self, reference: Reference, rules: _Chosen) -> None:
        super().__init__()
        self._reference = reference
        self._rules = rules
        self._by_release: dict[int, _View] = {}

    def __missing__(self, date: dt.date) -> _View:
        release = self._reference.on(date)
        if len(self) >= _DATES_KEPT:
            self.clear()
            self._by_release.clear()
        view = self._by_release.setdefault(release.id, _View(release, self._rules))
        self[date] = view
        return view


class _GoodPointers(dict[tuple[tuple[int, ...], int], bool]):
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


class Detector:
    """The rules of one policy and one claim type, over one reference."""

    def __init__(self, policy: Policy, rules: Iterable[Rule], reference: Reference) -> None:
        rules = tuple(rules)
        self.policy = policy
        self._views = _Views(reference, _Chosen(rule for rule in rules if rule.scope == "line"))
        self._day_rules = _Chosen(rule for rule in rules if rule.scope == "day")
        self._claim_rules = _Chosen(rule for rule in rules if rule.scope == "claim")
        self._good_pointers = _GoodPointers()
        months = policy.filing_limit_months
        # No month has fewer than 28 days: within so many days no claim can be late, and most are.
        self._surely_in_time = dt.timedelta.max if months is None else dt.timedelta(days=28 * months)

    def severity_of(self, found: Found) -> Severity:
        """The severity of a hit: the payer's word, else the hit's own, else the rule's."""
        rule, hit = found.rule, found.hit
        severity = self.policy.severity.get(rule.id)
        return severity if severity is not None and severity != "off" else hit.severity or rule.severity

    def order(self, found: Found) -> tuple[int, tuple[int, ...], str, str, str]:
        """Sort key: blocking first, then by line; unique, so that the order of lines and rules does not show."""
        numbers = tuple(line.number for line in found.lines)
        return _RANK[self.severity_of(found)], numbers, found.rule.id, found.hit.path, found.hit.detail

    def detect(self, claim: Claim, as_of: dt.date) -> tuple[Case, list[Found]]:
        """The claim resolved, and everything the rules find in it."""
        case = Case(claim, self.policy, as_of)
        found: list[Found] = []
        self._resolve_lines(case, found)
        self._resolve_claim(case)
        for day in case.days.values():
            for rule in self._day_rules[day.mask]:
                if hits := rule.detect(day):
                    found.extend(_found(rule, hit) for hit in hits)
        for rule in self._claim_rules[case.mask]:
            if hits := rule.detect(case):
                found.extend(_found(rule, hit) for hit in hits)
        return case, _without_superseded(found) if found else found

    def _resolve_lines(self, case: Case, found: list[Found]) -> None:  # noqa: C901, PLR0912  one pass, the hottest
        claim, as_of, lines, days = case.claim, case.as_of, case.lines, case.days
        views, good_pointers = self._views, self._good_pointers
        place, diagnoses = claim.place_of_service, len(claim.diagnoses)
        mask = total = 0
        view, day, last = None, None, None
        for index, on_claim in enumerate(claim.service_lines):
            date, until = on_claim.service_date_from, on_claim.service_date_to
            span = 1
            if date is None:
                mask |= INCOMPLETE
                date = as_of
            elif until is not None and until != date:
                span = max(1, (until - date).days + 1)
                if until < date or until > as_of:
                    mask |= ODD_DATE
            if date > as_of:
                mask |= ODD_DATE
            if view is None or date != last:
                view, last, day = views[date], date, days.get(date)
            service = view[
                on_claim.procedure_code, on_claim.modifiers, on_claim.units, on_claim.place_of_service or place, span
            ]
            charge = on_claim.charge
            if charge is None:
                mask |= INCOMPLETE
                cents = 0
            else:
                cents = CENTS[charge]
            line = Line(index, on_claim, service, cents)
            lines.append(line)
            total += cents
            if cents <= 0:
                mask |= ODD_CHARGE
            if not good_pointers[on_claim.diagnosis_pointers, diagnoses]:
                mask |= ODD_POINTER
            if day is None:
                day = days[date] = Day(date, view.release)
            else:
                day.mask |= SEVERAL
            code = service.code.code
            if code in day.codes:
                day.mask |= SAME_CODE
            day.codes.add(code)
            day.lines.append(line)
            day.mask |= service.mask
            for rule, hit in service.hits:
                found.append(Found(rule, hit, (line,), index))
        for day in days.values():
            mask |= day.mask
        # That a day has several lines says nothing of the claim: there the bit stands for diagnoses.
        mask &= ~SEVERAL
        case.total, case.mask = total, mask if len(days) == 1 else mask | SEVERAL_DAYS

    def _resolve_claim(self, case: Case) -> None:
        claim, mask = case.claim, case.mask
        first = min(case.days) if case.days else case.as_of
        case.release = release = self._views[first].release
        resolve = release.diagnoses
        case.diagnoses = diagnoses = tuple([resolve[code] for code in claim.diagnoses])
        for diagnosis in diagnoses:
            mask |= diagnosis.mask
        if mask & SEVERAL_DAYS:
            mask |= _bits_elsewhere(case)
        if len(diagnoses) > 1:
            mask |= SEVERAL
        charge = claim.total_charge
        if charge is not None and CENTS[charge] != case.total:
            mask |= UNBALANCED
        born, patient = case.birth_date, claim.patient
        if (born is not None and born > first) or (patient is not None and patient.death_date):
            mask |= ODD_DATE
        if claim.documentation is not None:
            mask |= ON_FILE
        if case.as_of - first > self._surely_in_time:
            mask |= LATE
        case.mask = mask | _lacking(claim, born) | _npi_bits(claim)


def _bits_elsewhere(case: Case) -> int:
    """Bits of the diagnoses at the releases of later days."""
    bits = 0
    for release in {day.release for day in case.days.values()} - {case.release}:
        for code in case.claim.diagnoses:
            bits |= release.diagnoses[code].mask
    return bits


def _lacking(claim: Claim, born: dt.date | None) -> int:
    """INCOMPLETE where the claim lacks, or may lack, something that every claim must have."""
    complete = (
        claim.billing_provider is not None
        and claim.subscriber is not None
        and claim.subscriber.member_id
        and claim.diagnoses
        and claim.service_lines
        and claim.total_charge is not None
        and claim.claim_frequency_code == "1"
        and born is not None
    )
    return 0 if complete else INCOMPLETE


def _npi_bits(claim: Claim) -> int:
    """ODD_NPI where a provider's NPI is missing or wrong."""
    billing, rendering = claim.billing_provider, claim.rendering_provider
    referring, facility = claim.referring_provider, claim.service_facility
    right = (
        (billing is None or is_npi[billing.npi])
        and (rendering is None or is_npi[rendering.npi])
        and (referring is None or is_npi[referring.npi])
        and (facility is None or is_npi[facility.npi])
    )
    return 0 if right else ODD_NPI


def _without_superseded(found: list[Found]) -> list[Found]:
    """Drop what another hit of the same line says better: an edit's own arithmetic over the general one."""
    covered = {(other, line.index) for rule, _, lines, _ in found for other in rule.supersedes for line in lines}
    return [each for each in found if (each.rule.id, each.anchor) not in covered] if covered else found
