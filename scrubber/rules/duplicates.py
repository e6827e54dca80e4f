"""The same line twice on one claim."""

from scrubber.reference.masks import MALFORMED
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, Remedy, rule
from scrubber.rules.remedies import AddModifier, DropLine
from scrubber.rules.repeats import repeat_modifier
from scrubber.rules.scopes import DISTINCT, EM_ONLY, REPEAT, SAME_CODE, Day, Line

_TELLS_APART = DISTINCT | REPEAT


@rule(
    "duplicate-line",
    title="The same line twice",
    scope="day",
    family="duplicates",
    predicts=("OA", "18"),
    source="Medicare Claims Processing Manual, chapter 1, section 120",
    likelihood=0.95,
    needs=(SAME_CODE,),
    fires=(example("76940", "76940", dx="C79.51"),),
    passes=(example("76940", "76940-76", dx="C79.51"), example("76940-LT", "76940-RT", dx="C79.51")),
)
def duplicate_line(day: Day) -> Hits:
    """Two lines with the same procedure, modifiers, date, place, units and drug, and no modifier for a repetition."""
    seen: dict[object, Line] = {}
    hits = []
    for line in sorted(day.lines, key=lambda line: line.number):
        service = line.service
        if not service.code.code or service.code.mask & MALFORMED:
            continue
        # 24, 25 and 57 say how a visit stands to a procedure; they do not make two visits of one.
        modifiers = frozenset(service.modifiers) - EM_ONLY
        on_claim = line.on_claim
        key = (service.code.code, modifiers, service.place, service.units, on_claim.ndc, on_claim.revenue_code)
        first = seen.setdefault(key, line)
        if first is line or not _TELLS_APART.isdisjoint(modifiers):
            continue
        code = service.code.code
        text = f"Line {line.number} repeats line {first.number}: {code} with the same modifiers, units and place."
        drop = Remedy(f"Remove the repeated {code} (line {line.number})", (DropLine(line.index),), "confirmation")
        remedies = [drop]
        if again := repeat_modifier(service.code):
            title = f"Add {again} if {code} was done again"
            remedies.append(Remedy(title, (AddModifier(line.index, again),), "documentation"))
        hits.append(Hit(line.at(), text, (line,), remedies))
    return hits
