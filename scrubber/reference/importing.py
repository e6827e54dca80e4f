"""Published files into the bundle: read, compiled, and put beside what is there, in one step at the end."""

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from msgspec.structs import replace

from scrubber.reference.bundle.imported import Imported, ImportedTables, add_tables
from scrubber.reference.compiling import Compiled, Origin, compile_rows
from scrubber.reference.errors import ReferenceDataError, SourceError
from scrubber.reference.importers.catalog import read
from scrubber.reference.importers.document import Progress
from scrubber.reference.importers.parsed import Parsed
from scrubber.reference.manifest import TableInfo
from scrubber.reference.store import data_folder

_CMS: Final = "Centers for Medicare & Medicaid Services"
_AMA: Final = "published by CMS under the AMA's notice; not to be passed on"
_FREE: Final = "US Government work, public domain"


class Kind(NamedTuple):
    """What is said of the tables of a kind of file: the table's kind, and words for a reader of a verdict."""

    table: str
    source: str
    publisher: str = _CMS
    licence: str = _AMA


KINDS: Final = {
    "ptp-practitioner": Kind("ptp", "NCCI PTP practitioner"),
    "ptp-hospital": Kind("ptp-hospital", "NCCI PTP outpatient hospital"),
    "mue-practitioner": Kind("mue", "NCCI MUE practitioner"),
    "mue-outpatient": Kind("mue-outpatient", "NCCI MUE outpatient hospital"),
    "mue-dme": Kind("mue-dme", "NCCI MUE DME"),
    "add-on": Kind("add-on", "NCCI add-on codes"),
    "fee-schedule": Kind("fee-schedule", "Medicare fee schedule"),
    "hcpcs": Kind("hcpcs", "HCPCS Level II", licence=_FREE),
    "icd10cm-order": Kind("icd10cm", "ICD-10-CM", "National Center for Health Statistics, CDC", _FREE),
    "icd10cm-tabular": Kind(
        "icd10cm-descriptions", "ICD-10-CM tabular list", "National Center for Health Statistics, CDC", _FREE
    ),
    "pos": Kind("pos", "CMS place of service codes", licence=_FREE),
    "taxonomy": Kind("taxonomy", "NUCC taxonomy", "National Uniform Claim Committee", "NUCC; not to be passed on"),
    "carc": Kind("carc", "CARC list", "X12", "codes and dates only"),
    "rarc": Kind("rarc", "RARC list", "X12 and CMS", "codes and dates only"),
}
"""The kinds of the importers."""

_BY_YEAR: Final = frozenset({"icd10cm-order", "icd10cm-tabular"})
_PARTS: Final = re.compile(r"-f(\d)\b", re.IGNORECASE)
_QUARTER: Final = re.compile(r"(20\d\d) ?Q([1-4])", re.IGNORECASE)
_RVU: Final = re.compile(r"RVU(\d\d)([A-D])", re.IGNORECASE)
_VERSION: Final = re.compile(r"v(\d\d)\.([0-3])", re.IGNORECASE)
_FISCAL: Final = re.compile(r"FY ?(20\d\d)", re.IGNORECASE)
_MONTH: Final = re.compile(r"(January|April|July|October) (20\d\d)")
_MONTHS: Final = {"January": 1, "April": 4, "July": 7, "October": 10}


class Report(NamedTuple):
    """What became of one release of one kind.

    Attributes:
        tables: what was made, main table first.
        files: names of the files it came from.
        kept, refused, left_out: rows of the files; the latter two by reason.
        first_refused: reason -> (file, line, what was found) of the first rows.
        replaced: tables of the same kind and release that were in the bundle before.
    """

    kind: str
    tables: tuple[Imported, ...]
    files: tuple[str, ...]
    kept: int
    refused: Counter[str]
    left_out: Counter[str]
    first_refused: dict[str, list[tuple[str, int, str | None]]]
    replaced: tuple[Imported, ...]


class Job(NamedTuple):
    """One import. `first_day`: of the release, where neither the file nor its name for the release tells."""

    files: Sequence[Path]
    kind: str | None = None
    release: str | None = None
    first_day: dt.date | None = None
    partial: bool = False


def run(
    job: Job,
    bundle: Path,
    *,
    progress: Callable[[Path], Progress] | None = None,
    on_refusal: Callable[[str, int, str], None] | None = None,
) -> list[Report]:
    """Import files into `bundle`. Files of one kind and release, such as the four of a PTP quarter, make one table.

    Nothing is written unless every file is good: SourceError or ReferenceDataError says what is not.
    """
    groups: dict[tuple[str, str], list[tuple[Path, Parsed]]] = {}
    for file in job.files:
        parsed = read(
            file,
            job.kind,
            progress=progress(file) if progress else None,
            on_refusal=_naming(file, on_refusal) if on_refusal else None,
        )
        release = job.release or parsed.release
        if release is None:
            raise SourceError(file.name, None, "a file that tells its release", "Give --release, such as 2026Q3.")
        groups.setdefault((parsed.kind, release), []).append((file, parsed))
    made: Compiled = {}
    reports = []
    before = ImportedTables(bundle).tables if bundle.exists() else ()
    for (kind, release), parts in groups.items():
        complete = _all_parts([file for file, _ in parts]) or _only_if_partial(job, parts[0][0])
        compiled = compile_rows(
            kind,
            chain.from_iterable(parsed.rows for _, parsed in parts),
            Origin(_info(kind, release, job.first_day, parts, complete=complete), data_folder()),
        )
        left_out = Counter[str]()
        for _, parsed in parts:
            left_out += parsed.left_out + parsed.refused.counts
        compiled = {replace(table, left_out=dict(left_out)): sections for table, sections in compiled.items()}
        keys = {table.key for table in compiled}
        # Two files may make one table, as both of ICD-10-CM's tell what codes mean: the one named last has it.
        made = {table: sections for table, sections in made.items() if table.key not in keys} | compiled
        reports.append(_report(kind, compiled, parts, tuple(table for table in before if table.key in keys)))
    add_tables(bundle, made)
    return reports


def _naming(file: Path, on_refusal: Callable[[str, int, str], None]) -> Callable[[int, str], None]:
    return lambda line, reason: on_refusal(file.name, line, reason)


def _report(
    kind: str, compiled: Iterable[Imported], parts: list[tuple[Path, Parsed]], replaced: tuple[Imported, ...]
) -> Report:
    refused, left_out = Counter[str](), Counter[str]()
    first: dict[str, list[tuple[str, int, str | None]]] = {}
    for file, parsed in parts:
        refused += parsed.refused.counts
        left_out += parsed.left_out
        for reason, rows in parsed.refused.first.items():
            first.setdefault(reason, []).extend((file.name, line, found) for line, found in rows)
    kept = sum(parsed.kept for _, parsed in parts)
    names = tuple(parsed.source_name for _, parsed in parts)
    return Report(kind, tuple(compiled), names, kept, refused, left_out, first, replaced)


def _info(
    kind: str, release: str, first_day: dt.date | None, parts: list[tuple[Path, Parsed]], *, complete: bool
) -> TableInfo:
    about = KINDS[kind]
    parsed = parts[0][1]
    edition = first_day or _first_day(release) or parsed.starts
    if edition is None:
        raise SourceError(
            parts[0][0].name, None, "a release whose first day is known", "Give --from, such as --from 2026-07-01."
        )
    # What a later release changes is not known, but what this one says is the best that is known until then.
    starts: dt.date | None = parsed.starts or edition
    ends: dt.date | None = None
    if kind in _BY_YEAR:
        ends = parsed.ends or dt.date(edition.year + 1, 9, 30)
    elif kind == "hcpcs":
        starts, ends = parsed.starts, parsed.ends or edition.replace(year=edition.year + 1) - dt.timedelta(days=1)
    return TableInfo(
        kind=about.table,
        file=", ".join(parsed.source_name for _, parsed in parts),
        source=about.source,
        release=release,
        publisher=about.publisher,
        licence=about.licence,
        complete=complete,
        starts=starts,
        ends=ends,
        edition=edition,
        imported=True,
        source_file=", ".join(file.name for file, _ in parts),
        source_sha256=" ".join(_sha256(file) for file, _ in parts),
    )


def _first_day(release: str) -> dt.date | None:
    """The first day of a release by what it is called, None for a name of another form."""
    if found := _QUARTER.fullmatch(release):
        return dt.date(int(found[1]), int(found[2]) * 3 - 2, 1)
    if found := _RVU.fullmatch(release):
        return dt.date(2000 + int(found[1]), "ABCD".index(found[2].upper()) * 3 + 1, 1)
    if found := _VERSION.fullmatch(release):
        # Versions of NCCI count years from 1994: v32.0 is the first quarter of 2026.
        return dt.date(1994 + int(found[1]), int(found[2]) * 3 + 1, 1)
    if found := _FISCAL.match(release):
        return dt.date(int(found[1]) - 1, 10, 1)
    if found := _MONTH.fullmatch(release):
        return dt.date(int(found[2]), _MONTHS[found[1]], 1)
    return dt.date(int(release), 1, 1) if re.fullmatch(r"20\d\d", release) else None


def _all_parts(files: list[Path]) -> bool:
    """Whether the files that CMS numbers f1, f2 and so on are all there; a file without number is whole."""
    numbers = sorted(int(found[1]) for file in files if (found := _PARTS.search(file.name)))
    return not numbers or (len(numbers) > 1 and numbers == list(range(1, numbers[-1] + 1)))


def _only_if_partial(job: Job, file: Path) -> bool:
    if not job.partial:
        raise ReferenceDataError(
            f"{file.name}: CMS publishes this release in several files, f1, f2 and so on. Name all of them in one "
            "command, or give --partial to go on with these; codes that they do not list are then not checked."
        )
    return False


def _sha256(file: Path) -> str:
    with file.open("rb") as stored:
        return hashlib.file_digest(stored, "sha256").hexdigest()
