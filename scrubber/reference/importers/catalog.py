"""Which kind of table a published file is, and reading it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from scrubber.reference.errors import SourceError
from scrubber.reference.importers import (
    add_on,
    fee_schedule,
    hcpcs,
    mue,
    order,
    pos,
    ptp,
    reasons,
    tabular,
    taxonomy,
)
from scrubber.reference.importers.container import documents
from scrubber.reference.importers.document import Document, Progress, Sample
from scrubber.reference.importers.form import Format
from scrubber.reference.importers.parsed import FETCH_OR_REPORT, Parsed, Refusals

FORMATS: tuple[Format, ...] = tuple(
    module.FORMAT for module in (ptp, mue, add_on, fee_schedule, hcpcs, order, tabular, pos, taxonomy, reasons)
)
KINDS: tuple[str, ...] = tuple(kind for form in FORMATS for kind in form.kinds)
_CERTAIN = 1.0
_LEAST = 0.6
"""Of a table whose header has changed in a column or two."""


class _Match(NamedTuple):
    """A document that may be of a kind."""

    likeness: float
    kind: str
    form: Format
    document: Document
    sample: Sample


def recognise(path: Path) -> str:
    """The kind of the table that `path` holds, by its content.

    A name only tells practitioner from hospital edits (PTP), whose files do not differ otherwise. SourceError when
    nothing is recognised, with what was looked for, or when several things are.
    """
    return _find(path, None, None).kind


def read(
    path: Path,
    kind: str | None = None,
    *,
    progress: Progress | None = None,
    on_refusal: Callable[[int, str], None] | None = None,
) -> Parsed:
    """Open a published table; what it gives is described at `Parsed`.

    Args:
        path: plain text, .xz, .xlsx, or a .zip with one such table in it.
        kind: one of KINDS; recognised from the content when None.
        progress: called now and then with the bytes read of the stored file, and its size.
        on_refusal: called with line and reason of every row refused.

    Raises:
        SourceError: the file is not of this kind, is damaged or cut off, has another header, or holds no rows. Names
            the file, the line, what was expected and what to do. Reading the rows can raise it as well.
    """
    found = _find(path, kind, progress)
    parsed = Parsed(
        kind=found.kind,
        source_name=found.document.name,
        **found.form.period(found.sample)._asdict(),
        refused=Refusals(on_refusal),
    )
    parsed.stream(found.form.rows(found.document, parsed))
    return parsed


def _find(path: Path, kind: str | None, progress: Progress | None) -> _Match:
    if kind is not None and kind not in KINDS:
        raise SourceError(path.name, None, f"one of the kinds {', '.join(KINDS)}, not {kind!r}", "Name one of them.")
    matches: list[_Match] = []
    for document in documents(path, progress):
        sample = document.sample()
        is_workbook = not sample.lines
        if is_workbook and any(match.likeness == _CERTAIN for match in matches):
            break
        matches.extend(_matches(document, sample))
    return _best(path.name, kind, matches)


def _matches(document: Document, sample: Sample) -> Iterator[_Match]:
    for form in FORMATS:
        for kind, likeness in form.recognise(sample).items():
            if likeness >= _LEAST:
                yield _Match(likeness, kind, form, document, sample)


def _best(file: str, kind: str | None, matches: list[_Match]) -> _Match:
    wanted = [match for match in matches if kind in {None, match.kind}]
    if not wanted:
        raise _nothing(file, kind, matches)
    most = max(match.likeness for match in wanted)
    best = [match for match in wanted if match.likeness == most]
    if len({match.kind for match in best}) > 1:
        kinds = " or ".join(dict.fromkeys(match.kind for match in best))
        raise SourceError(file, None, f"content or a name that tells which it is: {kinds}", "Name the kind.")
    if len(best) > 1:
        names = ", ".join(match.document.name for match in best)
        raise SourceError(file, None, f"one table of kind {best[0].kind}, found {names}", "Unpack it, and name one.")
    return best[0]


def _nothing(file: str, kind: str | None, matches: list[_Match]) -> SourceError:
    looked_for = "; ".join(
        f"{', '.join(form.kinds)}: {form.looks_for}" for form in FORMATS if kind is None or kind in form.kinds
    )
    if matches:
        found = max(matches, key=lambda match: match.likeness).kind
        return SourceError(file, None, f"{looked_for}; found {found}", f"Name the kind {found}, or another file.")
    return SourceError(file, None, f"one of these tables ({looked_for})", FETCH_OR_REPORT)
