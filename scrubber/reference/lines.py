"""Looking codes up in a sorted tab-separated file as it stands: nothing is built, so opening it costs nothing."""

from scrubber.reference.errors import ReferenceDataError


class SortedLines:
    """A file of lines sorted by their first field, below one line of column names. Searched by halving."""

    def __init__(self, content: bytes, columns: tuple[str, ...], name: str) -> None:
        header = "\t".join(columns).encode() + b"\n"
        if not content.startswith(header) or not content.endswith(b"\n"):
            raise ReferenceDataError(
                f"{name}: expected the columns {', '.join(columns)} and a line end at the end. Build it again."
            )
        self._content = content
        self._start = len(header)

    def at(self, code: str) -> list[list[str]]:
        """The fields of every line whose first field is `code`."""
        return self._lines(code.encode() + b"\t")

    def under(self, prefix: str) -> list[list[str]]:
        """The fields of every line that starts with `prefix`, in order."""
        return self._lines(prefix.encode())

    def _lines(self, key: bytes) -> list[list[str]]:
        content, start, size = self._content, self._seek(key), len(key)
        end = start
        while content[end : end + size] == key:
            end = content.index(b"\n", end) + 1
        return [line.split("\t") for line in content[start:end].decode().splitlines()]

    def _seek(self, key: bytes) -> int:
        """Where the first line that is not below `key` begins."""
        content, size = self._content, len(key)
        low, high = self._start, len(content)
        while low < high:
            middle = (low + high) // 2
            line = content.rfind(b"\n", low - 1, middle) + 1
            if content[line : line + size] < key:
                low = content.index(b"\n", middle) + 1
            else:
                high = line
        return low
