"""Place of service codes."""

from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import ODD_PLACE, Case


@rule(
    "place-unknown",
    title="Place of service that does not exist",
    scope="claim",
    family="place-of-service",
    predicts=("CO", "5", "M77"),
    source="CMS place of service code set",
    likelihood=0.95,
    needs=(ODD_PLACE,),
    professional_only=True,
    fires=(example("17000", place_of_service="88"),),
    passes=(example("17000"), example("17000", place_of_service="22")),
)
def place_unknown(case: Case) -> Hits:
    """A line (or, for lines that name none, the claim) with a place of service that is not in CMS's set."""
    hits = []
    inherit = [line for line in case.lines if line.service.mask & ODD_PLACE and not line.on_claim.place_of_service]
    if inherit:
        hits.append(Hit("/place_of_service", "The claim's place of service is not in CMS's code set.", inherit))
    hits += [
        Hit(line.at("place_of_service"), "The line's place of service is not in CMS's code set.", (line,))
        for line in case.lines
        if line.service.mask & ODD_PLACE and line.on_claim.place_of_service
    ]
    return hits
