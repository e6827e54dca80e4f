"""What holds for any claim that can be read at all, however odd."""

import json
from contextlib import suppress
from random import Random
from typing import Any, Final

import jsonpatch
import msgspec

from scrubber.contract import (
    JSON,
    MSGPACK,
    Claim,
    Origin,
    Verdict,
    decode_claim,
    decode_verdict,
    encode_claim,
    encode_verdict,
)
from scrubber.engine import Engine, filing_day
from scrubber.engine.patch import apply_patch
from scrubber.engine.scrub import MOST_FINDINGS
from scrubber.rules import RULES
from tests.fuzz.claims import AS_OF, MARK
from tests.fuzz.guard import WATCH
from tests.properties import fixes_hold, mends_to_the_end, order_of_lines_does_not_matter

MOST_BYTES: Final = 1 << 20
"""Of a verdict: far below what a record may have, however large the claim."""
_ORIGIN: Final = Origin("claims.submitted", 0, 7)


def verdict_holds(engine: Engine, claim: Claim, *, fixes: bool = True) -> None:
    """A verdict comes, is the same again, can be written and read, and is of bounded size; `fixes`: its fixes hold."""

    def scrub(claim: Claim) -> Verdict:
        return engine.scrub(claim, as_of=filing_day(claim, default=AS_OF), origin=_ORIGIN)

    with WATCH:
        verdict = scrub(claim)
    _is_well_formed(verdict)
    _is_written_and_read(verdict)
    assert scrub(claim) == verdict
    if not fixes:
        return
    _patches_are_json_patches(claim, verdict)
    if _numbered(claim):
        fixes_hold(scrub, claim)
        mends_to_the_end(scrub, claim)
        order_of_lines_does_not_matter(scrub, claim, Random(1))


def claim_is_written_and_read(claim: Claim) -> None:
    """A claim goes through either format unchanged."""
    assert decode_claim(encode_claim(claim)) == claim
    with suppress(OverflowError):  # the first and the last day of the calendar, in another zone
        assert decode_claim(encode_claim(claim, MSGPACK), MSGPACK) == claim


def _is_well_formed(verdict: Verdict) -> None:
    blocking = {index for index, finding in enumerate(verdict.findings) if finding.severity == "deny"}
    cleared = {index for fix in verdict.fixes for index in fix.clears}
    assert (verdict.disposition == "pass") == (not blocking)
    assert verdict.disposition != "fix-suggestion" or blocking <= cleared
    assert len(verdict.findings) <= MOST_FINDINGS
    assert 0 <= verdict.risk.denial_probability <= 1
    assert all(finding.rule in RULES for finding in verdict.findings)
    words = [finding.message + finding.source + finding.path for finding in verdict.findings]
    words += [fix.title for fix in verdict.fixes]
    assert not any(MARK in each for each in words), "free text is repeated"


def _is_written_and_read(verdict: Verdict) -> None:
    for content_type in (JSON, MSGPACK):
        written = encode_verdict(verdict, content_type)
        assert len(written) < MOST_BYTES
        read = decode_verdict(written, content_type)
        assert encode_verdict(read, content_type) == written


def _patches_are_json_patches(claim: Claim, verdict: Verdict) -> None:
    """What a reader makes of a fix with a library of JSON Patch is a claim, and the one that was proven."""
    event: Any = json.loads(encode_claim(claim))
    for fix in verdict.fixes:
        operations = json.loads(msgspec.json.encode(fix.patch))
        patched = jsonpatch.apply_patch(event, operations)
        assert decode_claim(json.dumps(patched).encode()) == apply_patch(claim, fix.patch)


def _numbered(claim: Claim) -> bool:
    """Whether every line has a number of its own: what is said of lines can be told apart then."""
    numbers = [line.line_number for line in claim.service_lines]
    return all(numbers) and len(set(numbers)) == len(numbers)
