"""Fixes, proven: each remedy is carried out on the claim and the result scrubbed again.

Offered is only what clears its finding and lets no new blocking finding appear. The number of proofs is bounded, so a
claim with everything wrong cannot hold up the claims behind it.
"""

from collections.abc import Iterable, Iterator, Sequence

from scrubber.contract import Fix
from scrubber.engine.detect import Detector, Found
from scrubber.engine.patch import PatchError, apply_patch, compile_patch
from scrubber.rules.scopes import Case

MAX_PROOFS = 40
MAX_STEPS = 20

Identity = tuple[str, tuple[int, ...], str]


def identity(found: Found) -> Identity:
    """What makes a finding the same one after other lines have moved: rule, line numbers, and what tells hits apart."""
    rule, hit, lines = found
    return rule.id, tuple(sorted(line.number for line in lines)), hit.detail


def proven_fixes(detector: Detector, case: Case, found: Sequence[Found]) -> Iterator[Fix]:
    """The fixes that hold when the claim is scrubbed again; `clears` counts positions in `found`."""
    before = [identity(each) for each in found]
    tried: set[tuple[object, ...]] = set()
    for index, (rule, hit, lines) in enumerate(found):
        for remedy in hit.remedies:
            if len(tried) >= MAX_PROOFS:
                return
            try:
                patch = compile_patch(case.claim, remedy.edits, lines[0].index if rule.scope == "line" else -1)
            except PatchError:
                continue
            # Two findings may ask for the same change; it is proven and offered once.
            key = tuple((op.op, op.path, repr(op.value)) for op in patch)
            if key in tried:
                continue
            tried.add(key)
            _, after = detector.detect(apply_patch(case.claim, patch), case.as_of)
            left = {identity(each) for each in after}
            new = {identity(each) for each in after if detector.severity_of(each) == "deny"} - set(before)
            if before[index] in left or new:
                continue
            clears = tuple(i for i, known in enumerate(before) if known not in left)
            yield Fix(remedy.title, patch, clears, remedy.needs)


def can_be_mended(detector: Detector, case: Case, found: Sequence[Found], fixes: Iterable[Fix]) -> bool:
    """Whether taking one proven fix after the other leads to a claim in which nothing blocks.

    That each blocking finding has a fix is not enough: two fixes may each hold alone and undo each other together.
    """
    for _ in range(MAX_STEPS):
        blocking = {index for index, each in enumerate(found) if detector.severity_of(each) == "deny"}
        if not blocking:
            return True
        step = next((fix for fix in fixes if not blocking.isdisjoint(fix.clears)), None)
        if step is None:
            return False
        case, found = detector.detect(apply_patch(case.claim, step.patch), case.as_of)
        found.sort(key=detector.order)
        fixes = proven_fixes(detector, case, found)
    return False
