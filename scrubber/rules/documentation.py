"""Documentation elements that a payer asks for when it reviews a procedure.

Only a claim that says what is on file can be judged; `documentation: null` leaves the family not checked.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from scrubber.reference.facts import Element
from scrubber.reference.masks import DOCUMENTED
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import ON_FILE, Case, Line

LESION_RECORD = ["lesion-count", "lesion-location", "lesion-appearance", "destruction-method", "medical-necessity"]
CRYOABLATION_RECORD = [
    "diagnosis-and-need",
    "technique-and-guidance",
    "procedure-date",
    "start-and-end-time",
    "tumor-size-and-location",
    "probe-position",
    "progress",
    "signature",
]
"""Elements of a complete record, by their ids in `reference_data/starter/documentation.toml`; for examples."""

_POLICY = {"documentation": [{"procedures": ["76940"], "elements": ["signed order"], "source": "invented policy"}]}


@rule(
    "documentation",
    title="Documentation element missing",
    scope="claim",
    family="documentation",
    predicts=("CO", "252", "N706"),
    source="Documentation checklist of the procedure",
    likelihood=0.6,
    needs=(DOCUMENTED, ON_FILE),
    widened_by="documentation",
    fires=(
        example("20983", dx="C79.51", documentation=[e for e in CRYOABLATION_RECORD if e != "probe-position"]),
        example("17000", documentation=LESION_RECORD[1:]),
        example("20983-76", dx="C79.51", documentation=CRYOABLATION_RECORD),
        example("76940", dx="C79.51", documentation=["signature"], policy=_POLICY),
    ),
    passes=(
        example("20983", dx="C79.51", documentation=CRYOABLATION_RECORD),
        example("17000", documentation=LESION_RECORD),
        example("17000", documentation=None),
        example("76940", dx="C79.51", documentation=["Signed Order"], policy=_POLICY),
    ),
)
def documentation(case: Case) -> Hits:
    """The claim lists the documentation on file, and an element of a procedure's checklist is not in it.

    The payer's policy may want further elements.
    """
    on_file = {_normal(each) for each in case.claim.documentation or ()}
    absent: dict[Element, bool] = {}
    hits = []
    for line in case.lines:
        missing = [e for e in line.code.documentation if _applies(e, line) and _is_absent(e, on_file, absent)]
        if missing:
            titles = "; ".join(element.title for element in missing)
            text = f"The documentation on file for {line.code.code} lacks: {titles}."
            hits.append(Hit("/documentation", text, (line,), detail=",".join(element.id for element in missing)))
        hits += _by_policy(case, line, on_file)
    return hits


def _by_policy(case: Case, line: Line, on_file: set[str]) -> Iterator[Hit]:
    """What the payer's own rows want beside the checklist."""
    for row in case.policy.elements.get(line.code.code, ()):
        missing = [name for name in row.elements if _normal(name) not in on_file]
        if missing:
            text = f"The documentation on file for {line.code.code} lacks, for this payer: {'; '.join(missing)}."
            source = case.policy.cites(row.source)
            yield Hit("/documentation", text, (line,), detail=",".join(missing), source=source)


def _applies(element: Element, line: Line) -> bool:
    return element.modifier is None or element.modifier in line.service.modifiers


def _is_absent(element: Element, on_file: set[str], absent: dict[Element, bool]) -> bool:
    """Whether an element is not on file; looked for once, however many lines want it."""
    if element not in absent:
        absent[element] = not _is_on_file(element, on_file)
    return absent[element]


def _is_on_file(element: Element, on_file: set[str]) -> bool:
    """By any of its names; an alias with a plus by all of its parts."""
    names = (element.id, element.title, *element.aliases)
    return any(all(_normal(part) in on_file for part in name.split("+")) for name in names)


@lru_cache(maxsize=4096)
def _normal(text: str) -> str:
    """Spelling that does not matter: case, possessives, camel case, and what stands between words."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|['\u2019]s\b|\(s\)", " ", text).lower().replace("tumour", "tumor")
    return re.sub(r"[^a-z0-9]+", "-", words.replace("&", " and ")).strip("-")
