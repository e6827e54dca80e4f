"""ICD-10-CM descriptions. Those of codes with a seventh character are put together as the tabular list says to."""

from scrubber.reference.lines import SortedLines

COLUMNS = ("code", "description")
SEVENTH_COLUMNS = ("code", "character", "text")
_CATEGORY, _FULL = 3, 7
_KEPT = 10_000
"""Texts: a claim of headings asks for those of all codes under each, and each proof of a fix asks again."""


class Descriptions:
    """The texts of the tabular list."""

    def __init__(self, texts: SortedLines, seventh: SortedLines) -> None:
        self._texts = texts
        self._seventh = seventh
        self._known: dict[str, str | None] = {}

    def of(self, code: str) -> str | None:
        """The description of `code` (without dot), None when the list has none."""
        if code in self._known:
            return self._known[code]
        text = self._put_together(code)
        if len(code) <= _FULL:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[code] = text
        return text

    def _put_together(self, code: str) -> str | None:
        if found := self._text(code):
            return found
        if len(code) != _FULL:
            return None
        for size in range(_FULL - 1, _CATEGORY - 1, -1):
            # Placeholders X fill a short code up to the seventh character.
            if code[size : _FULL - 1].strip("X"):
                return None
            if base := self._text(code[:size]):
                ending = self._ending(code[:size], code[-1])
                return f"{base}, {ending}" if ending else None
        return None

    def _text(self, code: str) -> str | None:
        lines = self._texts.at(code)
        return lines[0][1] if lines else None

    def _ending(self, base: str, character: str) -> str | None:
        """What `character` in seventh place means, by the nearest heading at or above `base` that says so."""
        for size in range(len(base), _CATEGORY - 1, -1):
            if lines := self._seventh.at(base[:size]):
                return next((text for _, own, text in lines if own == character), None)
        return None
