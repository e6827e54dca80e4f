"""What a bundle holds: tables that a user imported, each with where it came from."""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from scrubber.reference.bundle.container import Bundle, BundleError, Section, write_bundle
from scrubber.reference.bundle.pairs import PairTable
from scrubber.reference.manifest import TableInfo

LINES = "lines"
"""The section of a table that is kept as sorted lines of text."""


class Imported(msgspec.Struct, frozen=True, eq=False):
    """One imported table.

    Attributes:
        info: its provenance.
        left_out: rows of the file that were not kept, counted by reason.
        rationales: texts that the rows of pairs give by number.
    """

    info: TableInfo
    left_out: dict[str, int] = {}
    rationales: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What tells it apart from the others: another import of the same replaces it."""
        return f"{self.info.kind}/{self.info.release}"


class _About(msgspec.Struct, frozen=True):
    tables: tuple[Imported, ...]


class ImportedTables:
    """An open bundle. BundleError when it is damaged or of another version."""

    def __init__(self, path: Path) -> None:
        self.bundle = Bundle(path)
        try:
            self.tables = msgspec.convert(self.bundle.about, _About).tables
        except msgspec.ValidationError:
            raise BundleError(path, "its directory does not describe tables") from None

    def tables_of(self, kind: str) -> list[Imported]:
        """Those of one kind."""
        return [table for table in self.tables if table.info.kind == kind]

    def lines(self, table: Imported) -> bytes:
        """The content of a table that is kept as lines, the column names first."""
        return bytes(self.bundle[f"{table.key}/{LINES}"])

    def pairs(self, table: Imported) -> PairTable:
        """A table of procedure-to-procedure edits."""
        return PairTable(self.sections(table), table.rationales)

    def sections(self, table: Imported) -> dict[str, Section]:
        """Every section of a table, by its name within the table."""
        prefix = f"{table.key}/"
        return {name.removeprefix(prefix): self.bundle[name] for name in self.bundle.names() if name.startswith(prefix)}


def add_tables(path: Path, tables: Mapping[Imported, Mapping[str, Section]]) -> int:
    """Put tables with their sections into the bundle at `path` beside those that are there.

    One of the same key is replaced. Returns the bundle's size in bytes. A bundle that is damaged is not written over:
    BundleError.
    """
    with _alone(path):
        kept: list[Imported] = []
        every: dict[str, Section] = {}
        if path.exists():
            old = ImportedTables(path)
            coming = {table.key for table in tables}
            kept = [each for each in old.tables if each.key not in coming]
            for each in kept:
                every |= _named(each, old.sections(each))
        for table, sections in tables.items():
            every |= _named(table, sections)
        return write_bundle(path, _described([*kept, *tables]), every)


def remove_table(path: Path, key: str) -> bool:
    """Take the table of that key out of the bundle; False when there is none."""
    with _alone(path):
        old = ImportedTables(path)
        kept = [each for each in old.tables if each.key != key]
        if len(kept) == len(old.tables):
            return False
        every: dict[str, Section] = {}
        for each in kept:
            every |= _named(each, old.sections(each))
        write_bundle(path, _described(kept), every)
        return True


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait until nobody else writes the bundle: of two imports at once the later would undo the earlier.

    The lock is a file beside the bundle, which is itself replaced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _named(table: Imported, sections: Mapping[str, Section]) -> dict[str, Section]:
    return {f"{table.key}/{name}": section for name, section in sections.items()}


def _described(tables: list[Imported]) -> Any:  # noqa: ANN401  as JSON
    ordered = sorted(tables, key=lambda each: each.key)
    return msgspec.to_builtins(_About(tuple(ordered)))
