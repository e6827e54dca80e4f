"""Finding what is wrong: a claim is resolved once, and each scope asks only the rules that could fire."""

import datetime as dt
from collections.abc import Iterable

from msgspec import Struct

from scrubber.contract import CENTS, Claim, Severity
from scrubber.contract.claim import Sex
from scrubber.engine.views import Chosen, GoodPointers, View, Views
from scrubber.policy import Policy
from scrubber.reference.masks import DX_EXCLUDES, HAS_PAIRS
from scrubber.rules.form import Hit, Rule
from scrubber.rules.providers import is_npi
from scrubber.rules.scopes import (
    EXCLUDED,
    INCOMPLETE,
    LATE,
    ODD_CHARGE,
    ODD_DATE,
    ODD_NPI,
    ODD_POINTER,
    ON_FILE,
    PAIRED,
    SAME_CODE,
    SEVERAL,
    SEVERAL_DAYS,
    UNBALANCED,
    Case,
    Day,
    Line,
)


class Found(Struct, frozen=True, gc=False):
    """A rule, what it said, the lines it said it of, and the index of the line its path leads to (None: to none)."""

    rule: Rule
    hit: Hit
    lines: tuple[Line, ...]
    anchor: int | None


def _found(rule: Rule, hit: Hit) -> Found:
    _, top, *rest = hit.path.split("/")
    anchor = int(rest[0]) if top == "service_lines" and rest else None
    return Found(rule, hit, tuple(hit.lines), anchor)


_NO_DATE = object()
_RANK: dict[Severity, int] = {"deny": 0, "warn": 1, "info": 2}


class Detector:
    """The rules of one policy and kind of claim; those of the scope `line` come with the views."""

    def __init__(self, policy: Policy, rules: Iterable[Rule], views: Views) -> None:
        rules = tuple(rules)
        self.policy = policy
        self._views = views
        self._day_rules = Chosen((rule for rule in rules if rule.scope == "day"), policy)
        self._claim_rules = Chosen((rule for rule in rules if rule.scope == "claim"), policy)
        self._good_pointers = GoodPointers()
        self._months = policy.filing_limit_months

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
        found: list[Found] = []
        case = self._resolve(claim, as_of, found)
        for day in case.days.values():
            mask = day.mask
            if mask & SEVERAL and mask & HAS_PAIRS:
                mask |= _paired(day.lines)
            for rule in self._day_rules[mask]:
                if hits := rule.detect(day):
                    found.extend([_found(rule, hit) for hit in hits])
        for rule in self._claim_rules[case.mask]:
            if hits := rule.detect(case):
                found.extend([_found(rule, hit) for hit in hits])
        return case, _without_superseded(found) if found else found

    def _resolve(self, claim: Claim, as_of: dt.date, found: list[Found]) -> Case:  # noqa: C901, PLR0912, PLR0915  one pass, the hottest
        """Lines and days in one pass; line rules' hits go to `found`."""
        views, good_pointers = self._views, self._good_pointers
        place, count = claim.place_of_service, len(claim.diagnoses)
        lines: list[Line] = []
        days: dict[dt.date, Day] = {}
        trace: list[int | None] = []
        mask = total = 0
        last: object = _NO_DATE
        seen = None
        day: Day
        view: View
        for on_claim in claim.service_lines:
            date, until = on_claim.service_date_from, on_claim.service_date_to
            if date != last:
                if date is None:
                    mask |= INCOMPLETE
                    date = as_of
                elif date > as_of:
                    mask |= ODD_DATE
                last, view = date, views[date]
                if date not in days:
                    days[date] = Day(date, view.release, len(days), [], set())
                day = days[date]
                trace += (None, day.ordinal, view.release.id)
            span = 1
            if until != last and until is not None and date is not None:
                span = max(1, (until - date).days + 1)
                if until < date or until > as_of:
                    mask |= ODD_DATE
            service = view[
                on_claim.procedure_code, on_claim.modifiers, on_claim.units, on_claim.place_of_service or place, span
            ]
            cents = CENTS[on_claim.charge]
            total += cents
            if cents <= 0:
                mask |= ODD_CHARGE if on_claim.charge is not None else ODD_CHARGE | INCOMPLETE
            pointers = on_claim.diagnosis_pointers
            if pointers != seen and not good_pointers[pointers, count]:
                mask |= ODD_POINTER
            seen = pointers
            trace += (service.gap, on_claim.line_number)
            code = service.code
            line = Line(len(lines), on_claim, service, code, cents)
            lines.append(line)
            day.lines.append(line)
            day.mask |= service.mask
            if code.code in day.codes:
                day.mask |= SAME_CODE
            day.codes.add(code.code)
            if service.hits:
                found.extend([Found(rule, hit, (line,), line.index) for rule, hit in service.hits])
        for day in days.values():
            mask |= day.mask
            if len(day.lines) > 1:
                day.mask |= SEVERAL
        if len(days) > 1:
            mask |= SEVERAL_DAYS
        first = min(days) if len(days) > 1 else next(iter(days), as_of)
        release = views[first].release
        diagnoses = tuple([release.diagnoses[code] for code in claim.diagnoses])
        sex, born = _person(claim)
        case = Case(claim, self.policy, as_of, lines, days, release, trace, mask, total, sex, born, diagnoses)
        self._set_trip_wires(case, first)
        return case

    def _set_trip_wires(self, case: Case, first: dt.date) -> None:  # noqa: C901  one after the other
        claim, mask, diagnoses, born = case.claim, case.mask, case.diagnoses, case.birth_date
        for diagnosis in diagnoses:
            mask |= diagnosis.mask
        if len(diagnoses) > 1 and mask & DX_EXCLUDES:
            categories = {diagnosis.category for diagnosis in diagnoses}
            for diagnosis in diagnoses:
                if not diagnosis.excluded.isdisjoint(categories):
                    mask |= EXCLUDED
        if mask & SEVERAL_DAYS:
            mask |= _bits_elsewhere(case)
        charge = claim.total_charge
        if charge is None:
            mask |= INCOMPLETE
        elif CENTS[charge] != case.total:
            mask |= UNBALANCED
        if born is None or not _complete(claim):
            mask |= INCOMPLETE
        if (born is not None and born > first) or (claim.patient is not None and claim.patient.death_date):
            mask |= ODD_DATE
        if claim.documentation is not None:
            mask |= ON_FILE
        if self._months and (case.as_of - first).days > self._months * 28:
            # No month has fewer than 28 days: within so many no claim can be late, and most are.
            mask |= LATE
        case.mask = mask | _npi_bits(claim)


def _paired(lines: list[Line]) -> int:
    """PAIRED when one procedure takes another one away."""
    for line in lines:
        if partners := line.code.partners:
            for other in lines:
                if other.code.character in partners:
                    return PAIRED
    return 0


def _bits_elsewhere(case: Case) -> int:
    """Bits of the diagnoses at the releases of later days."""
    bits = 0
    for release in {day.release for day in case.days.values()} - {case.release}:
        for code in case.claim.diagnoses:
            bits |= release.diagnoses[code].mask
    return bits


def _person(claim: Claim) -> tuple[Sex | None, dt.date | None]:
    """The patient's sex (None when unknown) and date of birth.

    The subscriber's stand in only where both are one person.
    """
    patient, subscriber = claim.patient, claim.subscriber
    sex, born = (None, None) if patient is None else (patient.sex, patient.birth_date)
    if (sex is None or born is None) and subscriber is not None:
        one_person = patient is None or patient.relationship_code in (None, "18")
        if one_person:
            sex, born = sex or subscriber.sex, born or subscriber.birth_date
    return None if sex == "U" else sex, born


def _complete(claim: Claim) -> bool:
    """Whether the claim surely has all that every claim must have."""
    return bool(
        claim.billing_provider is not None
        and claim.subscriber is not None
        and claim.subscriber.member_id
        and claim.diagnoses
        and claim.service_lines
        and claim.claim_frequency_code == "1"
    )


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
    covered = {(other, line.index) for each in found for other in each.rule.supersedes for line in each.lines}
    return [each for each in found if (each.rule.id, each.anchor) not in covered] if covered else found
