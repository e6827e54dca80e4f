"""Laboratory tests under the Clinical Laboratory Improvement Amendments: the laboratory's number, and QW."""

import re

from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, Remedy, rule
from scrubber.rules.remedies import AddModifier
from scrubber.rules.scopes import Case

WAIVED = "QW"
_FORM = re.compile(r"[0-9]{2}D[0-9]{7}")

_POLICY = {"clia": {"number": ["82962", "87804"], "waived": ["87804"], "source": "invented policy"}}


@rule(
    "clia-number",
    title="CLIA number missing or malformed",
    scope="claim",
    family="clia",
    predicts=("CO", "16", "MA120"),
    source="Payer policy; 42 CFR 493",
    likelihood=0.95,
    fires=(
        example("82962", dx="E11.9", policy=_POLICY),
        example("82962", dx="E11.9", policy=_POLICY, clia_number="D123"),
    ),
    passes=(
        example("82962", dx="E11.9", policy=_POLICY, clia_number="99D9999999"),
        example("17000", policy=_POLICY),
    ),
)
def clia_number(case: Case) -> Hits:
    """A test on the payer's list, on a claim without a CLIA number of the form two digits, D, seven digits."""
    clia, number = case.policy.clia, case.claim.clia_number
    if clia is None or (number is not None and _FORM.fullmatch(number.strip().upper())):
        return None
    lines = [line for line in case.lines if line.code.code in clia.number]
    if not lines:
        return None
    codes = ", ".join(sorted({line.code.code for line in lines}))
    problem = "has not its form: two digits, D, seven digits" if number else "is missing"
    text = f"{codes} wants the laboratory's CLIA number, which {problem}."
    return [Hit("/clia_number", text, lines, source=case.policy.cites(clia.source))]


@rule(
    "clia-waived",
    title="Waived test without QW",
    scope="claim",
    family="clia",
    predicts=("CO", "16", "MA120"),
    source="Payer policy; CMS list of CLIA-waived tests",
    fires=(example("87804", dx="J10.1", policy=_POLICY, clia_number="99D9999999"),),
    passes=(example("87804-QW", dx="J10.1", policy=_POLICY, clia_number="99D9999999"),),
)
def clia_waived(case: Case) -> Hits:
    """A test on the payer's list of waived tests, on a line without QW."""
    clia = case.policy.clia
    if clia is None:
        return None
    hits = []
    for line in case.lines:
        code = line.code.code
        if code in clia.waived and WAIVED not in line.service.modifiers:
            text = f"{code} as a waived test wants QW."
            title = f"Add QW to {code} (line {line.number}) if a waived kit was used under a certificate of waiver"
            add = Remedy(title, (AddModifier(line.index, WAIVED),), "confirmation")
            hits.append(Hit(line.at("modifiers"), text, (line,), (add,), source=case.policy.cites(clia.source)))
    return hits
