"""Prior authorization, where a payer's policy asks for it."""

from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import Case

WANTED = {"prior_authorization": ["20983"]}


@rule(
    "prior-authorization",
    title="Prior authorization number missing",
    scope="claim",
    family="prior-authorization",
    predicts=("CO", "197", "M62"),
    source="Payer policy",
    likelihood=0.95,
    fires=(example("20983", dx="C79.51", policy=WANTED),),
    passes=(example("20983", dx="C79.51", policy=WANTED, prior_authorization_number="TESTAUTH1"),),
)
def prior_authorization(case: Case) -> Hits:
    """A procedure on the payer's prior authorization list, on a claim without an authorization number."""
    listed = case.policy.prior_authorization
    if not listed or case.claim.prior_authorization_number:
        return None
    source = case.policy.cites(case.policy.prior_authorization_source)
    return [
        Hit(
            "/prior_authorization_number",
            f"This payer wants a prior authorization for {line.code.code}.",
            (line,),
            source=source,
        )
        for line in case.lines
        if line.code.code in listed
    ]
