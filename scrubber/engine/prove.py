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


class Mending:
    """Whether taking one proven fix after the other leads to a claim in which nothing blocks.

    That each blocking finding has a fix is not enough: two fixes may each hold alone and undo each other together.
    Tries the fixes in order, with a way back, and gives up after `MAX_STEPS` claims.
    """

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._steps = MAX_STEPS

    def leads_to_pass(self, case: Case, found: Sequence[Found], fixes: Iterable[Fix]) -> bool:
        """The claim of `case`, with its findings and (some of) its proven fixes."""
        detector = self._detector
        blocking = {index for index, each in enumerate(found) if detector.severity_of(each) == "deny"}
        if not blocking:
            return True
        for fix in fixes:
            if self._steps == 0:
                return False
            if blocking.isdisjoint(fix.clears):
                continue
            self._steps -= 1
            next_case, left = detector.detect(apply_patch(case.claim, fix.patch), case.as_of)
            left.sort(key=detector.order)
            if self.leads_to_pass(next_case, left, proven_fixes(detector, next_case, left)):
                return True
        return False
