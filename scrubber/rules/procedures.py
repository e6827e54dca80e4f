"""Procedure codes: of a known form, and in force on the date of service."""

from scrubber.reference.masks import INVALID, MALFORMED
from scrubber.rules.example import example
from scrubber.rules.form import Hit, Hits, rule
from scrubber.rules.scopes import Service


@rule(
    "procedure-not-valid",
    title="Procedure code not valid on the date of service",
    scope="line",
    family="procedure-validity",
    predicts=("CO", "181", "N56"),
    source="HCPCS Level II; CPT code changes",
    likelihood=0.98,
    needs=(INVALID | MALFORMED,),
    fires=(
        example("20983", dx="C79.51", date="2014-12-31"),
        example("99201"),
        example("Z9999", date="2025-09-15"),
        example("1700"),
    ),
    passes=(example("20983", dx="C79.51", date="2015-01-01"), example("99499")),
)
def procedure_not_valid(service: Service) -> Hits:
    """A code that is no procedure code, or that a loaded table says was not in force on the date of service."""
    code = service.code
    if code.kind == "malformed":
        what = "is not a procedure code"
        return [Hit("/procedure_code", f"What this line bills {what}.")] if code.code else None
    if code.valid_to is not None and code.valid_to < service.release.day:
        what = f"is not valid on the date of service: it ended on {code.valid_to}"
    elif code.valid_from is not None and code.valid_from > service.release.day:
        what = f"is not valid on the date of service: it begins on {code.valid_from}"
    else:
        what = "is not in the list of valid codes"
    return [Hit("/procedure_code", f"{code.code} {what}.", source=service.release.label("procedures"))]
