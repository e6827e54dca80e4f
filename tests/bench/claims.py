"""Invented claims for the bench: professional, four lines, 1 to 1.5 KB of JSON, 85 % clean by the engine's own verdict.

The same seed gives the same claims; no two are alike. Codes follow Zipf's law, as real ones do.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from random import Random

from scrubber.contract import decode_claim
from scrubber.engine import Engine, filing_day, load_engine

from .maker import FIRST_DAY, Maker
from .validator_form import known_diagnoses, known_procedures

SEED = 20260918
BLOCK, CLEAN_OF_BLOCK = 20, 17
LEAST_BYTES, MOST_BYTES = 1000, 1500
MOST_TRIES = 1000
MOST_UNITS = 30
USUAL_STATUS = (None, "A", "C", "E", "R", "X")


@dataclass
class Made:
    """What was written: how many claims, how many bytes, and how many of each disposition in the order they come."""

    path: Path
    dispositions: list[str] = field(default_factory=list)
    size: int = 0

    @property
    def clean(self) -> float:
        """Share of claims that pass."""
        return self.dispositions.count("pass") / len(self.dispositions)

    def tally(self, first: int, last: int) -> Counter[str]:
        """Claims by disposition in `[first, last)`."""
        return Counter(self.dispositions[first:last])


def write_claims(path: Path, how_many: int, bundle: Path | None = None) -> Made:
    """Write claims, one a line. With `bundle` the clean ones are clean by its tables too."""
    made = Made(path)
    engines = [load_engine(), *([load_engine(reference_bundle=bundle)] if bundle else [])]
    with path.open("wb") as file:
        for value, disposition in islice(_verified(engines), how_many):
            file.write(value + b"\n")
            made.dispositions.append(disposition)
            made.size += len(value)
    return made


def read_claims(path: Path, first: int, last: int) -> list[bytes]:
    """The claims `[first, last)` of a file."""
    with path.open("rb") as file:
        claims = [line.rstrip(b"\n") for line in islice(file, first, last)]
    if len(claims) != last - first:
        message = f"{path} has no claims {first} to {last}"
        raise ValueError(message)
    return claims


def _verified(engines: Sequence[Engine]) -> Iterator[tuple[bytes, str]]:
    """Yield claims and dispositions; of every block the engines pass exactly its share, in mixed order."""
    random = Random(SEED)
    # First what claim-validator knows too, so that it need not spend its time on reporting what it lacks.
    maker = Maker(
        random,
        lambda code: all(_is_usual(engine, code) for engine in engines),
        procedures=known_procedures(),
        diagnoses=known_diagnoses(),
    )
    for number in count(1):
        if number % BLOCK == 1:
            wanted = [True] * CLEAN_OF_BLOCK + [False] * (BLOCK - CLEAN_OF_BLOCK)
            random.shuffle(wanted)
        clean = wanted.pop()
        for _ in range(MOST_TRIES):
            event = maker.make(number, clean=clean)
            value = json.dumps(event, separators=(",", ":")).encode()
            claim = decode_claim(value)
            found = [engine.scrub(claim, as_of=filing_day(claim, FIRST_DAY)).disposition for engine in engines]
            disposition = found[0]
            if all((each == "pass") is clean for each in found) and LEAST_BYTES <= len(value) <= MOST_BYTES:
                yield value, disposition
                break
        else:
            message = (
                f"no {'clean' if clean else 'faulty'} claim in {MOST_TRIES} tries: the generator and the rules part"
            )
            raise RuntimeError(message)


def _is_usual(engine: Engine, code: str) -> bool:
    """Whether a supply can be billed in the bench's numbers without an edit: by its units, and by its status."""
    procedure = engine.reference.on(FIRST_DAY).procedures[code]
    return (procedure.mue is None or procedure.mue >= MOST_UNITS) and procedure.status in USUAL_STATUS
