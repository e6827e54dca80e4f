"""Unlisted procedures and category III codes: the code alone tells a payer neither what was done nor what to pay."""

from msgspec import UNSET

from scrubber.contract import Prediction
from scrubber.reference.masks import CATEGORY_3
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import Case, Line

_POLICY = {
    "unlisted": {"procedures": ["17999"], "category_3": True, "authorization": True, "source": "invented policy"}
}


@rule(
    "unlisted-description",
    title="Unlisted procedure or category III code without a description",
    scope="claim",
    family="unlisted",
    predicts=("CO", "16", "M51"),
    source="Payer policy; 837 SV101-7",
    likelihood=0.95,
    fires=(example("17999", policy=_POLICY), example("0600T", policy=_POLICY)),
    passes=(example("17000", policy=_POLICY),),
)
def unlisted_description(case: Case) -> Hits:
    """A code that this payer counts as unlisted, on a line that does not describe what was done."""
    return [
        Hit(
            line.at("description"),
            f"{line.code.code} says too little alone: describe on the line what was done.",
            (line,),
            source=source,
        )
        for line, source in _unlisted(case)
        if line.on_claim.description is UNSET or not (line.on_claim.description or "").strip()
    ]


@rule(
    "unlisted-authorization",
    title="Unlisted procedure or category III code without prior authorization",
    scope="claim",
    family="unlisted",
    predicts=("CO", "55"),
    source="Payer policy",
    fires=(example("0600T", policy=_POLICY), example("17999", policy=_POLICY)),
    passes=(example("0600T", policy=_POLICY, prior_authorization_number="TESTAUTH1"),),
)
def unlisted_authorization(case: Case) -> Hits:
    """A code that this payer counts as unlisted and wants authorized, on a claim without an authorization number."""
    unlisted = case.policy.unlisted
    if unlisted is None or not unlisted.authorization or case.claim.prior_authorization_number:
        return None
    return [
        Hit(
            "/prior_authorization_number",
            f"This payer wants a prior authorization for {line.code.code}, which it cannot judge by its code.",
            (line,),
            source=source,
            predicts=None if line.code.mask & CATEGORY_3 else Prediction("CO", "197", "M62"),
        )
        for line, source in _unlisted(case)
    ]


def _unlisted(case: Case) -> list[tuple[Line, str | None]]:
    """The lines with an unlisted code, and who says so."""
    unlisted = case.policy.unlisted
    if unlisted is None:
        return []
    source = case.policy.cites(unlisted.source)
    category_3 = CATEGORY_3 if unlisted.category_3 else 0
    return [
        (line, source) for line in case.lines if line.code.mask & category_3 or line.code.code in unlisted.procedures
    ]
