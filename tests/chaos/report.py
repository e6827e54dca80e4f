"""What a run came to: a table on the terminal, `build/chaos.json` for whoever compares."""

import json
import statistics
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from tests.chaos.faults import Outcome
from tests.chaos.verifier import Judgement

FILE: Final = Path("build/chaos.json")


def summary(
    *,
    broker: str,
    seed: int,
    kills: int,
    seconds: float,
    claims: int,
    outcomes: Iterable[Outcome],
    judgement: Judgement,
) -> dict[str, Any]:
    """The run as JSON; times in seconds."""
    by_kind: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_kind[outcome.kind].append(outcome)
    return {
        "broker": broker,
        "seed": seed,
        "seconds": round(seconds, 1),
        "claims": claims,
        "answers": dict(sorted(judgement.answers.items())),
        **judgement.faults,
        "faults": sum(map(len, by_kind.values())),
        "kills": kills,
        "by_kind": {
            kind: {
                "faults": len(found),
                "recovery": _spread([outcome.recovery for outcome in found]),
                "idle": _spread([outcome.idle for outcome in found]),
            }
            for kind, found in sorted(by_kind.items())
        },
    }


def lines(run: dict[str, Any]) -> list[str]:
    """The same for eyes."""
    wrongs = ", ".join(f"{run[name]} {name.replace('_', ' ')}" for name in Judgement().faults)
    what = f"{run['broker']}, seed {run['seed']}: {run['claims']} claims, {run['faults']} faults, {run['kills']} kills"
    table = [
        f"chaos: {what}, {run['seconds']:.0f} s: {wrongs}",
        f"  {'fault':<22}{'times':>6}   {'recovery p50':>13}{'p90':>7}{'max':>7}   {'idle p50':>9}{'p90':>7}{'max':>7}",
    ]
    for kind, found in run["by_kind"].items():
        recovery, idle = found["recovery"], found["idle"]
        table.append(
            f"  {kind:<22}{found['faults']:>6}   {recovery['p50']:>13.1f}{recovery['p90']:>7.1f}{recovery['max']:>7.1f}"
            f"   {idle['p50']:>9.1f}{idle['p90']:>7.1f}{idle['max']:>7.1f}"
        )
    return table


def write(name: str, run: dict[str, Any]) -> None:
    """Put the run into the file, under its name, beside what other runs have put there."""
    found = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    found[name] = run
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "p50": round(statistics.median(ordered), 2),
        "p90": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.9))], 2),
        "max": round(ordered[-1], 2),
    }
