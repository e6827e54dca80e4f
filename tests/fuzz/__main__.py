"""`python -m tests.fuzz`: each target in turn in a process of its own, and one table at the end."""

import argparse
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Final, NamedTuple

from tests.fuzz.folder import clear
from tests.fuzz.target import TARGETS

_ROOT: Final = Path(__file__).parents[2]
_FOLDER: Final = _ROOT / "build" / "fuzz"
_RESULTS: Final = _ROOT / "build" / "fuzz.json"
_STATS: Final = re.compile(r"stat::(\w+): +(\d+)")
_BRANCHES: Final = re.compile(r"cov: (\d+)")
_FOUND: Final = re.compile(r"Test unit written to (\S+)")
_SLOW: Final = "slow-unit-"  # told by the fuzzer's own clock, which counts the checks and whoever else is at work


class Result(NamedTuple):
    """What one target came to; `slowest_ms` is of processor time, while branches are counted."""

    target: str
    inputs: int
    seconds: int
    branches: int
    peak_mb: int
    slowest_ms: float
    found: list[str]
    exit_code: int


def main() -> int:
    """0 where nothing was found."""
    options = _options()
    results = []
    for name in options.targets or TARGETS:
        _say(f"{name:12} for {options.seconds} s, says meanwhile: {(_FOLDER / name / 'log').relative_to(_ROOT)}")
        result = _run(name, options.seconds)
        results.append(result)
        _say(
            f"{name:12} {result.inputs:>10,} inputs {result.seconds:>6} s {result.branches:>6} branches "
            f"{result.peak_mb:>6} MB {result.slowest_ms:>7.0f} ms slowest  {'FAILED' if result.exit_code else 'ok'}"
        )
        for file in result.found:
            _say(f"    {file}: python -m tests.fuzz.target {name} {(_FOLDER / name).relative_to(_ROOT)} {file}")
        if result.exit_code:
            _say(f"    what it said: {(_FOLDER / name / 'log').relative_to(_ROOT)}")
    _say(f"{'all':12} {sum(result.inputs for result in results):>10,} inputs")
    _RESULTS.write_text(json.dumps([result._asdict() for result in results], indent=2) + "\n")
    return int(any(result.exit_code for result in results))


def _run(name: str, seconds: int) -> Result:
    folder = _FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    command = [sys.executable, "-m", "tests.fuzz.target", name, str(folder), "--seconds", str(seconds)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=_ROOT, stdout=log, stderr=subprocess.STDOUT)
        exit_code = process.wait()
    clear(process.pid)
    said = (folder / "log").read_text(errors="replace")
    stats = dict(_STATS.findall(said))
    branches = _BRANCHES.findall(said)
    slowest = folder / "slowest.ms"
    return Result(
        target=name,
        inputs=int(stats.get("number_of_executed_units", 0)),
        seconds=round(time.monotonic() - began),
        branches=int(branches[-1]) if branches else 0,
        peak_mb=int(stats.get("peak_rss_mb", 0)),
        slowest_ms=float(slowest.read_text()) if slowest.exists() else 0.0,
        found=[file for file in _FOUND.findall(said) if _SLOW not in file],
        exit_code=exit_code,
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], help="all, if none is named")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
