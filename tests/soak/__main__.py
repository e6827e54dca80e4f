"""`python -m tests.soak`: run, tell on the way, judge at the end. Exit code 1 when something grows or went wrong."""

import argparse
import asyncio
import json
import logging
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import pytest
from docker.errors import DockerException
from rich.console import Console

from scrubber.kafka.embedded import embedded_broker
from tests.brokers import Broker, Kind
from tests.cluster import running_cluster
from tests.containers import IMAGE

from .plan import CLEANING, PICTURE, RESULTS, ROOT, Plan
from .plot import draw
from .run import JUDGED, Outcome, soak
from .watch import Sample

console = Console(highlight=False, soft_wrap=True)
_LINES: int = 60
"""How many lines a run prints, at most one every five seconds."""


def main() -> int:
    plan, embedded = _options()
    # aiokafka tells of every retry while new topics have no leaders yet; an error that lasts ends the run.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    # Either takes workers and broker away in an orderly way, also where a shell started this with SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    with tempfile.TemporaryDirectory(prefix="scrubber-soak-") as folder, _broker(embedded=embedded) as (name, broker):
        rate = f"{plan.rate:g} claims/s" if plan.rate else "as many claims as go"
        title = f"{plan.seconds:g} s, {rate}, {name}"
        console.print(f"soak: {title}; one round of unrest takes {plan.cycle:g} s", style="dim")
        outcome = asyncio.run(soak(plan, broker, Path(folder), _teller(plan)))
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    about = {"broker": name, "seconds": plan.seconds, "rate": plan.rate}
    RESULTS.write_text(json.dumps({"about": about, **outcome.as_dict()}, indent=1), encoding="utf-8")
    draw(outcome, title, PICTURE)
    _show(outcome)
    console.print(f"All samples: {RESULTS.relative_to(ROOT)}; picture: {PICTURE.relative_to(ROOT)}", style="dim")
    return 0 if outcome.passed else 1


def _options() -> tuple[Plan, bool]:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300, help="how long claims are published")
    parser.add_argument("--rate", type=float, default=500, help="claims a second; 0: as many as go")
    parser.add_argument("--calm", action="store_true", help="one worker, nobody joins, no rules change")
    parser.add_argument("--embedded", action="store_true", help="the embedded broker also where Docker answers")
    options = parser.parse_args()
    if options.seconds < 1 or options.rate < 0:
        parser.error("at least one second, and a rate of 0 or more")
    return Plan(options.seconds, options.rate, unrest=not options.calm), options.embedded


@contextmanager
def _broker(*, embedded: bool) -> Iterator[tuple[str, Broker]]:
    """Apache Kafka in a container, or the embedded broker where there is none."""
    with ExitStack() as running:
        name: str = IMAGE
        kind: Kind = "kafka"
        address: str | None = None
        if not embedded:
            try:
                address = running.enter_context(running_cluster(1, CLEANING)).address
            except (pytest.skip.Exception, DockerException) as error:
                console.print(f"no container of {IMAGE} ({type(error).__name__}): the embedded broker takes its place")
        if address is None:
            console.print("The embedded broker keeps every claim in memory: watch the machine's.", style="dim")
            name, kind, address = "embedded broker", "embedded", running.enter_context(embedded_broker())
        yield name, Broker(kind, address)


def _teller(plan: Plan) -> Callable[[Sample], None]:
    every = max(5.0, plan.seconds / _LINES)
    last: Sample | None = None

    def tell(sample: Sample) -> None:
        nonlocal last
        if last is None or sample.at - last.at >= every:
            rate = (sample.committed - last.committed) / (sample.at - last.at) if last else 0.0
            own = sample.workers.get(JUDGED, {})
            p99 = sample.latency(0.99)
            console.print(
                f"{sample.at:6.0f} s {rate:7,.0f} claims/s  p99 {'-' if p99 is None else f'{p99 * 1000:.0f} ms':>8}  "
                f"waiting {sample.waiting:6,}  memory {own.get('memory', 0):5.0f} MiB  "
                f"files {own.get('fds', 0):3.0f}  tasks {own.get('tasks', 0):3.0f}"
            )
            last = sample

    return tell


def _show(outcome: Outcome) -> None:
    judged = outcome.judged()
    times = sorted(seconds for sample in judged for seconds in sample.seconds)
    if times and len(judged) > 1:
        first, last = judged[0], judged[-1]
        peak = max(sample.workers.get(JUDGED, {}).get("memory", 0.0) for sample in outcome.samples)
        console.print(
            f"{(last.committed - first.committed) / (last.at - first.at):,.0f} claims/s; publish to verdict: median "
            f"{median(times) * 1000:.0f} ms, 99 of 100 within {times[int(len(times) * 0.99)] * 1000:.0f} ms, longest "
            f"{times[-1] * 1000:,.0f} ms; memory at most {peak:.0f} MiB; {outcome.timed:,} answers looked at, one each"
        )
    for trend in outcome.trends:
        console.print(f"  {trend}", style="red" if trend.verdict == "grows" else "")
    for problem in outcome.problems:
        console.print(f"  {problem}", style="red")
    console.print("soak: passed" if outcome.passed else "soak: FAILED", style="bold")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
