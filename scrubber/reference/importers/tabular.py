"""The ICD-10-CM tabular list: descriptions, seventh characters, and where Excludes1 notes stand."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.etree import ElementTree as ET

from scrubber.reference.errors import SourceError
from scrubber.reference.importers.document import Document, Sample
from scrubber.reference.importers.form import Format
from scrubber.reference.importers.parsed import Parsed
from scrubber.reference.importers.periods import Period, fiscal_year
from scrubber.reference.importers.source import FETCH, Source

KIND = "icd10cm-tabular"
_ROOT = "<ICD10CM.tabular"
_VERSION = re.compile(r"<version>(20[0-9]{2})</version>")
_DEEPEST = 10
_NAME = re.compile(r"[A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]{1,4})?")
_SPAN = re.compile(r"([A-Z][0-9A-Z]{2})(?:-([A-Z][0-9A-Z]{2}))?")
_CHAPTER = re.compile(r"\(([A-Z][0-9A-Z]{2})-([A-Z][0-9A-Z]{2})\)")


class Note(NamedTuple):
    """An Excludes1 note: its text, and the codes where it stands (`first` to `last`; equal for a single code)."""

    first: str
    last: str
    level: str
    text: str


class DiagnosisRow(NamedTuple):
    """A code or heading, its description, and (seventh character, what it means there and below)."""

    code: str
    text: str
    seventh: tuple[tuple[str, str], ...]


class ChapterRow(NamedTuple):
    """First and last category of a chapter."""

    first: str
    last: str


TabularRow = DiagnosisRow | ChapterRow | Note


class Tabular(NamedTuple):
    """What is taken from the list; codes without dots.

    Attributes:
        texts: code or heading -> description.
        seventh: code or heading -> seventh character -> what it means there and below.
        notes: every Excludes1 note, in the list's order.
        chapters: first and last category of each chapter.
    """

    texts: dict[str, str]
    seventh: dict[str, dict[str, str]]
    notes: list[Note]
    chapters: list[tuple[str, str]]


def read_tabular(source: Source) -> Tabular:
    """The list as CDC publishes it in XML."""
    return gather(_rows_of(source.name, source.content))


def gather(rows: Iterable[tuple[object, ...]]) -> Tabular:
    """The list from its rows, as the importer gives them."""
    tabular = Tabular({}, {}, [], [])
    for row in rows:
        match row:
            case DiagnosisRow(code, text, seventh):
                tabular.texts[code] = text
                if seventh:
                    tabular.seventh[code] = dict(seventh)
            case Note():
                tabular.notes.append(row)
            case ChapterRow(first, last):
                tabular.chapters.append((first, last))
    return tabular


def _rows_of(name: str, content: bytes) -> Iterator[TabularRow]:
    try:
        # The file is the publisher's, named by whoever imports it; nothing reads one that came over the network.
        root = ET.fromstring(content)  # noqa: S314
    except ET.ParseError as error:
        raise SourceError(name, error.position[0], "well-formed XML", FETCH) from None
    if root.tag != "ICD10CM.tabular":
        raise SourceError(name, None, f"<ICD10CM.tabular>, found <{root.tag}>", FETCH)
    seen: set[str] = set()
    for chapter in root.iterfind("chapter"):
        span = _CHAPTER.search(_text(chapter, "desc"))
        if span is None:
            raise SourceError(name, None, "a range of categories in the chapter's description", FETCH)
        yield ChapterRow(span[1], span[2])
        yield from _notes(chapter, span[1], span[2], "chapter")
        for section in chapter.iterfind("section"):
            block = _SPAN.fullmatch(section.get("id", ""))
            if block is None:
                raise SourceError(name, None, f"a section id as A00-A09, found {section.get('id')!r}", FETCH)
            yield from _notes(section, block[1], block[2] or block[1], "block")
            for diagnosis in section.iterfind("diag"):
                yield from _diagnosis(name, diagnosis, seen)
    if not seen:
        raise SourceError(name, None, "diagnoses, found none", FETCH)


def _diagnosis(file: str, diagnosis: ET.Element, seen: set[str], depth: int = 1) -> Iterator[TabularRow]:
    name, text = _text(diagnosis, "name"), _text(diagnosis, "desc")
    if not _NAME.fullmatch(name) or not text or depth > _DEEPEST:
        raise SourceError(file, None, f"a code with a description, found {name!r}", FETCH)
    code = name.replace(".", "")
    if code in seen:
        raise SourceError(file, None, f"{name} once, found it twice", FETCH)
    seen.add(code)
    meanings: dict[str, str] = {}
    seventh = diagnosis.find("sevenChrDef")
    if seventh is not None:
        meanings = {item.get("char", ""): _plain(item) for item in seventh.iterfind("extension")}
        if not all(len(character) == 1 and meaning for character, meaning in meanings.items()):
            raise SourceError(file, None, f"seventh characters with their meanings at {name}", FETCH)
    yield DiagnosisRow(code, text, tuple(meanings.items()))
    yield from _notes(diagnosis, code, code, "category" if len(code) == len("A00") else "code")
    for child in diagnosis.iterfind("diag"):
        yield from _diagnosis(file, child, seen, depth + 1)


def _notes(at: ET.Element, first: str, last: str, level: str) -> Iterator[Note]:
    for note in at.iterfind("excludes1/note"):
        yield Note(first, last, level, _plain(note))


def _text(element: ET.Element, tag: str) -> str:
    child = element.find(tag)
    return "" if child is None else _plain(child)


def _plain(element: ET.Element) -> str:
    """The element's text on one line."""
    return " ".join("".join(element.itertext()).split())


def _recognise(sample: Sample) -> dict[str, float]:
    return {KIND: 1.0 if any(_ROOT in line for line in sample.lines) else 0.0}


def _rows(document: Document, _parsed: Parsed) -> Iterator[TabularRow]:
    return _rows_of(document.name, document.content())


def _period(sample: Sample) -> Period:
    """The year stands in the file; that it is the April update, only in its name."""
    version = next((found[1] for line in sample.lines if (found := _VERSION.search(line))), "")
    return fiscal_year(f"{version} {sample.names}")


FORMAT = Format((KIND,), "the XML element <ICD10CM.tabular>", _recognise, _rows, _period)
