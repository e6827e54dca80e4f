"""Looking codes up in a sorted tab-separated file as it stands: little is built, so opening it costs little."""

from bisect import bisect_left
from collections.abc import Iterator

from scrubber.reference.errors import ReferenceDataError

_STEP = 2048
"""Bytes between lines that are remembered: one search by halving, then one through about as many bytes."""


class SortedLines:
    """A file of lines sorted by their first field, below one line of column names."""

    def __init__(self, content: bytes, columns: tuple[str, ...], name: str) -> None:
        header = "\t".join(columns).encode() + b"\n"
        if not content.startswith(header) or not content.endswith(b"\n"):
            raise ReferenceDataError(
                f"{name}: expected the columns {', '.join(columns)} and a line end at the end. Build it again."
            )
        self._content = content
        self._firsts: list[bytes] = []
        self._offsets: list[int] = []
        offset, size = len(header), len(content)
        while offset < size:
            self._offsets.append(offset)
            self._firsts.append(content[offset : content.index(b"\t", offset) + 1])
            offset = content.find(b"\n", offset + _STEP) + 1 or size
        self._offsets.append(size)

    def at(self, code: str) -> list[list[str]]:
        """The fields of every line whose first field is `code`."""
        return self._lines(code.encode() + b"\t")

    def under(self, prefix: str) -> list[list[str]]:
        """The fields of every line that starts with `prefix`, in order."""
        return self._lines(prefix.encode())

    def every(self) -> Iterator[list[str]]:
        """The fields of every line, in order."""
        for line in self._content[self._offsets[0] :].splitlines() if self._firsts else ():
            yield line.decode().split("\t")

    def _lines(self, key: bytes) -> list[list[str]]:
        content, size = self._content, len(key)
        # The first line that is not below `key` is at most the remembered one at `following`.
        following = bisect_left(self._firsts, key)
        low = self._offsets[max(following - 1, 0)] - 1
        start = content.find(b"\n" + key, low, self._offsets[following] + size) + 1
        if not start:
            return []
        end = content.index(b"\n", start) + 1
        while content[end : end + size] == key:
            end = content.index(b"\n", end) + 1
        return [line.split("\t") for line in content[start : end - 1].decode().split("\n")]
