"""`python -m tests.bench`: run the rows in turn, several rounds of all, and print one table."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from docker.errors import DockerException
from rich.console import Console

from scrubber.kafka.embedded import embedded_broker
from tests.cluster import running_cluster
from tests.containers import IMAGE

from .alone import run_alone
from .claims import Made, write_claims
from .plan import CLAIMS, RESULTS, ROOT, ROUNDS, ROWS, STEP, WARM_UP, Reading, Row
from .report import Result, machine, show, write
from .stream import Broker, Input, run_on_broker
from .tables import VARIABLE, import_tables

console = Console()


def main() -> int:
    """Returns 0 also where an aim is missed: a bench on a busy machine is no test."""
    options = _options()
    rows = [row for row in ROWS if not options.rows or row.name in options.rows]
    about = {"machine": machine(), "rounds": options.rounds}
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="scrubber-bench-") as folder:
        bundle = import_tables(Path(folder)) if any(row.full for row in rows) else None
        if bundle is None:
            rows = [row for row in rows if not row.full]
            _say(f"{VARIABLE} does not name the folder of CMS's files: no row with tables at full size")
        _say(f"making {options.claims + WARM_UP:,} claims")
        made = write_claims(Path(folder) / "claims.jsonl", options.claims + WARM_UP, bundle)
        about |= {"claim_bytes": made.size // len(made.dispositions), "clean": made.clean}
        if any(row.kind == "broker" for row in rows):
            with _broker() as (name, address):
                about["broker"] = name
                results = _measure(rows, made, options.claims, options.rounds, Broker(address), bundle)
        else:
            about["broker"] = "none"
            results = _measure(rows, made, options.claims, options.rounds, None, bundle)
    about["seconds"] = round(time.monotonic() - began)
    write(RESULTS, results, about)
    show(console, results, about)
    console.print(f"Also in {RESULTS.relative_to(ROOT)}. It took {about['seconds']} s.", highlight=False)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--claims", type=int, default=CLAIMS, help=f"claims to measure on, in steps of {STEP}")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of all rows; the median counts")
    parser.add_argument(
        "--rows", type=lambda text: text.split(","), default=[], help="names of rows, with commas between"
    )
    options = parser.parse_args()
    if unknown := set(options.rows) - {row.name for row in ROWS}:
        parser.error(f"no such row: {', '.join(sorted(unknown))}; there are {', '.join(row.name for row in ROWS)}")
    if options.claims < STEP or options.rounds < 1:
        parser.error(f"at least {STEP} claims and one round")
    options.claims -= options.claims % STEP
    return options


@contextmanager
def _broker() -> Iterator[tuple[str, str]]:
    """Name and address of Apache Kafka in a container, or of the embedded broker where there is none."""
    with ExitStack() as running:
        try:
            address = running.enter_context(running_cluster(1)).address
            name = f"{IMAGE} in a container on this machine"
        except (pytest.skip.Exception, DockerException) as error:
            _say(f"no container of {IMAGE} ({type(error).__name__}): the embedded broker takes its place")
            address = running.enter_context(embedded_broker())
            name = "embedded (noida-db), which writes nothing to disk"
        yield name, address


def _measure(
    rows: Sequence[Row], made: Made, claims: int, rounds: int, broker: Broker | None, bundle: Path | None
) -> list[Result]:
    """All rows of a round one after the other, then the next round: what disturbs the machine disturbs them alike."""
    inputs: dict[int, Input] = {}
    readings: dict[str, list[Reading]] = {row.name: [] for row in rows}
    for number in range(1, rounds + 1):
        for row in rows:
            count, warm = _in_steps(claims * row.share, row), _in_steps(WARM_UP * row.warm, row)
            if row.kind == "alone":
                reading = run_alone(row, made.path, warm, count, bundle)
            else:
                assert broker is not None
                if count not in inputs:
                    _say(f"filling a topic with {warm + count:,} claims")
                    inputs[count] = Input(broker, made.path, warm, count)
                reading = run_on_broker(row, broker, inputs[count], number, made.tally(0, warm + count))
            readings[row.name].append(reading)
            _say(f"round {number}: {row.name} {reading.per_second:,.0f} claims/s")
    return [Result(row, readings[row.name]) for row in rows]


def _in_steps(claims: float, row: Row) -> int:
    """Whole steps for the rows that commit by number, so that none waits at the end for a commit by time."""
    return max(1, round(claims / STEP)) * STEP if row.kind == "broker" else max(100, int(claims))


def _say(line: str) -> None:
    console.print(line, style="dim", highlight=False)


if __name__ == "__main__":
    sys.exit(main())
