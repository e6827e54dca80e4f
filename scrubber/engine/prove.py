"""Fixes, proven: each remedy is carried out on the claim and the result scrubbed again.

Offered is only what clears its finding and lets no new blocking finding appear. The number of proofs is bounded, so a
claim with everything wrong cannot hold up the claims behind it.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress

from scrubber.contract import Fix, PatchOp
from scrubber.engine.detect import Detector, Found
from scrubber.engine.patch import PatchError, apply_patch, compile_patch
from scrubber.rules.form import HERE
from scrubber.rules.scopes import Case

MOST_PROOFS = 60
_WORK = 2000
"""Lines and findings looked at, over all proofs of a claim."""

Identity = tuple[str, str, int | None]


def _identity(found: Found, origin: Sequence[int | None] | None = None) -> Identity:
    """What makes a finding the same one after a patch: its rule, what it is about, and the line it leads to.

    `origin` says where each line of the patched claim stood before. Other lines a finding names may come and go.
    """
    anchor = found.anchor
    if origin is not None and anchor is not None:
        moved = origin[anchor]
        anchor = -1 if moved is None else moved
    return found.rule.id, found.hit.detail, anchor


def _before(found: Sequence[Found], origin: Sequence[int | None]) -> list[tuple[Identity, ...]]:
    """For each finding the identities under which it would go on after a patch.

    They are several where the line it leads to is dropped: it may then lead to another of its lines.
    """
    kept = {None, *origin}
    return [
        (_identity(each),)
        if each.anchor in kept
        else tuple((each.rule.id, each.hit.detail, line.index) for line in each.lines)
        for each in found
    ]


class Prover:
    """Proofs for one claim, within a bounded amount of work."""

    def __init__(self, detector: Detector, case: Case, found: Sequence[Found]) -> None:
        self._detector = detector
        self._left = min(MOST_PROOFS, _WORK // (len(case.lines) + len(found) + 1))

    def fixes(self, case: Case, found: Sequence[Found]) -> Iterator[Fix]:
        """The fixes that hold when the claim is scrubbed again; `clears` counts positions in `found`."""
        blocking = [self._blocks(each) for each in found]
        tried: list[tuple[PatchOp, ...]] = []
        for index, each in enumerate(found):
            for remedy in each.hit.remedies:
                if self._left <= 0:
                    return
                try:
                    here = each.anchor if each.rule.scope == "line" and each.anchor is not None else HERE
                    patch = compile_patch(case.claim, remedy.edits, here)
                except PatchError:
                    continue
                # Two findings may ask for the same change; it is proven and offered once.
                if patch.ops in tried:
                    continue
                tried.append(patch.ops)
                after = self._detect(case, patch.ops)[1]
                left = {_identity(one, patch.origin) for one in after}
                before = _before(found, patch.origin)
                # A finding that only warned before and blocks afterwards is a new blocking one.
                known = set(chain.from_iterable(compress(before, blocking)))
                if not left.isdisjoint(before[index]) or any(
                    self._blocks(one) and _identity(one, patch.origin) not in known for one in after
                ):
                    continue
                clears = tuple(i for i, identities in enumerate(before) if left.isdisjoint(identities))
                yield Fix(remedy.title, patch.ops, clears, remedy.needs)

    def leads_to_pass(self, case: Case, found: Sequence[Found], fixes: Iterable[Fix]) -> bool:
        """Whether taking one proven fix after the other leads to a claim in which nothing blocks.

        That each blocking finding has a fix is not enough: two fixes may each hold alone and undo each other together.
        Tries the fixes in order, with a way back.
        """
        blocking = {index for index, each in enumerate(found) if self._blocks(each)}
        if not blocking:
            return True
        for fix in fixes:
            if blocking <= set(fix.clears):
                return True  # and its proof has shown that nothing new blocks
            if blocking.isdisjoint(fix.clears) or self._left <= 0:
                continue
            mended, left = self._detect(case, fix.patch)
            left.sort(key=self._detector.order)
            if self.leads_to_pass(mended, left, self.fixes(mended, left)):
                return True
        return False

    def _blocks(self, found: Found) -> bool:
        return self._detector.severity_of(found) == "deny"

    def _detect(self, case: Case, patch: Sequence[PatchOp]) -> tuple[Case, list[Found]]:
        self._left -= 1
        return self._detector.detect(apply_patch(case.claim, patch), case.as_of)
