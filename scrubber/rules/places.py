"""Place of service codes."""

from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import Service


@rule(
    "place-unknown",
    title="Place of service that does not exist",
    scope="line",
    family="place-of-service",
    predicts=("CO", "5", "M77"),
    source="CMS place of service code set",
    likelihood=0.95,
    professional_only=True,
    fires=(example("17000", place_of_service="88"),),
    passes=(example("17000"), example("17000", place_of_service="22")),
)
def place_unknown(service: Service) -> Hits:
    """A line (or, for lines that name none, the claim) with a place of service that is not in CMS's set."""
    if not service.place or service.release.places[service.place] is not None:
        return None
    return [Hit("/place_of_service", f"The place of service of {service.code.code} is not in CMS's code set.")]
