"""Elements that every claim must have, and those that follow from its frequency code."""

from collections.abc import Iterator

from scrubber.contract import Prediction
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import INCOMPLETE, Case, Line

FREQUENCIES = {"1": "original", "7": "replacement", "8": "void"}


@rule(
    "required-element",
    title="A required element is missing",
    scope="claim",
    family="claim-structure",
    predicts=("CO", "16", "MA130"),
    source="837 loops 2000B, 2010AA, 2010BA, 2300, 2400",
    likelihood=0.97,
    needs=(INCOMPLETE,),
    fires=(
        example("17000", subscriber=None),
        example("17000", billing_provider=None),
        example("17000", total_charge=None),
        example("17000", place_of_service=None),
        example("17000", claim_frequency_code="7"),
        example("17000", claim_frequency_code="3"),
    ),
    passes=(example("17000"), example("17000", claim_frequency_code="7", original_reference_number="TESTICN1")),
)
def required_element(case: Case) -> Hits:
    """An element is absent without which payers return the claim: see the list in the verdict, one finding each."""
    of_claim = [
        Hit(path, text, predicts=Prediction("CO", "16", rarc), detail=path) for path, text, rarc in _of_claim(case)
    ]
    of_lines = [
        Hit(line.at(field), text, (line,), predicts=Prediction("CO", "16", rarc), detail=field)
        for line in case.lines
        for field, text, rarc in _of_line(case, line)
    ]
    return of_claim + of_lines


def _of_claim(case: Case) -> Iterator[tuple[str, str, str]]:
    claim = case.claim
    if claim.subscriber is None or not claim.subscriber.member_id:
        yield "/subscriber/member_id", "The subscriber's member id is missing.", "N382"
    if case.birth_date is None:
        yield "/patient/birth_date", "The patient's date of birth is missing.", "N329"
    if claim.billing_provider is None:
        yield "/billing_provider", "The billing provider is missing.", "N257"
    if not claim.diagnoses:
        yield "/diagnoses", "The claim has no diagnosis.", "M76"
    if not claim.service_lines:
        yield "/service_lines", "The claim has no service line.", "M20"
    if claim.total_charge is None:
        yield "/total_charge", "The claim charge is missing.", "M54"
    frequency = claim.claim_frequency_code
    if claim.claim_type == "institutional" and frequency not in ("7", "8"):
        return  # there the type of bill decides, and knows more of them
    if frequency not in FREQUENCIES:
        yield "/claim_frequency_code", "The claim frequency code is none of 1, 7 and 8.", "MA30"
    elif frequency != "1" and not claim.original_reference_number:
        what = FREQUENCIES[frequency]
        text = f"A {what} (frequency {frequency}) must carry the payer's number of the claim it refers to."
        yield "/original_reference_number", text, "M47"


def _of_line(case: Case, line: Line) -> Iterator[tuple[str, str, str]]:
    professional = case.claim.claim_type == "professional"
    on_claim, units = line.on_claim, line.service.units
    if not on_claim.procedure_code and (professional or not on_claim.revenue_code):
        yield "procedure_code", f"Line {line.number} has no procedure code.", "M20"
    if on_claim.service_date_from is None and professional:
        yield "service_date_from", f"Line {line.number} has no date of service.", "M52"
    if units is None or units <= 0:
        yield "units", f"Line {line.number} has no units.", "M53"
    if on_claim.charge is None:
        yield "charge", f"Line {line.number} has no charge.", "M79"
    if professional and not line.service.place:
        yield "place_of_service", f"Line {line.number} has no place of service, nor has the claim.", "M77"
