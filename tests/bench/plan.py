"""What is measured: the rows, how many claims each gets, and which ratios are aimed at."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

ROOT: Final = Path(__file__).resolve().parents[2]
RESULTS: Final = ROOT / "build" / "bench.json"
PARTITIONS: Final = 4
CLAIMS: Final = 50_000
WARM_UP: Final = 40_000
ROUNDS: Final = 3
STEP: Final = 5000
"""Claims on the broker come in multiples of this, which is also what Quix Streams is told to commit at once."""


@dataclass(frozen=True, slots=True)
class Row:
    """One way of doing it. `module` of this package runs it, in a process of its own.

    `full`: with CMS's tables at full size in place of the starter tables; such a row is run where they are to be had.
    `share`: how much of the claims it measures on, less for the slow ones. `warm`: the same of those before them.
    """

    name: str
    module: str
    what: str
    kind: Literal["alone", "broker"]
    share: float = 1.0
    warm: float = 1.0
    full: bool = False


ROWS: Final = (
    Row("engine", "engine", "decode, scrub, encode", "alone"),
    Row("engine-full-tables", "engine", "the same, with CMS's tables at full size", "alone", full=True),
    Row("worker-eos", "worker", "scrubber.worker, exactly once", "broker"),
    Row("faust-agent", "faust_agent", "Faust agent, same engine, at least once", "broker", share=0.2, warm=0.25),
    Row("quix-copy-eos", "quix_copy", "Quix Streams copies bytes, exactly once", "broker"),
    Row("aiokafka-copy-eos", "aiokafka_copy", "aiokafka copies bytes, transactions", "broker"),
    Row(
        "claim-validator-documented",
        "validator_documented",
        "validate() for each claim",
        "alone",
        share=0.02,
        warm=0.01,
    ),
    Row("claim-validator-pipeline", "validator_pipeline", "one pipeline for all claims", "alone", share=0.2, warm=0.1),
)

AIMS: Final[dict[tuple[str, str], float | None]] = {
    ("worker-eos", "faust-agent"): 5.0,
    ("worker-eos", "quix-copy-eos"): 1.0,
    ("worker-eos", "aiokafka-copy-eos"): None,
    ("engine", "claim-validator-pipeline"): 5.0,
    ("engine", "claim-validator-documented"): None,
    ("worker-eos", "engine"): None,
    ("engine-full-tables", "engine"): 0.9,
}
"""Numerator and denominator of each ratio, in claims a second, and the least it should be."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One round of one row. `cpu_seconds`: of the process with all its threads, None where it cannot be told."""

    claims: int
    seconds: float
    cpu_seconds: float | None

    @property
    def per_second(self) -> float:
        """Claims a second by the clock on the wall."""
        return self.claims / self.seconds
