"""National Provider Identifiers: ten digits with a check digit."""

from scrubber.contract import Prediction
from scrubber.rules.example import NPI, example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import ODD_NPI, Case

_PREFIX_SUM = 24
"""What the card-issuer prefix 80840 adds to the Luhn sum of every NPI."""


def _check(npi: str | None) -> bool:
    """Luhn over the ten digits, with the prefix 80840 in front."""
    if npi is None or len(npi) != 10 or not (npi.isascii() and npi.isdigit()):  # noqa: PLR2004  an NPI has ten digits
        return False
    total = _PREFIX_SUM
    for position, character in enumerate(npi):
        digit = int(character)
        if position % 2 == 0:
            digit = digit * 2 - 9 if digit > 4 else digit * 2  # noqa: PLR2004  Luhn: double, cast out nines
        total += digit
    return total % 10 == 0


class _Checked(dict[str | None, bool]):
    """NPI -> whether its check digit is right; providers repeat from claim to claim."""

    def __missing__(self, npi: str | None) -> bool:
        if len(self) >= 100_000:  # noqa: PLR2004  more providers than one worker sees in days
            self.clear()
        self[npi] = valid = _check(npi)
        return valid


is_npi = _Checked()

_ROLES = {
    "billing_provider": ("billing provider", "N257"),
    "rendering_provider": ("rendering provider", "N290"),
    "referring_provider": ("referring provider", "N286"),
    "service_facility": ("service facility", "N269"),
}

_SITUATIONAL = {"service_facility"}
"""Sent without an NPI where it has none, such as the patient's home."""


@rule(
    "npi",
    title="NPI missing or wrong",
    scope="claim",
    family="identifiers",
    predicts=("CO", "207", "N257"),
    source="NPPES: NPI check digit",
    likelihood=0.95,
    needs=(ODD_NPI,),
    fires=(
        example("17000", billing_provider={"npi": "1234567890"}),
        example("17000", rendering_provider={"npi": "123"}),
        example("17000", referring_provider={}),
    ),
    passes=(example("17000"), example("17000", rendering_provider=None)),
)
def npi(case: Case) -> Hits:
    """A provider on the claim without an NPI, with one that is not ten digits, or with a wrong check digit."""
    hits = []
    for field, (role, rarc) in _ROLES.items():
        provider = getattr(case.claim, field)
        if provider is None or is_npi[provider.npi] or (field in _SITUATIONAL and not provider.npi):
            continue
        carc, problem = ("207", "is wrong: its digits do not check") if provider.npi else ("206", "is missing")
        text = f"The NPI of the {role} {problem}."
        hits.append(Hit(f"/{field}/npi", text, detail=field, predicts=Prediction("CO", carc, rarc)))
    return hits


@rule(
    "taxonomy",
    title="Provider taxonomy code that does not exist",
    scope="claim",
    family="taxonomy",
    predicts=("CO", "8"),
    source="NUCC health care provider taxonomy",
    likelihood=0.7,
    fires=(
        example("17000", billing_provider={"npi": NPI, "taxonomy_code": "DERM"}),
        example("17000", rendering_provider={"npi": NPI, "taxonomy_code": "207N00000"}),
    ),
    passes=(example("17000"), example("17000", billing_provider={"npi": NPI})),
)
def taxonomy(case: Case) -> Hits:
    """The billing or rendering provider's taxonomy code has not the form of one, or NUCC's imported list lacks it."""
    claim, exists = case.claim, case.release.taxonomies
    hits = []
    for field, provider in (
        ("billing_provider", claim.billing_provider),
        ("rendering_provider", claim.rendering_provider),
    ):
        if provider is not None and (code := provider.taxonomy_code) and exists[code] is False:
            role = field.replace("_", " ")
            text = f"The taxonomy code of the {role} is none that NUCC lists. Correct it."
            hits.append(Hit(f"/{field}/taxonomy_code", text, detail=field))
    return hits
