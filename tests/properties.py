"""What holds for every claim, whatever tables an engine has: asked of the starter tables and of CMS's at full size."""

import sys
from collections.abc import Callable
from random import Random
from types import FrameType
from typing import Any

from msgspec.structs import replace

from scrubber.contract import Claim, Finding, Verdict
from scrubber.engine.patch import apply_patch

Scrub = Callable[[Claim], Verdict]
_STEPS = 60


def fixes_hold(scrub: Scrub, claim: Claim) -> None:
    """A fix clears the findings it says, and nothing blocks that did not block before."""
    verdict = scrub(claim)
    for fix in verdict.fixes:
        assert fix.clears
        after = scrub(apply_patch(claim, fix.patch))
        said = {(f.rule, f.lines, f.message) for f in after.findings}
        for index in fix.clears:
            finding = verdict.findings[index]
            assert (finding.rule, finding.lines, finding.message) not in said
        for finding in after.findings:
            if finding.severity == "deny":
                assert _was_there(finding, verdict), finding


def _was_there(finding: Finding, before: Verdict) -> bool:
    """Whether the finding, or the same on other lines where it leads to no line of its own, blocked before."""
    of_a_line = finding.path.startswith("/service_lines/")
    return any(
        known.rule == finding.rule
        and known.severity == "deny"
        and (not of_a_line or set(known.lines) & set(finding.lines) or known.lines == finding.lines)
        for known in before.findings
    )


def mends_to_the_end(scrub: Scrub, claim: Claim) -> None:
    """A claim whose verdict is fix-suggestion can be mended until nothing blocks, one proven step after the other."""
    verdict = scrub(claim)
    if verdict.disposition != "fix-suggestion":
        return
    for _ in range(_STEPS):
        claim, verdict = _step(scrub, claim, verdict)
        if verdict.disposition == "pass":
            return
    raise AssertionError(verdict)


def _step(scrub: Scrub, claim: Claim, verdict: Verdict) -> tuple[Claim, Verdict]:
    """The first fix for a blocking finding after which the claim can still be mended."""
    blocking = {i for i, f in enumerate(verdict.findings) if f.severity == "deny"}
    for fix in verdict.fixes:
        if blocking & set(fix.clears):
            patched = apply_patch(claim, fix.patch)
            after = scrub(patched)
            if after.disposition != "denial-risk":
                return patched, after
    raise AssertionError("said to be mendable, and no fix leads on", verdict)


def order_of_lines_does_not_matter(scrub: Scrub, claim: Claim, random: Random) -> None:
    """Lines keep their numbers when they change places, and so does what is said of them.

    All but the charge at risk: of two lines that are billed twice it is the later one's.
    """
    lines = list(claim.service_lines)
    random.shuffle(lines)
    shuffled, verdict = scrub(replace(claim, service_lines=tuple(lines))), scrub(claim)
    assert shuffled.disposition == verdict.disposition
    assert sorted(map(_of_lines, shuffled.findings)) == sorted(map(_of_lines, verdict.findings))
    assert shuffled.risk.denial_probability == verdict.risk.denial_probability
    assert shuffled.risk.drivers == verdict.risk.drivers


def _of_lines(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.severity, finding.lines


def instructions(call: Callable[[], object]) -> int:
    """How many instructions of Python a call takes: unlike its time, the same on every machine and at every load."""
    if sys.version_info >= (3, 12):
        return _monitored(call)
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


if sys.version_info >= (3, 12):

    def _monitored(call: Callable[[], object]) -> int:
        """The same by the interpreter's own counting, which took the place of traced instructions."""
        monitoring, count = sys.monitoring, 0

        def counted(*_: object) -> None:
            nonlocal count
            count += 1

        monitoring.use_tool_id(monitoring.PROFILER_ID, "instructions")
        monitoring.register_callback(monitoring.PROFILER_ID, monitoring.events.INSTRUCTION, counted)
        monitoring.set_events(monitoring.PROFILER_ID, monitoring.events.INSTRUCTION)
        try:
            call()
        finally:
            monitoring.set_events(monitoring.PROFILER_ID, 0)
            monitoring.free_tool_id(monitoring.PROFILER_ID)
        return count
