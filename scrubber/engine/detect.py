"""Finding what is wrong: a claim is resolved once, and each scope asks only the rules that could fire."""

import datetime as dt
from collections.abc import Iterable

from scrubber.contract import CENTS, UNITS, Claim, Severity
from scrubber.contract.claim import MAX_DIAGNOSES, MAX_POINTERS
from scrubber.engine.coverage import gap_of
from scrubber.policy import Policy
from scrubber.reference import Reference, Release
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

Found = tuple[Rule, Hit, tuple[Line, ...]]
"""A rule, what it said, and the lines it said it of."""

_MEMO_LIMIT = 100_000
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
        code, modifiers, units, place, days = key
        release = self.release
        service = Service(
            release.procedures[code or ""], modifiers, None if units is None else UNITS[units], place, days, release
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
        rule, hit, _ = found
        severity = self.policy.severity.get(rule.id)
        return severity if severity is not None and severity != "off" else hit.severity or rule.severity

    def order(self, found: Found) -> tuple[int, tuple[int, ...], str, str, str]:
        """Sort key: blocking first, then by line; unique, so that the order of lines and rules does not show."""
        rule, hit, lines = found
        return _RANK[self.severity_of(found)], tuple(line.number for line in lines), rule.id, hit.path, hit.detail

    def detect(self, claim: Claim, as_of: dt.date) -> tuple[Case, list[Found]]:
        """The claim resolved, and everything the rules find in it."""
        case = Case(claim, self.policy, as_of)
        found: list[Found] = []
        self._resolve_lines(case, found)
        self._resolve_claim(case)
        for day in case.days.values():
            for rule in self._day_rules[day.mask]:
                if hits := rule.detect(day):
                    found.extend((rule, hit, tuple(hit.lines)) for hit in hits)
        for rule in self._claim_rules[case.mask]:
            if hits := rule.detect(case):
                found.extend((rule, hit, tuple(hit.lines)) for hit in hits)
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
                span = (until - date).days + 1
                if span < 1 or until > as_of:
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
                found.append((rule, hit, (line,)))
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
        if len(diagnoses) > 1:
            mask |= SEVERAL
        charge = claim.total_charge
        if charge is None:
            mask |= INCOMPLETE
        elif CENTS[charge] != case.total:
            mask |= UNBALANCED
        billing, rendering, subscriber = claim.billing_provider, claim.rendering_provider, claim.subscriber
        if (
            billing is None
            or subscriber is None
            or not subscriber.member_id
            or not diagnoses
            or not case.lines
            or claim.claim_frequency_code != "1"
            or not case.birth_date
        ):
            mask |= INCOMPLETE
        if not (
            (billing is None or is_npi[billing.npi])
            and (rendering is None or is_npi[rendering.npi])
            and (claim.referring_provider is None or is_npi[claim.referring_provider.npi])
            and (claim.service_facility is None or is_npi[claim.service_facility.npi])
        ):
            mask |= ODD_NPI
        born = case.birth_date
        patient = claim.patient
        if (born is not None and born > first) or (patient is not None and patient.death_date):
            mask |= ODD_DATE
        if claim.documentation is not None:
            mask |= ON_FILE
        if case.as_of - first > self._surely_in_time:
            mask |= LATE
        case.mask = mask


def _without_superseded(found: list[Found]) -> list[Found]:
    """Drop what another hit on the same lines says better: an edit's own arithmetic over the general one."""
    covered: dict[str, set[int]] = {}
    for rule, _, lines in found:
        for other in rule.supersedes:
            covered.setdefault(other, set()).update(line.index for line in lines)
    if not covered:
        return found
    return [
        (rule, hit, lines)
        for rule, hit, lines in found
        if rule.id not in covered or not {line.index for line in lines} <= covered[rule.id]
    ]
