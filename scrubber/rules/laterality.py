"""Side: LT or RT on a line against the side its diagnoses name."""

from typing import TYPE_CHECKING

from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import MOD_SIDE, Case

if TYPE_CHECKING:
    from scrubber.contract import Severity


@rule(
    "side-mismatch",
    title="Side of the procedure against the side of the diagnosis",
    scope="claim",
    family="laterality",
    predicts=("CO", "11"),
    source="ICD-10-CM laterality; HCPCS modifiers LT, RT",
    likelihood=0.8,
    needs=(MOD_SIDE,),
    fires=(example("20983-LT", dx="C40.01"),),
    passes=(
        example("20983-RT", dx="C40.01"),
        example("20983-LT", dx="C40.01 C40.02"),
        example("20983-LT", dx="C79.51"),
    ),
)
def side_mismatch(case: Case) -> Hits:
    """LT on a line whose diagnoses with a side are all of the right one, or the reverse."""
    hits = []
    for line in case.lines:
        billed = {"LT": "L", "RT": "R"}.keys() & set(line.service.modifiers)
        if len(billed) != 1:
            continue
        modifier = billed.pop()
        pointed = case.pointed(line)
        opposite = {"LT": "R", "RT": "L"}[modifier]
        if {diagnosis.side for diagnosis in pointed if diagnosis.side} == {opposite}:
            codes = ", ".join(d.dotted for d in pointed if d.side)
            text = f"{line.code.code} is billed with {modifier}, but {codes} names the other side."
            # A diagnosis without a side, such as a screening, may be what the line is about.
            severity: Severity | None = None if all(d.side for d in pointed) else "warn"
            hits.append(Hit(line.at("modifiers"), text, (line,), severity=severity))
    return hits
