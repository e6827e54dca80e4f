"""CMS's files, each read in a few lines of its own: nothing here comes from the importers that it is held against."""

import csv
import datetime as dt
import io
import lzma
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

DAY = dt.timedelta(days=1)
FOREVER = dt.date.max
TEXT = "cp1252"


class Span(NamedTuple):
    """First and last day of a row, and the pair's modifier indicator: 9 marks an edit that never was."""

    first: dt.date
    last: dt.date
    indicator: int


History = tuple[Span, ...]
Edits = dict[str, dict[str, History]]
"""Column 1 -> column 2 -> rows of the pair. Equal histories are one object: there are 2.4 million rows."""


def day(text: str) -> dt.date:
    """20260915, or what stands for no end."""
    return dt.date(int(text[:4]), int(text[4:6]), int(text[6:8])) if text.strip("* ") else FOREVER


def pairs(file: Path) -> Edits:
    """Every row of a PTP file."""
    found: Edits = defaultdict(dict)
    spans: dict[tuple[str, str, str], Span] = {}
    same: dict[History, History] = {}
    codes: dict[str, str] = {}
    with lzma.open(file, "rt", encoding=TEXT) if file.suffix == ".xz" else file.open(encoding=TEXT) as lines:
        for line in lines:
            fields = line.rstrip("\r\n").split("\t")
            if len(fields) != 7 or not fields[3].isdigit():
                continue
            one, two, _, *dates = fields[:6]
            key = dates[0], dates[1], dates[2]
            if key not in spans:
                spans[key] = Span(day(key[0]), day(key[1]), int(key[2]))
            partners = found[codes.setdefault(one, one)]
            history = (*partners.get(two, ()), spans[key])
            partners[codes.setdefault(two, two)] = same.setdefault(history, history)
    return found


def limits(file: Path) -> dict[str, tuple[int, int]]:
    """Code -> units, adjudication indicator, by an MUE file."""
    with file.open(newline="", encoding=TEXT) as lines:
        return {row[0]: (int(row[1]), int(row[2][0])) for row in csv.reader(lines) if row[1:] and row[1].isdigit()}


class AddOn(NamedTuple):
    """A row of the add-on file; `primary` CCCCC is whatever the contractor accepts."""

    type: str
    code: str
    primary: str


def add_ons(file: Path) -> list[AddOn]:
    """Every row of an add-on file none of whose rows has ended."""
    rows = [line.rstrip("\r\n").split("\t") for line in file.read_text(encoding=TEXT).splitlines()]
    rows = [row for row in rows if row[0] in {"1", "2", "3"}]
    assert not any(row[2].strip() or row[4].strip() or row[6].strip() for row in rows), "now some have ended"
    return [AddOn(row[0], row[1], row[3]) for row in rows]


def editor(file: Path) -> dict[str, list[tuple[dt.date, dt.date]]]:
    """Diagnosis -> spans in which the Medicare Code Editor takes it."""
    found = defaultdict(list)
    with file.open(newline="") as lines:
        for row in csv.DictReader(lines):
            found[row["code"]].append((day(row["start_date"]), day(row["end_date"])))
    return found


def order(file: Path) -> dict[str, bool]:
    """Diagnosis, headings too -> whether it is billable, by an ICD-10-CM order file."""
    lines = lzma.decompress(file.read_bytes()).decode().splitlines()
    return {line[6:13].strip(): line[14] == "1" for line in lines}


def level_2(file: Path) -> dict[str, tuple[dt.date, dt.date]]:
    """HCPCS code -> first and last day, by an ANWEB file as CSV."""
    with file.open(newline="", encoding=TEXT) as lines:
        rows = [row for row in csv.DictReader(lines) if row["RECID"] == "3"]
    return {row["HCPC"]: (day(row["ADD DT"]), day(row["TERM DT"])) for row in rows}


def level_2_records(file: Path) -> dict[str, tuple[dt.date, dt.date]]:
    """The same by a zip with the fixed-width file; positions as CMS's record layout counts them."""
    with zipfile.ZipFile(file) as parts:
        name = next(name for name in parts.namelist() if name.endswith("_ANWEB.txt"))
        records = parts.read(name).decode(TEXT).splitlines()
    rows = [record for record in records if record[10:11] == "3"]
    return {record[0:5]: (day(record[268:276]), day(record[284:292])) for record in rows}


def prices(file: Path) -> Iterator[dict[str, str]]:
    """The rows of a fee schedule, by column name: its lines of names are joined from above."""
    text = file.read_text(encoding=TEXT)
    rows = list(csv.reader(io.StringIO(text, newline="")))
    bottom = next(number for number, row in enumerate(rows) if row[0] == "HCPCS")
    names = [" ".join(" ".join(parts).split()) for parts in zip(*rows[bottom - 4 : bottom + 1], strict=True)]
    for row in rows[bottom + 1 :]:
        yield dict(zip(names, row, strict=True))
