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
    needs=(INVALID,),
    fires=(
        example("20983", dx="C79.51", date="2014-12-31"),
        example("99201"),
        example("Z9999", date="2025-09-15"),
    ),
    passes=(example("20983", dx="C79.51", date="2015-01-01"), example("99499")),
)
def procedure_not_valid(service: Service) -> Hits:
    """A code that is no procedure code, or that a loaded table says was not in force on the date of service."""
    code = service.code
    if code.mask & MALFORMED:
        return None
    if code.valid_to is not None and code.valid_to < service.release.day:
        what = f"is not valid on the date of service: it ended on {code.valid_to}"
    elif code.valid_from is not None and code.valid_from > service.release.day:
        what = f"is not valid on the date of service: it begins on {code.valid_from}"
    else:
        what = "is not in the list of valid codes"
    table = "hcpcs" if code.kind == "hcpcs" else "procedures"
    return [Hit("/procedure_code", f"{code.code} {what}.", source=service.release.label(table))]


@rule(
    "procedure-malformed",
    title="What is billed has not the form of a procedure code",
    scope="line",
    family="procedure-validity",
    predicts=("CO", "16", "M20"),
    source="HCPCS and CPT code formats",
    likelihood=0.98,
    needs=(MALFORMED,),
    professional_only=True,
    fires=(example("1700"),),
    passes=(example("17000"), example("0001A", dx="Z23", date="2021-03-01")),
)
def procedure_malformed(service: Service) -> Hits:
    """A procedure code that is not five digits, four digits and a letter, or a letter and four digits."""
    if not service.code.code:
        return None
    return [Hit("/procedure_code", "What this line bills has not the form of a procedure code.")]
