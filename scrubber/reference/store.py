"""Finding the reference data, opening it, and picking the release that a date falls into."""

import datetime as dt
import os
from bisect import bisect_right
from pathlib import Path

from scrubber.reference.dated import changes
from scrubber.reference.descriptions import COLUMNS as DESCRIPTION_COLUMNS
from scrubber.reference.descriptions import SEVENTH_COLUMNS, Descriptions
from scrubber.reference.diagnoses import COLUMNS, Diagnoses
from scrubber.reference.errors import ReferenceDataError
from scrubber.reference.exclusions import Exclusions
from scrubber.reference.lines import SortedLines
from scrubber.reference.manifest import LoadedTable, TableInfo, read_tables
from scrubber.reference.memo import Budget
from scrubber.reference.procedures import HCPCS_COLUMNS, Procedures
from scrubber.reference.release import Release, Tables
from scrubber.reference.small import read_modifiers, read_places
from scrubber.reference.starter import read_edits
from scrubber.shipped import NotShippedError, shipped_folder

VARIABLE = "SCRUBBER_REFERENCE_DATA"
_DATES_KEPT = 10_000


def data_folder() -> Path:
    """Where the reference data is: as the environment says, else in the installed package, else in the checkout.

    ReferenceDataError when it is in none of these places.
    """
    if named := os.environ.get(VARIABLE):
        if not (Path(named) / "manifest.toml").is_file():
            raise ReferenceDataError(f"{VARIABLE} names {named}, where there is no manifest.toml. Correct or unset it.")
        return Path(named)
    try:
        return shipped_folder("reference_data")
    except NotShippedError as error:
        raise ReferenceDataError(f"{error} Or set {VARIABLE} to a folder that has it.") from None


class Reference:
    """Every table that is loaded.

    Attributes:
        folder: where they were read from.
        digest: identity of all that was read.
        tables: provenance of each, as the manifests list them.
    """

    def __init__(
        self, folder: Path, digest: str, tables: Tables, days: set[dt.date], diagnosis_days: set[dt.date]
    ) -> None:
        """`days`: those on which any table changes; `diagnosis_days`: those on which a table of diagnoses does."""
        self.folder = folder
        self.digest = digest
        self.tables: tuple[TableInfo, ...] = tuple(tables.infos.values())
        self._tables = tables
        self._days = sorted(days)
        self._diagnosis_days = sorted(diagnosis_days)
        self._by_diagnoses: dict[int, Release] = {}
        self._budget = Budget()
        self._releases: dict[int, Release] = {}
        self._by_day: dict[dt.date, Release] = {}

    def on(self, day: dt.date) -> Release:
        """The release that `day` falls into: the same object for every day of it."""
        release = self._by_day.get(day)
        if release is None:
            position = bisect_right(self._days, day)
            release = self._releases.get(position)
            if release is None:
                era = bisect_right(self._diagnosis_days, day)
                release = Release(self._tables, day, self._budget, self._by_diagnoses.get(era))
                self._by_diagnoses.setdefault(era, release)
                self._releases[position] = release
            if len(self._by_day) >= _DATES_KEPT:
                self._by_day.clear()
            self._by_day[day] = release
        return release


def load(folder: Path | None = None) -> Reference:
    """The reference data in `folder`, else in `data_folder()`. ReferenceDataError when it cannot be used."""
    folder = folder or data_folder()
    loaded, digest = read_tables(folder)
    infos = {kind: table.info for kind, table in loaded.items()}
    edits = read_edits(loaded)
    hcpcs = _sorted_lines(loaded, "hcpcs", HCPCS_COLUMNS) if "hcpcs" in loaded else None
    notes = loaded.get("icd10cm-excludes1")
    places, modifiers = _table(loaded, "pos"), _table(loaded, "modifiers")
    tables = Tables(
        infos,
        Procedures(edits, hcpcs, infos),
        Diagnoses(
            _sorted_lines(loaded, "icd10cm", COLUMNS),
            Descriptions(
                _sorted_lines(loaded, "icd10cm-descriptions", DESCRIPTION_COLUMNS),
                _sorted_lines(loaded, "icd10cm-seventh", SEVENTH_COLUMNS),
            ),
            Exclusions(notes.info.file, notes.content) if notes else None,
        ),
        read_modifiers(modifiers.info.file, modifiers.content),
        read_places(places.info.file, places.content),
    )
    diagnosis_days: set[dt.date] = set()
    days = set(edits.days)
    for kind, info in infos.items():
        changing = {*info.changes, *changes(info.starts, info.ends)}
        days |= changing
        if kind.startswith("icd10cm"):
            diagnosis_days |= changing
    return Reference(folder, digest, tables, days, diagnosis_days)


def _table(loaded: dict[str, LoadedTable], kind: str) -> LoadedTable:
    table = loaded.get(kind)
    if table is None:
        raise ReferenceDataError(f"No table of kind {kind!r} in the manifests. Install the reference data again.")
    return table


def _sorted_lines(loaded: dict[str, LoadedTable], kind: str, columns: tuple[str, ...]) -> SortedLines:
    table = _table(loaded, kind)
    return SortedLines(table.content, columns, table.info.file)
