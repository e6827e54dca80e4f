"""What each kind of published file brings to be recognised and read."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from scrubber.reference.importers.document import Document, Sample
from scrubber.reference.importers.parsed import Parsed
from scrubber.reference.importers.periods import Period


class Format(NamedTuple):
    """A layout that CMS or another publisher uses.

    Attributes:
        kinds: what a file of this layout can be.
        looks_for: what it is recognised by, for an error.
        recognise: kind -> likeness of a document's beginning: 1 is this layout, a little less one that has changed.
        rows: the rows of a document. What `Parsed` lacks and only the rows tell is set there.
        period: the release and its days.
    """

    kinds: tuple[str, ...]
    looks_for: str
    recognise: Callable[[Sample], Mapping[str, float]]
    rows: Callable[[Document, Parsed], Iterator[tuple[object, ...]]]
    period: Callable[[Sample], Period]
