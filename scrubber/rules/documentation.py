"""Documentation elements that a payer asks for when it reviews a procedure.

Only a claim that says what is on file can be judged; `documentation: null` leaves the family not checked.
"""

import re

from scrubber.reference.facts import Element
from scrubber.reference.masks import DOCUMENTED
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import ON_FILE, Case, Line

_LESIONS = ["lesion-count", "lesion-location", "lesion-appearance", "destruction-method", "medical-necessity"]
_CRYOABLATION = [
    "diagnosis-and-need",
    "technique-and-guidance",
    "procedure-date",
    "start-and-end-time",
    "tumor-size-and-location",
    "probe-position",
    "progress",
    "signature",
]


@rule(
    "documentation",
    title="Documentation element missing",
    scope="claim",
    family="documentation",
    predicts=("CO", "252", "N706"),
    source="Documentation checklist of the procedure",
    likelihood=0.6,
    needs=(DOCUMENTED, ON_FILE),
    fires=(
        example("20983", dx="C79.51", documentation=[e for e in _CRYOABLATION if e != "probe-position"]),
        example("17000", documentation=_LESIONS[1:]),
        example("20983-76", dx="C79.51", documentation=_CRYOABLATION),
    ),
    passes=(
        example("20983", dx="C79.51", documentation=_CRYOABLATION),
        example("17000", documentation=_LESIONS),
        example("17000", documentation=None),
    ),
)
def documentation(case: Case) -> Hits:
    """The claim lists the documentation on file, and an element of a procedure's checklist is not in it."""
    on_file = {_normal(each) for each in case.claim.documentation or ()}
    hits = []
    for line in case.lines:
        missing = [e for e in line.code.documentation if _applies(e, line) and on_file.isdisjoint(_names(e))]
        if missing:
            titles = "; ".join(element.title for element in missing)
            text = f"The documentation on file for {line.code.code} lacks: {titles}."
            hits.append(Hit("/documentation", text, (line,), detail=",".join(element.id for element in missing)))
    return hits


def _applies(element: Element, line: Line) -> bool:
    return element.modifier is None or element.modifier in line.service.modifiers


def _names(element: Element) -> set[str]:
    return {_normal(name) for name in (element.id, element.title, *element.aliases)}


def _normal(text: str) -> str:
    """Spelling that does not matter: case, and what stands between words."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
