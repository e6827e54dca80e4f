"""What each table is, where it comes from and what it covers, as the manifests beside the data say."""

import datetime as dt
import hashlib
import lzma
import tomllib
from pathlib import Path

import msgspec
from msgspec.structs import replace

from scrubber.reference.errors import ReferenceDataError

MANIFESTS = ("manifest.toml", "starter/manifest.toml")
"""Of the built tables, written by the builder; of the starter tables, kept by hand."""


class TableInfo(msgspec.Struct, frozen=True, kw_only=True, rename={"starts": "from", "ends": "to"}):
    """One table's provenance.

    Attributes:
        kind: what it is a table of; several of one kind are editions.
        file: where it stands, relative to the folder of its manifest; for imported tables the file they came from.
        source, release: what is named to a reader of a verdict, such as `MCE` and `v44.0`.
        source_file, source_sha256: the published file that it was built from.
        starts, ends: first and last day it speaks of, both included; None is open.
        rows: lines of data.
        complete: a code that it does not list has no such fact; otherwise nothing is known of the code.
        sha256: of the file as it should be, for built files.
        changes: days on which something in it begins, or no longer holds; for built files.
        subjects: codes of which an incomplete table says all there is: for `ptp` all edits against listed codes; for
            others, a subject that is not listed has no such fact.
        edition: first day of the release, which may be later than `starts` where a file tells its history.
        imported: a user brought it; it goes before what ships.
    """

    kind: str
    file: str
    source: str
    release: str
    publisher: str
    licence: str
    complete: bool
    starts: dt.date | None = None
    ends: dt.date | None = None
    rows: int = 0
    source_file: str | None = None
    source_sha256: str | None = None
    sha256: str | None = None
    changes: tuple[dt.date, ...] = ()
    subjects: tuple[str, ...] = ()
    edition: dt.date | None = None
    imported: bool = False

    @property
    def first_day(self) -> dt.date:
        """What editions are ordered by."""
        return self.edition or self.starts or dt.date.min

    @property
    def label(self) -> str:
        """The source with its release, as findings and coverage name it."""
        return f"{self.source} {self.release}"

    def reaches(self, day: dt.date) -> bool:
        """Whether the table speaks of `day`."""
        return (self.starts is None or self.starts <= day) and (self.ends is None or day <= self.ends)


class _Manifest(msgspec.Struct):
    table: tuple[TableInfo, ...]


class LoadedTable(msgspec.Struct, frozen=True):
    """A table's manifest entry and its file's content, unpacked."""

    info: TableInfo
    content: bytes


def read_tables(folder: Path) -> tuple[dict[str, LoadedTable], str]:
    """Kind -> table, and a digest of everything read. ReferenceDataError when a file is missing or not as described."""
    tables: dict[str, LoadedTable] = {}
    digest = hashlib.blake2b(digest_size=8)
    for name in MANIFESTS:
        manifest = folder / name
        raw = _bytes(manifest)
        digest.update(hashlib.sha256(raw).digest())
        for info in _entries(manifest, raw):
            file = manifest.parent / info.file
            stored = _bytes(file)
            found = hashlib.sha256(stored)
            if info.sha256 not in (None, found.hexdigest()):
                raise ReferenceDataError(
                    f"{file}: not the file that {manifest.name} describes (its SHA-256 differs). Install it again, or "
                    "build it again with python -m scrubber.reference.shipped."
                )
            if info.kind in tables:
                raise ReferenceDataError(f"{manifest}: kind {info.kind!r} stands twice. Remove one.")
            digest.update(found.digest())
            content = _unpacked(file, stored)
            if file.suffix == ".csv":
                # A starter table is kept by hand, so it is counted instead of trusted; the first line holds the names.
                info = replace(info, rows=len(content.splitlines()) - 1)  # noqa: PLW2901
            tables[info.kind] = LoadedTable(info, content)
    return tables, digest.hexdigest()


def _entries(manifest: Path, raw: bytes) -> tuple[TableInfo, ...]:
    try:
        return msgspec.convert(tomllib.loads(raw.decode()), _Manifest).table
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ReferenceDataError(f"{manifest}: {error}") from None


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ReferenceDataError(f"{file}: {error.strerror}. Install the reference data again.") from None


def _unpacked(file: Path, stored: bytes) -> bytes:
    if file.suffix != ".xz":
        return stored
    try:
        return lzma.decompress(stored)
    except lzma.LZMAError:
        raise ReferenceDataError(f"{file}: cannot be unpacked. Install the reference data again.") from None
