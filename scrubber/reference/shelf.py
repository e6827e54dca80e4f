"""All loaded tables by kind: those that ship and those that were imported, as editions of one another."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from scrubber.reference import descriptions
from scrubber.reference.bundle.imported import ImportedTables
from scrubber.reference.bundle.pairs import PairTable
from scrubber.reference.descriptions import Descriptions
from scrubber.reference.diagnoses import COLUMNS, Diagnoses
from scrubber.reference.editions import Editions
from scrubber.reference.edits import ByCode, LinesByCode, WholeByCode
from scrubber.reference.errors import ReferenceDataError
from scrubber.reference.exclusions import Exclusions
from scrubber.reference.lines import SortedLines
from scrubber.reference.manifest import LoadedTable, TableInfo

T = TypeVar("T")
R = TypeVar("R")
_KEPT_WHOLE = ("procedures", "necessity", "documentation", "sex")
"""Kinds that are asked without regard to editions: only starter tables of them exist."""


class Shelf:
    """Makes editions of each kind. `every` collects what was made, by kind."""

    def __init__(self, shipped: Mapping[str, LoadedTable], imported: ImportedTables | None) -> None:
        self._shipped = shipped
        self._imported = imported
        self.every: dict[str, Editions[Any]] = {
            kind: Editions([(shipped[kind].info, None)]) for kind in _KEPT_WHOLE if kind in shipped
        }

    def rows(
        self,
        kind: str,
        starter: Callable[[], Mapping[str, Sequence[R]]] | None,
        columns: tuple[str, ...],
        make: Callable[[list[str]], R],
    ) -> Editions[ByCode[R]]:
        """Tables of edits: the starter table, read by `starter`, and imported ones of these columns."""
        tables: list[tuple[TableInfo, ByCode[R]]] = []
        if starter and kind in self._shipped:
            tables.append((self._shipped[kind].info, WholeByCode(starter())))
        for info, content in self._imported_lines(kind):
            tables.append((info, LinesByCode(SortedLines(content, columns, info.label), make)))
        return self._keep(kind, tables)

    def pairs(self, kind: str, starter: Callable[[], PairTable] | None = None) -> Editions[PairTable]:
        """Procedure-to-procedure edits."""
        tables: list[tuple[TableInfo, PairTable]] = []
        if starter and kind in self._shipped:
            tables.append((self._shipped[kind].info, starter()))
        if self._imported:
            tables += [(each.info, self._imported.pairs(each)) for each in self._imported.tables_of(kind)]
        return self._keep(kind, tables)

    def lines(self, kind: str, columns: tuple[str, ...]) -> Editions[SortedLines]:
        """Tables of sorted lines."""
        return self._keep(kind, [(info, SortedLines(text, columns, info.file)) for info, text in self._content(kind)])

    def read(self, kind: str, make: Callable[[str, bytes], T]) -> Editions[T]:
        """Tables that `make` reads whole. ReferenceDataError when there is none of the kind."""
        tables = self._keep(kind, [(info, make(info.file, text)) for info, text in self._content(kind)])
        if not tables:
            raise ReferenceDataError(f"No table of kind {kind!r} in the manifests. Install the reference data again.")
        return tables

    def diagnoses(self) -> Callable[[dt.date], Diagnoses]:
        """Day -> the tables of diagnoses that speak of it; the same object for the same tables."""
        codes = self.lines("icd10cm", COLUMNS)
        texts = self.lines("icd10cm-descriptions", descriptions.COLUMNS)
        seventh = self.lines("icd10cm-seventh", descriptions.SEVENTH_COLUMNS)
        notes = self._keep(
            "icd10cm-excludes1",
            [(info, Exclusions(info.file, text)) for info, text in self._content("icd10cm-excludes1")],
        )
        for kind, tables in (("icd10cm", codes), ("icd10cm-descriptions", texts), ("icd10cm-seventh", seventh)):
            if not tables:
                raise ReferenceDataError(
                    f"No table of kind {kind!r} in the manifests. Install the reference data again."
                )
        made: dict[tuple[int, ...], Diagnoses] = {}

        def on(day: dt.date) -> Diagnoses:
            parts = [each.table(day) or each.every()[0] for each in (codes, texts, seventh)]
            exclusions = notes.table(day)
            key = tuple(map(id, (*parts, exclusions)))
            if key not in made:
                made[key] = Diagnoses(parts[0], Descriptions(parts[1], parts[2]), exclusions)
            return made[key]

        return on

    def _content(self, kind: str) -> list[tuple[TableInfo, bytes]]:
        shipped = self._shipped.get(kind)
        return [*([(shipped.info, shipped.content)] if shipped else []), *self._imported_lines(kind)]

    def _imported_lines(self, kind: str) -> list[tuple[TableInfo, bytes]]:
        imported = self._imported
        if imported is None:
            return []
        return [(each.info, imported.lines(each)) for each in imported.tables_of(kind)]

    def _keep(self, kind: str, tables: list[tuple[TableInfo, T]]) -> Editions[T]:
        made = Editions(tables)
        if made:
            self.every[kind] = made
        return made
