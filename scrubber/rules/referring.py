"""Procedures that somebody else must have ordered or referred."""

from scrubber.rules.example import NPI, example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import Case

_POLICY = {"referring_provider": {"procedures": ["76940"], "source": "invented policy"}}


@rule(
    "referring-provider",
    title="Referring provider missing",
    scope="claim",
    family="referring-provider",
    predicts=("CO", "16", "N286"),
    source="Payer policy; Medicare Claims Processing Manual, chapter 26",
    likelihood=0.95,
    fires=(example("76940", dx="C79.51", policy=_POLICY),),
    passes=(
        example("76940", dx="C79.51", policy=_POLICY, referring_provider={"npi": NPI}),
        example("17000", policy=_POLICY),
    ),
)
def referring_provider(case: Case) -> Hits:
    """A procedure on the payer's list, on a claim without a referring provider. Whether its NPI is right: rule npi."""
    wanted = case.policy.referring_provider
    if wanted is None or case.claim.referring_provider is not None:
        return None
    return [
        Hit(
            "/referring_provider",
            f"This payer wants the provider who ordered or referred {line.code.code}.",
            (line,),
            source=case.policy.cites(wanted.source),
        )
        for line in case.lines
        if line.code.code in wanted.procedures
    ]
