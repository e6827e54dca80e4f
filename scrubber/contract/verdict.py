"""The verdict event: what scrubber answers to a claim."""

import datetime as dt
from typing import Any, Literal

from msgspec import UNSET, Struct

Disposition = Literal["pass", "fix-suggestion", "denial-risk"]
Severity = Literal["deny", "warn", "info"]
"""deny: the payer would refuse or return this, so it blocks. warn: look at it. info: worth knowing."""
Needs = Literal["none", "confirmation", "documentation", "clinical-review"]
"""What a fix asks of a person before it may be applied."""


class Prediction(Struct, frozen=True, gc=False, omit_defaults=True):
    """The denial that the finding would become: claim adjustment group, CARC and RARC numbers."""

    group: str
    carc: str
    rarc: str | None = None


class Finding(Struct, frozen=True, gc=False):
    """One thing that is wrong. `path` is a JSON Pointer into the claim; `lines` holds line numbers."""

    rule: str
    severity: Severity
    path: str
    lines: tuple[int, ...]
    message: str
    predicts: Prediction
    source: str


class PatchOp(Struct, frozen=True, gc=False, omit_defaults=True):
    """One operation of a JSON Patch (RFC 6902): add, remove or replace."""

    op: Literal["add", "remove", "replace"]
    path: str
    value: Any = UNSET


class Fix(Struct, frozen=True, gc=False):
    """A change that was proven: the claim with the patch was scrubbed again.

    The findings that `clears` counts (from 0) were gone, and nothing new blocked. Each patch starts from the claim as
    received: apply one, then scrub again.
    """

    title: str
    patch: tuple[PatchOp, ...]
    clears: tuple[int, ...]
    needs: Needs


class Risk(Struct, frozen=True, gc=False):
    """Probability of denial as submitted, the charge that hangs on it, and the rules that carry it, heaviest first."""

    denial_probability: float
    charge_at_risk: str
    drivers: tuple[str, ...]


class Coverage(Struct, frozen=True, gc=False, omit_defaults=True):
    """Whether a family of edits was checked, with the release in force; or why not, and for which line numbers."""

    family: str
    status: Literal["checked", "not-checked"]
    release: str | None = None
    reason: str | None = None
    lines: tuple[int, ...] = ()


class Ruleset(Struct, frozen=True, gc=False):
    """What judged: program version, digest of rules and reference data, policy with its own digest."""

    version: str
    digest: str
    policy: str


class Origin(Struct, frozen=True, gc=False):
    """Where the claim stood in Kafka."""

    topic: str
    partition: int
    offset: int


class Verdict(Struct, frozen=True, gc=False):
    """The answer to one claim. `verdict_id` repeats when the same record is scrubbed again by the same rules."""

    verdict_id: str
    claim_id: str
    disposition: Disposition
    findings: tuple[Finding, ...]
    fixes: tuple[Fix, ...]
    risk: Risk
    coverage: tuple[Coverage, ...]
    ruleset: Ruleset
    origin: Origin | None
    as_of: dt.date
