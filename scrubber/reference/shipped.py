"""Build the tables that ship from the files that CMS and CDC publish.

    python -m scrubber.reference.shipped FOLDER [--out reference_data]

FOLDER holds the published files, at the paths given below. The same files give the same bytes.
"""

import argparse
import datetime as dt
import hashlib
import lzma
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from scrubber.reference import descriptions, diagnoses, exclusions, procedures, small
from scrubber.reference.dated import changes, compact
from scrubber.reference.errors import ReferenceDataError
from scrubber.reference.importers.excludes1 import read_excludes1
from scrubber.reference.importers.hcpcs import Level2, read_hcpcs
from scrubber.reference.importers.laterality import sides
from scrubber.reference.importers.mce import CodeRow, merge, read_mce
from scrubber.reference.importers.modifiers import combine
from scrubber.reference.importers.pos import read_pos
from scrubber.reference.importers.source import Source
from scrubber.reference.importers.tabular import Tabular, read_tabular
from scrubber.reference.lines import SortedLines

MCE_OLDER = "mce/mce_v43_1_i10_dx_master.csv"
MCE_NEWER = "mce/mce_v44_0_i10_dx_master.csv"
TABULAR = "icd10cm/icd10c-tabular-April-1-2026.xml.xz"
HCPCS = "hcpcs/HCPC2025_OCT_ANWEB.rebuilt.csv"
POS = "pos/pos_codes.csv"
MODIFIERS = "starter/modifiers.csv"
"""Kept by hand, and merged with those of the HCPCS file."""

_CMS = "Centers for Medicare & Medicaid Services"
_CDC = "National Center for Health Statistics, CDC"
_FREE = "US Government work, public domain"
_HEADER = """\
# What each built table is. Written by python -m scrubber.reference.shipped; do not edit.
"""


class Builder:
    """Writes tables into `out`, and a manifest of what it wrote."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._entries: list[str] = []

    def write(self, file: str, columns: Sequence[str], rows: Iterable[Sequence[str]], **facts: object) -> bytes:
        """One table, with the manifest's `facts` about it; gives its content, unpacked."""
        lines = ["\t".join(row) for row in rows]
        content = "".join(f"{line}\n" for line in ["\t".join(columns), *lines]).encode()
        # Settings that do not follow the defaults of the library at hand, so that the bytes do not either.
        filters = [{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 23}]
        packed = file.endswith(".xz")
        stored = lzma.compress(content, check=lzma.CHECK_CRC32, filters=filters) if packed else content
        (self._out / file).write_bytes(stored)
        facts = {"file": file} | facts | {"rows": len(lines), "sha256": hashlib.sha256(stored).hexdigest()}
        self._entries.append("\n".join(["[[table]]", *(f"{key} = {_toml(value)}" for key, value in facts.items())]))
        return content

    def finish(self) -> None:
        """Write the manifest."""
        manifest = "\n".join([_HEADER, *(f"{entry}\n" for entry in self._entries)])
        (self._out / "manifest.toml").write_bytes(manifest.encode())


def build(folder: Path, out: Path) -> list[str]:
    """Build every table from the published files in `folder`; gives what to tell. SourceError when one is not right."""
    builder = Builder(out)
    tabular_source = Source(folder / TABULAR)
    tabular = read_tabular(tabular_source)
    older, newer = Source(folder / MCE_OLDER), Source(folder / MCE_NEWER)
    codes = merge(read_mce(older), read_mce(newer))
    report = _icd10cm(builder, codes, newer, tabular, tabular_source)
    hcpcs_source = Source(folder / HCPCS)
    level_2, modifiers = read_hcpcs(hcpcs_source)
    _level_2(builder, level_2, hcpcs_source)
    _modifiers(builder, modifiers, out / MODIFIERS, hcpcs_source)
    pos = Source(folder / POS)
    builder.write(
        "pos.tsv",
        small.PLACE_COLUMNS,
        read_pos(pos),
        kind="pos",
        **_origin("CMS place of service codes", "2024-06", _CMS, pos),
        **{"from": dt.date(2024, 6, 1)},
    )
    builder.finish()
    return report


def _icd10cm(
    builder: Builder, codes: list[CodeRow], mce: Source, tabular: Tabular, tabular_source: Source
) -> list[str]:
    fiscal_year = {"from": dt.date(2025, 10, 1), "to": dt.date(2026, 9, 30)}
    origin = _origin("ICD-10-CM tabular list", "FY2026 April", _CDC, tabular_source)
    texts = builder.write(
        "icd10cm_descriptions.tsv.xz",
        descriptions.COLUMNS,
        sorted(tabular.texts.items()),
        kind="icd10cm-descriptions",
        **origin,
    )
    seventh = builder.write(
        "icd10cm_seventh.tsv",
        descriptions.SEVENTH_COLUMNS,
        sorted((code, char, text) for code, meanings in tabular.seventh.items() for char, text in meanings.items()),
        kind="icd10cm-seventh",
        **origin,
    )
    described = descriptions.Descriptions(
        SortedLines(texts, descriptions.COLUMNS, "descriptions"),
        SortedLines(seventh, descriptions.SEVENTH_COLUMNS, "seventh characters"),
    )
    with_text = {row.code: text for row in codes if (text := described.of(row.code))}
    side = sides(with_text)
    builder.write(
        "icd10cm.tsv",
        diagnoses.COLUMNS,
        ((*row, side.get(row.code, "")) for row in codes),
        kind="icd10cm",
        **_origin("MCE", "v44.0", _CMS, mce),
        **{"from": dt.date(2015, 10, 1), "to": dt.date(2027, 9, 30)},
        changes=_changes((row.start, row.end) for row in codes),
    )
    excluded, counts = read_excludes1(tabular)
    builder.write(
        "icd10cm_excludes1.tsv",
        exclusions.COLUMNS,
        excluded,
        kind="icd10cm-excludes1",
        **origin,
        **fiscal_year,
    )
    distinct = len({row.code for row in codes})
    return [
        f"ICD-10-CM: {len(codes)} rows, {distinct} codes, {len(with_text)} of them described, {len(side)} with a side",
        f"Excludes1: {counts.total()} notes, {len(excluded)} rows; "
        + ", ".join(f"{outcome}: {count}" for outcome, count in counts.most_common()),
    ]


def _level_2(builder: Builder, rows: list[Level2], source: Source) -> None:
    builder.write(
        "hcpcs.tsv",
        procedures.HCPCS_COLUMNS,
        rows,
        kind="hcpcs",
        **_origin("HCPCS Level II", "October 2025", _CMS, source),
        # Codes that ended before the last day of 2014 are, with few exceptions, no longer in the file.
        **{"from": dt.date(2014, 12, 31), "to": dt.date(2025, 12, 31)},
        changes=_changes((row.start, row.end) for row in rows),
    )


def _modifiers(builder: Builder, level_2: list[Level2], by_hand: Path, source: Source) -> None:
    rows = combine(level_2, by_hand)
    builder.write(
        "modifiers.tsv",
        small.MODIFIER_COLUMNS,
        rows,
        kind="modifiers",
        **_origin("HCPCS Level II modifiers, with CPT's in our words", "October 2025", _CMS, source),
        **{"from": dt.date(2014, 12, 31)},
        changes=_changes((row[3], row[4]) for row in rows),
    )


def _origin(source: str, release: str, publisher: str, file: Source) -> dict[str, object]:
    return {
        "source": source,
        "release": release,
        "publisher": publisher,
        "licence": _FREE,
        "complete": True,
        "source_file": file.name,
        "source_sha256": file.sha256,
    }


def _changes(spans: Iterable[tuple[str, str]]) -> list[dt.date]:
    """The days on which any of these rows begins, or no longer holds."""
    return sorted({day for span in set(spans) for day in changes(*(_date(text) for text in span))})


def _date(text: str) -> dt.date | None:
    return compact(text) if text else None


def _toml(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case dt.date() | int():
            return str(value)
        case list():
            return f"[{', '.join(_toml(item) for item in value)}]"
        case _:
            text = str(value)
            return f"'{text}'" if '"' in text or "\\" in text else f'"{text}"'


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: 0 when built, 1 with the reason on standard error."""
    program = "python -m scrubber.reference.shipped"
    parser = argparse.ArgumentParser(prog=program, description="Build the tables that ship.")
    parser.add_argument("folder", type=Path, help="folder of the published files")
    parser.add_argument("--out", type=Path, default=Path("reference_data"), help="folder to write (%(default)s)")
    options = parser.parse_args(arguments)
    try:
        report = build(options.folder, options.out)
    except ReferenceDataError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("".join(f"{line}\n" for line in report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
