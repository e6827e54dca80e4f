"""A worker whose rules raise on some claims and never come to an end on others: `python -m tests.chaos.sick_rules`."""

import sys
from typing import Any

from scrubber.engine import Engine
from scrubber.worker.__main__ import main

RAISES = "RAISES"
LOOPS = "LOOPS"
"""Account numbers of the patients whose claims do it."""


def _fall_ill() -> None:
    scrub = Engine.scrub

    def sick(self: Engine, claim: Any, **more: Any) -> Any:
        if claim.patient.account_number == RAISES:
            raise LookupError(claim)  # all it holds, for nobody to print
        while claim.patient.account_number == LOOPS:
            pass
        return scrub(self, claim, **more)

    Engine.scrub = sick  # type: ignore[method-assign]


if __name__ == "__main__":
    _fall_ill()
    sys.exit(main())
