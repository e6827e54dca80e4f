"""Tables whose columns are found by their position in the line."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from scrubber.reference.errors import SourceError
from scrubber.reference.importers.document import Document
from scrubber.reference.importers.parsed import Parsed, Refused
from scrubber.reference.importers.source import FETCH

R = TypeVar("R")


def read_lines(
    document: Document,
    parsed: Parsed,
    begins: Callable[[str], object],
    shortest: int,
    convert: Callable[[str], R | None],
) -> Iterator[R]:
    """`convert` of each line from the first on that `begins`; lines that it refuses are noted.

    A line has at least `shortest` characters. SourceError when the last has less: the file breaks off in it.
    """
    begun, cut = False, None
    for line, text in document.lines():
        begun = begun or bool(begins(text))
        if not begun or not text.strip():
            continue
        cut = line if len(text) < shortest else None
        if cut:
            parsed.refused.add(line, Refused(f"a line of at least {shortest} characters", str(len(text))))
            continue
        try:
            row = convert(text)
        except Refused as refused:
            parsed.refused.add(line, refused)
        else:
            if row is not None:
                yield row
    if cut:
        expected = f"a last line of at least {shortest} characters; the file breaks off in it"
        raise SourceError(document.name, cut, expected, FETCH)
