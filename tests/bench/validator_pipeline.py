"""Row `claim-validator-pipeline`: its pipeline made once and used for all claims."""

from claim_validator import ClaimData, ValidationPipeline
from pydantic import ValidationError

from .alone import measure
from .validator_form import REFUSED, to_form


def main() -> None:
    pipeline = ValidationPipeline.from_settings()

    def work(value: bytes) -> bytes:
        try:
            claim = ClaimData(**to_form(value))
        except ValidationError:
            return REFUSED
        encoded: bytes = pipeline.run(claim).model_dump_json().encode()
        return encoded

    measure(work)


if __name__ == "__main__":
    main()
