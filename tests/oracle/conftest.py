"""CMS's files at full size, imported as a user would, and a count of what was held against them.

`make oracle` runs what is here. It takes minutes, so `make test` leaves it out (see `testpaths` in pyproject.toml).
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

from scrubber.reference.importing import Job, run
from tests.bench.tables import FILES
from tests.oracle import published
from tests.oracle.scrubbing import Scrubbers, write_policies

VARIABLE = "SCRUBBER_CMS_FILES"
REPORT = Path(__file__).parents[2] / "build" / "oracle.json"
_SHOWN = 20
_MINUTES = 30


@dataclass
class Tally:
    """What one table was asked: rows that were checked, and the disagreements in words (codes and dates only)."""

    name: str
    rows: int = 0
    disagreements: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def check(self, agrees: bool, what: str) -> None:
        if not agrees:
            self.disagreements.append(what)


_TALLIES: pytest.StashKey[list[Tally]] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_TALLIES] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.oracle)
            item.add_marker(pytest.mark.timeout(_MINUTES * 60))


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Tally]]:
    """Gives the count of a table of that name; the test fails if it holds a disagreement in the end."""
    opened: list[Tally] = []
    begun = time.perf_counter()

    def opening(name: str) -> Tally:
        opened.append(Tally(name))
        return opened[-1]

    yield opening
    for each in opened:
        each.seconds = round((time.perf_counter() - begun) / len(opened), 1)
        request.config.stash[_TALLIES].append(each)
    for each in opened:
        wrong = len(each.disagreements)
        assert not wrong, f"{each.name}: {wrong} disagreements: {'; '.join(each.disagreements[:_SHOWN])}"
        assert each.rows, f"{each.name}: nothing was checked"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    opened = config.stash[_TALLIES]
    tallies = sorted(opened, key=lambda each: each.name)
    if not tallies:
        return
    total = Tally("total", sum(each.rows for each in tallies), seconds=sum(each.seconds for each in tallies))
    total.disagreements = [one for each in tallies for one in each.disagreements]
    terminalreporter.section("held against the published files")
    terminalreporter.write_line(f"{'table':64} {'rows':>10} {'disagree':>9} {'seconds':>8}")
    for each in (*tallies, total):
        terminalreporter.write_line(
            f"{each.name:64} {each.rows:>10,} {len(each.disagreements):>9,} {each.seconds:>8.1f}"
        )
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(
        json.dumps({"tables": [_counted(each) for each in tallies], "total": _counted(total)}, indent=2) + "\n"
    )
    terminalreporter.write_line(f"written to build/{REPORT.name}")


def _counted(tally: Tally) -> dict[str, object]:
    return asdict(tally) | {"disagreements": len(tally.disagreements), "seconds": round(tally.seconds, 1)}


@pytest.fixture(scope="session")
def cms_files() -> Path:
    """The folder of published files."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        pytest.skip(f"{VARIABLE} does not name the folder of CMS's published files")
    return Path(folder)


@pytest.fixture(scope="session")
def bundle(cms_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every table at full size."""
    return _imported(cms_files, FILES, tmp_path_factory)


@pytest.fixture(scope="session")
def other_bundle(cms_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few edits with their true dates, and HCPCS in its other layout."""
    names = ("ptp/ptp_17000_17004_subset_2026q3.cmsformat.txt", "hcpcs/2019-Alpha-Numeric-HCPCS-File.zip")
    return _imported(cms_files, names, tmp_path_factory)


def _imported(folder: Path, names: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("bundle") / "reference.bundle"
    for name in names:
        kind = "ptp-practitioner" if name.startswith("ptp/") else None
        reports = run(Job([folder / name], kind=kind), place)
        assert not any(report.refused for report in reports), name
    return place


@pytest.fixture(scope="session")
def edits(cms_files: Path) -> published.Edits:
    """Every row of the PTP file."""
    return published.pairs(cms_files / "ptp/ccipra-2024q3-assembled.txt.xz")


@pytest.fixture(scope="session")
def scrubbers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scrubbers]:
    policies = tmp_path_factory.mktemp("payers")
    write_policies(policies)
    made = Scrubbers(policies)
    yield made
    made.close()
