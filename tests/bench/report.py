"""The table on the terminal and the file for machines."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from .plan import AIMS, Reading, Row


@dataclass(frozen=True, slots=True)
class Result:
    """All rounds of a row; figures are medians over them."""

    row: Row
    readings: Sequence[Reading]

    @property
    def per_second(self) -> float:
        """Claims a second."""
        return median(reading.per_second for reading in self.readings)

    @property
    def cpu_us(self) -> float | None:
        """CPU microseconds of the measured process for each claim, over all its threads."""
        known = [reading.cpu_seconds / reading.claims for reading in self.readings if reading.cpu_seconds is not None]
        return median(known) * 1e6 if known else None

    def as_json(self) -> dict[str, Any]:
        """One entry of `rows`."""
        return {
            "name": self.row.name,
            "what": self.row.what,
            "claims_per_second": round(self.per_second, 1),
            "us_per_claim": round(1e6 / self.per_second, 2),
            "cpu_us_per_claim": None if self.cpu_us is None else round(self.cpu_us, 2),
            "claims": self.readings[0].claims,
            "rounds": [round(reading.per_second, 1) for reading in self.readings],
        }


def ratios(results: Sequence[Result]) -> dict[tuple[str, str], float]:
    """Ratios of claims a second, for the pairs of `AIMS` of which both rows were run."""
    speed = {result.row.name: result.per_second for result in results}
    return {(top, under): speed[top] / speed[under] for top, under in AIMS if top in speed and under in speed}


def machine() -> dict[str, Any]:
    """Where the figures come from; the load tells whether others were at work."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "load_before": round(os.getloadavg()[0], 2),
    }


def write(path: Path, results: Sequence[Result], about: Mapping[str, Any]) -> None:
    """The file for machines: `rows`, `ratios`, and what is needed to judge them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "rows": [result.as_json() for result in results],
        "ratios": {f"{top}/{under}": round(value, 2) for (top, under), value in ratios(results).items()},
        **about,
    }
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def show(console: Console, results: Sequence[Result], about: Mapping[str, Any]) -> None:
    """The table for people."""
    table = Table(title="The same claims, one process each; median of the rounds; us: per claim", title_justify="left")
    table.add_column("row", no_wrap=True)
    for heading in ("claims/s", "from-to", "us", "CPU us", "claims"):
        table.add_column(heading, justify="right", no_wrap=True)
    for result in results:
        speeds = [reading.per_second for reading in result.readings]
        table.add_row(
            result.row.name,
            f"{result.per_second:,.0f}",
            f"{min(speeds):,.0f}-{max(speeds):,.0f}",
            f"{1e6 / result.per_second:,.1f}",
            "" if result.cpu_us is None else f"{result.cpu_us:,.1f}",
            f"{result.readings[0].claims:,}",
        )
    console.print(table)
    console.print(_ratio_table(results))
    console.print(
        f"Broker: {about['broker']}. Claims: {about['claim_bytes']:,} bytes on average, {about['clean']:.0%} clean. "
        f"{about['machine']['cores']} cores, Python {about['machine']['python']}, "
        f"load {about['machine']['load_before']} before the run.",
        highlight=False,
    )


def _ratio_table(results: Sequence[Result]) -> Table:
    table = Table(title="Ratios of claims/s", title_justify="left")
    table.add_column("ratio")
    table.add_column("measured", justify="right")
    table.add_column("aim", justify="right")
    for pair, value in ratios(results).items():
        aim = AIMS[pair]
        verdict = "" if aim is None else f"at least {aim:g}: {'yes' if value >= aim else 'no'}"
        table.add_row(" / ".join(pair), f"{value:.2f}", verdict)
    return table
