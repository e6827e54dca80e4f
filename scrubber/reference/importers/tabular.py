"""The ICD-10-CM tabular list: descriptions, seventh characters, and where Excludes1 notes stand."""

import re
from typing import NamedTuple
from xml.etree import ElementTree as ET

from scrubber.reference.errors import SourceError
from scrubber.reference.importers.source import FETCH, Source

_NAME = re.compile(r"[A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]{1,4})?")
_SPAN = re.compile(r"([A-Z][0-9A-Z]{2})(?:-([A-Z][0-9A-Z]{2}))?")
_CHAPTER = re.compile(r"\(([A-Z][0-9A-Z]{2})-([A-Z][0-9A-Z]{2})\)")


class Note(NamedTuple):
    """An Excludes1 note: its text, and the codes where it stands (`first` to `last`; equal for a single code)."""

    first: str
    last: str
    level: str
    text: str


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
    try:
        # The file is the publisher's, named by whoever builds; nothing reads one that came over the network.
        root = ET.fromstring(source.content)  # noqa: S314
    except ET.ParseError as error:
        raise SourceError(source.name, error.position[0], "well-formed XML", FETCH) from None
    if root.tag != "ICD10CM.tabular":
        raise SourceError(source.name, None, f"<ICD10CM.tabular>, found <{root.tag}>", FETCH)
    tabular = Tabular({}, {}, [], [])
    for chapter in root.iterfind("chapter"):
        span = _CHAPTER.search(_text(chapter, "desc"))
        if span is None:
            raise SourceError(source.name, None, "a range of categories in the chapter's description", FETCH)
        tabular.chapters.append((span[1], span[2]))
        _notes(tabular, chapter, span[1], span[2], "chapter")
        for section in chapter.iterfind("section"):
            block = _SPAN.fullmatch(section.get("id", ""))
            if block is None:
                raise SourceError(source.name, None, f"a section id as A00-A09, found {section.get('id')!r}", FETCH)
            _notes(tabular, section, block[1], block[2] or block[1], "block")
            for diagnosis in section.iterfind("diag"):
                _diagnosis(tabular, diagnosis, source)
    if not tabular.texts:
        raise SourceError(source.name, None, "diagnoses, found none", FETCH)
    return tabular


def _diagnosis(tabular: Tabular, diagnosis: ET.Element, source: Source) -> None:
    name, text = _text(diagnosis, "name"), _text(diagnosis, "desc")
    if not _NAME.fullmatch(name) or not text:
        raise SourceError(source.name, None, f"a code with a description, found {name!r}", FETCH)
    code = name.replace(".", "")
    if code in tabular.texts:
        raise SourceError(source.name, None, f"{name} once, found it twice", FETCH)
    tabular.texts[code] = text
    seventh = diagnosis.find("sevenChrDef")
    if seventh is not None:
        meanings = {item.get("char", ""): _plain(item) for item in seventh.iterfind("extension")}
        if not all(len(character) == 1 and meaning for character, meaning in meanings.items()):
            raise SourceError(source.name, None, f"seventh characters with their meanings at {name}", FETCH)
        tabular.seventh[code] = meanings
    level = "category" if len(code) == len("A00") else "code"
    _notes(tabular, diagnosis, code, code, level)
    for child in diagnosis.iterfind("diag"):
        _diagnosis(tabular, child, source)


def _notes(tabular: Tabular, at: ET.Element, first: str, last: str, level: str) -> None:
    for note in at.iterfind("excludes1/note"):
        tabular.notes.append(Note(first, last, level, _plain(note)))


def _text(element: ET.Element, tag: str) -> str:
    child = element.find(tag)
    return "" if child is None else _plain(child)


def _plain(element: ET.Element) -> str:
    """The element's text on one line."""
    return " ".join("".join(element.itertext()).split())
