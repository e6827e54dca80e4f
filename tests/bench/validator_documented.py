"""Row `claim-validator-documented`: its `validate()` for each claim, as its documentation shows."""

from claim_validator import validate
from pydantic import ValidationError

from .alone import measure
from .validator_form import REFUSED, to_form


def work(value: bytes) -> bytes:
    try:
        result = validate(to_form(value))
    except ValidationError:
        return REFUSED
    encoded: bytes = result.model_dump_json().encode()
    return encoded


if __name__ == "__main__":
    measure(work)
