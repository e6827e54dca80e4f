"""Published text: lines, tab-separated or CSV, in UTF-8 or Windows-1252."""

import csv
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from itertools import chain, islice
from operator import methodcaller
from typing import IO, NamedTuple

from scrubber.reference.errors import SourceError
from scrubber.reference.importers import document
from scrubber.reference.importers.document import SAMPLE_ROWS, Progress, Row, Sample, bounded, whole
from scrubber.reference.importers.source import FETCH

_BLOCK = 1 << 20
_LONGEST_LINE = 1 << 20
_SAMPLE_BYTES = 1 << 16
_split_at_tabs = methodcaller("split", "\t")


class Opened(NamedTuple):
    """An unpacked stream, the stored file that it is read from, and the size of that."""

    stream: IO[bytes]
    stored: IO[bytes]
    size: int


class _Block(NamedTuple):
    """Lines without their ends, the number of the first, and whether the last had an end."""

    first: int
    lines: list[str]
    ended: bool


class Text:
    """A Document of text."""

    def __init__(
        self,
        name: str,
        names: str,
        unpack: Callable[[], AbstractContextManager[Opened]],
        progress: Progress | None = None,
    ) -> None:
        self.name = name
        self._names = names
        self._unpack = unpack
        self._progress = progress

    def sample(self) -> Sample:
        """The first rows; a line that the sample's size cuts is left out."""
        with whole(self.name), self._unpack() as opened:
            raw = opened.stream.read(_SAMPLE_BYTES)
        if len(raw) == _SAMPLE_BYTES:
            raw = raw[: raw.rfind(b"\n") + 1] or raw
        lines = _lines(raw)[:SAMPLE_ROWS]
        rows: list[Row] = []
        # The rows before an error stay; whoever reads the whole file gets it.
        with suppress(SourceError):
            rows.extend(self._split(iter([_Block(1, lines, ended=True)])))
        return Sample(lines, rows, self._names)

    def lines(self) -> Iterator[tuple[int, str]]:
        """Number and text of each line."""
        for block in self._blocks():
            yield from enumerate(block.lines, block.first)

    def rows(self) -> Iterator[Row]:
        """Tab-separated when the first lines have more tabs than commas, else CSV."""
        return self._split(self._blocks())

    def content(self) -> bytes:
        """All bytes."""
        parts, size = [], 0
        with whole(self.name), self._unpack() as opened:
            while part := opened.stream.read(_BLOCK):
                parts.append(part)
                size += len(part)
                bounded(self.name, size)
                self._tell(opened)
        self._tell_all(opened)
        return b"".join(parts)

    def _split(self, blocks: Iterator[_Block]) -> Iterator[Row]:
        first = next(blocks, _Block(1, [], ended=True))
        begin = "\n".join(islice(first.lines, SAMPLE_ROWS))
        all_blocks = chain((first,), blocks)
        return self._tabbed(all_blocks) if begin.count("\t") > begin.count(",") else self._csv(all_blocks)

    def _tabbed(self, blocks: Iterator[_Block]) -> Iterator[Row]:
        tabs = 0
        for first, lines, ended in blocks:
            if not ended and lines[0].count("\t") < tabs:
                raise self._cut_off(first)
            tabs = lines[-1].count("\t") if lines else tabs
            yield from enumerate(map(_split_at_tabs, lines), first)

    def _csv(self, blocks: Iterator[_Block]) -> Iterator[Row]:
        complete = True

        def lines() -> Iterator[str]:
            nonlocal complete
            for block in blocks:
                complete = block.ended
                for line in block.lines:
                    yield f"{line}\n"

        reader, width = csv.reader(lines(), strict=True), 0
        try:
            for cells in reader:
                if not complete and len(cells) < width:
                    raise self._cut_off(reader.line_num)
                width = len(cells)
                yield reader.line_num, cells
        except csv.Error as error:
            raise SourceError(self.name, reader.line_num, f"well-formed CSV ({error})", FETCH) from None

    def _blocks(self) -> Iterator[_Block]:
        first, rest, size = 1, b"", 0
        with whole(self.name), self._unpack() as opened:
            while block := opened.stream.read(_BLOCK):
                size += len(block)
                bounded(self.name, size)
                self._tell(opened)
                end = block.rfind(b"\n") + 1
                if end:
                    lines = _lines(rest + block[:end])
                    yield _Block(first, lines, ended=True)
                    first, rest = first + len(lines), block[end:]
                else:
                    rest += block
                if len(rest) > _LONGEST_LINE:
                    raise SourceError(self.name, first, "text in lines", "This is no published table.")
                if first > document.MOST_LINES:
                    raise SourceError(self.name, first, "fewer lines", "This is no published table.")
        self._tell_all(opened)
        if rest:
            yield _Block(first, _lines(rest), ended=False)

    def _tell(self, opened: Opened) -> None:
        if self._progress is not None:
            self._progress(opened.stored.tell(), opened.size)

    def _tell_all(self, opened: Opened) -> None:
        if self._progress is not None:
            self._progress(opened.size, opened.size)

    def _cut_off(self, line: int) -> SourceError:
        return SourceError(self.name, line, "a whole last line; the file breaks off in it", FETCH)


def _lines(raw: bytes) -> list[str]:
    """The lines of `raw`, without their ends."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", "replace")
    lines = text.replace("\r\n", "\n").split("\n")
    if not lines[-1]:
        lines.pop()
    return lines
