"""Finding the reference data, opening it, and picking the release that a date falls into."""

import datetime as dt
import os
from bisect import bisect_right
from pathlib import Path

from msgspec.structs import replace

from scrubber.reference.bundle.imported import ImportedTables
from scrubber.reference.edits import ADD_ON_COLUMNS, FEE_COLUMNS, MUE_COLUMNS, Edits, add_on, limit, priced
from scrubber.reference.errors import ReferenceDataError
from scrubber.reference.manifest import TableInfo, read_tables
from scrubber.reference.memo import Budget
from scrubber.reference.procedures import HCPCS_COLUMNS, Procedures
from scrubber.reference.release import Release, Tables
from scrubber.reference.shelf import Shelf
from scrubber.reference.small import TAXONOMY_COLUMNS, read_modifiers, read_places
from scrubber.reference.starter import Starter
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
    """Every table that is loaded, as claims of professionals are judged by them.

    Attributes:
        folder: where the shipped ones were read from.
        bundle: the file of the imported ones, None when there is none.
        digest: identity of all that was read.
        tables: provenance of each.
        hospital: the same with the NCCI tables for outpatient hospital services, by which institutional claims are
            judged; None in itself.
    """

    def __init__(
        self,
        tables: Tables,
        days: set[dt.date],
        *,
        folder: Path,
        bundle: Path | None,
        digest: str,
        hospital: "Reference | None" = None,
    ) -> None:
        """`days`: those on which something changes that the tables' own provenance does not tell."""
        self.folder = folder
        self.bundle = bundle
        self.digest = digest
        self.hospital = hospital
        self.tables: tuple[TableInfo, ...] = tuple(info for each in tables.every.values() for info, _ in each)
        self._tables = tables
        self._days = sorted(days.union(*(each.days() for each in tables.every.values())))
        diagnosis_days = [each.days() for kind, each in tables.every.items() if kind.startswith("icd10cm")]
        self._diagnosis_days = sorted(set().union(*diagnosis_days))
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


def load(folder: Path | None = None, bundle: Path | None = None) -> Reference:
    """The reference data in `folder` (else in `data_folder()`), and what was imported into `bundle`.

    ReferenceDataError when any of it cannot be used.
    """
    folder = folder or data_folder()
    loaded, digest = read_tables(folder)
    starter = Starter(loaded)
    imported = ImportedTables(bundle) if bundle else None
    shelf = Shelf(loaded, imported)
    edits = Edits(
        validity=starter.validity(),
        support=starter.support(),
        documentation=starter.documentation(),
        sex=starter.sex(),
        limits=shelf.rows("mue", starter.limits, MUE_COLUMNS, limit),
        add_ons=shelf.rows("add-on", starter.add_ons, ADD_ON_COLUMNS, add_on),
        prices=shelf.rows("fee-schedule", starter.prices, FEE_COLUMNS, priced),
        pairs=shelf.pairs("ptp", starter.pairs),
        hcpcs=shelf.lines("hcpcs", HCPCS_COLUMNS),
    )
    tables = Tables(
        shelf.every,
        Procedures(edits, shelf.every),
        shelf.diagnoses(),
        shelf.read("modifiers", read_modifiers),
        shelf.read("pos", read_places),
        shelf.lines("taxonomy", TAXONOMY_COLUMNS),
    )
    if imported:
        digest = f"{digest}.{imported.bundle.digest}"
    hospital = Reference(_for_hospitals(tables, shelf), starter.days, folder=folder, bundle=bundle, digest=digest)
    return Reference(tables, starter.days, folder=folder, bundle=bundle, digest=digest, hospital=hospital)


def _for_hospitals(tables: Tables, shelf: Shelf) -> Tables:
    """The tables with NCCI's edits for outpatient hospital services in place of those for practitioners."""
    pairs, limits = shelf.pairs("ptp-hospital"), shelf.rows("mue-outpatient", None, MUE_COLUMNS, limit)
    every = {kind: each for kind, each in shelf.every.items() if kind not in ("ptp", "mue")}
    every |= {"ptp": pairs} if pairs else {}
    every |= {"mue": limits} if limits else {}
    edits = replace(tables.procedures.edits, pairs=pairs, limits=limits)
    return Tables(every, Procedures(edits, every), tables.diagnoses, tables.modifiers, tables.places, tables.taxonomies)
