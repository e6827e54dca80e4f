"""The tables of edits that ship: kept by hand and read whole, since they are small. Each row keeps its own dates."""

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping

import msgspec

from scrubber.reference.bundle.pairs import PairTable, compile_pairs
from scrubber.reference.dated import changes, number_of
from scrubber.reference.edits import FEE_COLUMNS, FEE_NUMBERS, AddOn, Limit, Priced, Support, Validity, fees
from scrubber.reference.errors import ReferenceDataError, SourceError
from scrubber.reference.facts import Element
from scrubber.reference.importers.ptp import PtpRow
from scrubber.reference.manifest import LoadedTable
from scrubber.reference.rows import Row, read_rows

Span = tuple[dt.date | None, dt.date | None]


class Starter:
    """The starter tables of one folder. SourceError names the line that is wrong.

    Attributes:
        days: those on which something in them changes.
    """

    def __init__(self, tables: Mapping[str, LoadedTable]) -> None:
        self._tables = tables
        self.days: set[dt.date] = set()

    def validity(self) -> dict[str, list[Validity]]:
        """Code -> from when to when it is known to be valid."""
        found: dict[str, list[Validity]] = {}
        for row in self._rows("procedures", ("code", "kind", "valid_from", "valid_to")):
            span = self._span(row, "valid_from", "valid_to")
            found.setdefault(row.text("code"), []).append(Validity(row.text("kind"), *span))
        return found

    def limits(self) -> dict[str, list[Limit]]:
        """Code -> its unit limits."""
        found: dict[str, list[Limit]] = {}
        for row in self._rows("mue", ("code", "units", "mai", "effective", "ended")):
            span = self._span(row, "effective", "ended")
            found.setdefault(row.text("code"), []).append(Limit(row.number("units"), row.number("mai"), *span))
        return found

    def add_ons(self) -> dict[str, list[AddOn]]:
        """Add-on code -> its primaries."""
        found: dict[str, list[AddOn]] = {}
        for row in self._rows("add-on", ("add_on", "type", "primary", "effective", "deleted")):
            span = self._span(row, "effective", "deleted")
            found.setdefault(row.text("add_on"), []).append(AddOn(row.number("type"), row.maybe("primary"), *span))
        return found

    def prices(self) -> dict[str, list[Priced]]:
        """Code -> its rows of the fee schedule."""
        found: dict[str, list[Priced]] = {}
        for row in self._rows("fee-schedule", (*FEE_COLUMNS, "effective", "ended")):
            span = self._span(row, "effective", "ended")
            named = {column: row.maybe(column) or "" for column in FEE_COLUMNS}
            named |= {column: str(row.number(column)) for column in FEE_NUMBERS}
            found.setdefault(row.text("code"), []).append(Priced(named["modifier"], fees(named), *span))
        return found

    def support(self) -> dict[str, list[Support]]:
        """Procedure -> the diagnoses that support it."""
        found: dict[str, list[Support]] = {}
        for row in self._rows("necessity", ("procedure", "diagnosis_prefix", "source", "effective", "ended")):
            span = self._span(row, "effective", "ended")
            prefix = row.text("diagnosis_prefix").replace(".", "")
            found.setdefault(row.text("procedure"), []).append(Support(prefix, row.text("source"), *span))
        return found

    def sex(self) -> dict[str, str]:
        """Procedure -> the only sex it is performed on."""
        return {row.text("procedure"): row.text("sex") for row in self._rows("sex", ("procedure", "sex"))}

    def pairs(self) -> PairTable:
        """The procedure-to-procedure edits, in the form that the full table has."""
        rows = []
        for row in self._rows("ptp", ("column_1", "column_2", "effective", "deleted", "indicator")):
            indicator = row.number("indicator")
            if indicator not in (0, 1):
                # 9 marks an edit that never was; importers drop such rows.
                raise SourceError(row.file, row.line, "indicator 0 or 1", "Correct the line.")
            effective, deleted = self._span(row, "effective", "deleted")
            if effective is None:
                raise SourceError(row.file, row.line, "a date in column effective", "Correct the line.")
            rows.append(PtpRow(row.text("column_1"), row.text("column_2"), number_of(effective),
                               number_of(deleted) if deleted else 0, indicator, ""))  # fmt: skip
        compiled = compile_pairs(rows)
        return PairTable(compiled.sections, compiled.rationales)

    def documentation(self) -> dict[str, tuple[Element, ...]]:
        """Code -> the elements that its record should hold."""
        table = self._tables.get("documentation")
        if table is None:
            return {}
        try:
            read = msgspec.convert(tomllib.loads(table.content.decode()), _Documentation)
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise ReferenceDataError(f"{table.info.file}: {error}") from None
        return {code: documented.element for documented in read.procedure for code in documented.codes}

    def _rows(self, kind: str, columns: tuple[str, ...]) -> Iterator[Row]:
        if kind in self._tables:
            yield from read_rows(self._tables[kind].info.file, self._tables[kind].content, columns)

    def _span(self, row: Row, start: str, end: str) -> Span:
        first, last = row.date(start), row.date(end)
        if first is not None and last is not None and last < first:
            raise SourceError(row.file, row.line, f"{end} on or after {start}", "Correct the line.")
        self.days.update(changes(first, last))
        return first, last


class _Documented(msgspec.Struct, forbid_unknown_fields=True):
    codes: tuple[str, ...]
    element: tuple[Element, ...]


class _Documentation(msgspec.Struct, forbid_unknown_fields=True):
    procedure: tuple[_Documented, ...]
