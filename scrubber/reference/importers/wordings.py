"""Rationales: a few wordings that stand in many rows."""

from scrubber.reference.errors import SourceError
from scrubber.reference.importers.source import FETCH


class Wordings(dict[str, str]):
    """Text -> the same text, stripped, so that equal wordings are one object."""

    def __missing__(self, text: str) -> str:
        stripped = text.strip()
        found = self[text] = stripped if stripped == text else self[stripped]
        return found

    def check_last(self, name: str, line: int | None, last: str) -> None:
        """SourceError when the wording of the last row is new and another's beginning: the file is cut."""
        if last and next(reversed(self), None) == last and any(text != last and text.startswith(last) for text in self):
            raise SourceError(name, line, f"a whole last line; the file breaks off in {last!r}", FETCH)
