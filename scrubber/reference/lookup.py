"""Everything the tables say of a code, or of two codes, on a date: for people who ask."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from scrubber.reference.facts import Diagnosis, Pair, Procedure
from scrubber.reference.procedures import form_of
from scrubber.reference.release import Release


class Fact(NamedTuple):
    """One thing that is said, and the release that says it; None where no table speaks of it."""

    name: str
    value: str
    source: str | None


def about_code(code: str, release: Release) -> list[Fact]:
    """What is said of a procedure code, diagnosis, modifier or place of service. Empty when it has no form of these."""
    plain = code.strip().upper()
    facts: list[Fact] = []
    if form_of(plain) != "malformed":
        facts += _procedure(release.procedures[plain], release)
    diagnosis = release.diagnoses[plain]
    if diagnosis.status != "unknown":
        facts += _diagnosis(diagnosis, release)
    if modifier := release.modifiers[plain]:
        state = "in force" if modifier.valid else "not in force"
        facts.append(Fact("modifier", f"{modifier.meaning} ({state})", release.label("modifiers")))
        facts.append(Fact("lifts pair edits", "yes" if modifier.bypass else "no", release.label("modifiers")))
    if place := release.places[plain]:
        setting = "facility" if place.facility else "not a facility"
        facts.append(Fact("place of service", f"{place.name} ({setting})", release.label("pos")))
    return facts


def about_pair(one: str, two: str, release: Release) -> list[Fact]:
    """What is said of two procedure codes on one date of service."""
    facts = []
    for column_1, column_2 in ((one, two), (two, one)):
        rows = release.pair_history(column_1, column_2)
        for pair in rows:
            state = "in force" if _holds(pair, release.day) else "not in force"
            until = pair.deleted or "now"
            meaning = "a modifier can lift it" if pair.indicator else "no modifier lifts it"
            facts.append(
                Fact(
                    f"{column_1} takes away {column_2}",
                    f"{state}: {pair.effective} to {until}, indicator {pair.indicator} ({meaning})"
                    + (f", {pair.rationale}" if pair.rationale else ""),
                    release.label("ptp"),
                )
            )
    if not facts:
        source = release.label("ptp") if release.reaches("ptp") else None
        facts.append(Fact(f"{one} with {two}", "no pair edit" if source else "not known", source))
    for add_on, primary in ((one, two), (two, one)):
        code = release.procedures[add_on]
        if primary in code.primaries:
            facts.append(Fact(f"{add_on} is added to", primary, release.label("add-on")))
    return facts


def _holds(pair: Pair, day: dt.date) -> bool:
    return pair.effective <= day and (pair.deleted is None or day <= pair.deleted)


def _procedure(code: Procedure, release: Release) -> Iterator[Fact]:
    valid = {True: "valid", False: "not valid", None: "not known whether valid"}[code.valid]
    since = f" from {code.valid_from}" if code.valid_from else ""
    until = f" to {code.valid_to}" if code.valid_to else ""
    yield Fact("procedure", f"{code.kind}, {valid}{since}{until}", None)
    if code.short:
        yield Fact("description", code.short, release.label("hcpcs"))
    if code.fees:
        yield from _fees(code, release)
    if code.mue is not None:
        how = {1: "on a line", 2: "on a date", 3: "on a date, unless documented"}[code.mai or 2]
        yield Fact("units at most", f"{code.mue} {how} (MAI {code.mai})", release.label("mue"))
    elif release.reaches("mue") and "ncci-mue" not in code.unlisted:
        yield Fact("units at most", "no limit", release.label("mue"))
    if code.add_on_type is not None:
        primaries = ", ".join(sorted(code.primaries)) or "the contractor decides"
        yield Fact("added to", f"{primaries} (type {code.add_on_type})", release.label("add-on"))
    if release.reaches("ptp") and "ncci-ptp" not in code.unlisted:
        yield Fact("takes away", f"{len(code.partners)} codes", release.label("ptp"))
    if code.needs_diagnosis:
        yield Fact("supported by", ", ".join(code.needs_diagnosis), code.diagnosis_source)
    if code.documentation:
        elements = ", ".join(element.id for element in code.documentation)
        yield Fact("documentation", elements, release.label("documentation"))


def _fees(code: Procedure, release: Release) -> Iterator[Fact]:
    fees, source = code.fees, release.label("fee-schedule")
    if fees is None:
        return
    yield Fact("status, global days", f"{fees.status}, {fees.global_days}", source)
    indicators = (
        ("PC/TC", fees.pctc), ("multiple", fees.multiple), ("bilateral", fees.bilateral),
        ("assistant", fees.assistant), ("co-surgeons", fees.co_surgery), ("team", fees.team),
    )  # fmt: skip
    yield Fact("indicators", ", ".join(f"{name} {value or '-'}" for name, value in indicators), source)
    if code.components:
        yield Fact("rows of their own", ", ".join(code.components), source)
    units = f"{fees.total_nonfacility / 100:.2f} RVU outside, {fees.total_facility / 100:.2f} in a facility"
    rare = [
        where for where, applies in (("outside", fees.na_nonfacility), ("in a facility", fees.na_facility)) if applies
    ]
    yield Fact("relative value", units + (f" (NA {' and '.join(rare)})" if rare else ""), source)


def _diagnosis(code: Diagnosis, release: Release) -> Iterator[Fact]:
    source = release.label("icd10cm")
    until = f", {code.start} to {code.end or 'now'}" if code.start else ""
    yield Fact("diagnosis", f"{code.dotted} {code.status}{until}", source)
    if code.description:
        yield Fact("description", code.description, release.label("icd10cm-descriptions"))
    if code.flags:
        yield Fact("code editor", ", ".join(sorted(code.flags)), source)
    if code.side:
        yield Fact("side", {"L": "left", "R": "right", "B": "both"}[code.side], release.label("icd10cm-descriptions"))
    if code.status == "heading":
        children = [child.dotted for child in release.children(code.code)]
        yield Fact("billable under it", ", ".join(children[:20]) + (" ..." if len(children) > 20 else ""), source)  # noqa: PLR2004
    if code.exclusions:
        named = ", ".join(
            note.first if note.first == note.last else f"{note.first}-{note.last}" for note in code.exclusions
        )
        yield Fact("Excludes1", named, release.label("icd10cm-excludes1"))
