"""National drug codes: which drug it was that a procedure code stands for."""

import re

from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import Case

_FORM = re.compile(r"[0-9]{11}|[0-9]{5}-[0-9]{4}-[0-9]{2}")

_POLICY = {"ndc": {"procedures": ["J1100"], "source": "invented policy"}}
_LINE = {
    "procedure_code": "J1100",
    "units": 1,
    "charge": "75.00",
    "service_date_from": "2026-09-15",
    "diagnosis_pointers": [1],
}


@rule(
    "ndc",
    title="National drug code missing or malformed",
    scope="claim",
    family="ndc",
    predicts=("CO", "16", "M119"),
    source="Payer policy; 837 LIN03: eleven digits, 5-4-2",
    likelihood=0.95,
    fires=(
        example("J1100", policy=_POLICY),
        example("J1100", policy=_POLICY, service_lines=[_LINE | {"ndc": "0000-0000-00"}]),
    ),
    passes=(
        example("J1100", policy=_POLICY, service_lines=[_LINE | {"ndc": "00000-0000-00"}]),
        example("17000", policy=_POLICY),
    ),
)
def ndc(case: Case) -> Hits:
    """A procedure on the payer's list without a drug code, or any drug code that is not eleven digits (5-4-2)."""
    wanted = case.policy.ndc
    if wanted is None:
        return None
    source = case.policy.cites(wanted.source)
    hits = []
    for line in case.lines:
        said, code = line.on_claim.ndc, line.code.code
        if not said and code in wanted.procedures:
            text = f"This payer wants the national drug code of what {code} stands for."
            hits.append(Hit(line.at("ndc"), text, (line,), source=source))
        elif said and not _FORM.fullmatch(said.strip()):
            text = f"The national drug code of {code} is not eleven digits (5-4-2, with or without hyphens)."
            hits.append(Hit(line.at("ndc"), text, (line,), source=source))
    return hits
