"""Claims out of the files of a command line: refusals are told on stderr and counted, progress shows to who waits."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scrubber.cli.claim_files import STDIN, Entry, open_claims, read_claims, why_not
from scrubber.cli.terminal import is_terminal, say, stderr

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_MOST_TOLD: Final = 20
_PATIENCE_SECONDS: Final = 1.0
_BETWEEN_SECONDS: Final = 0.1


class Intake:
    """The claims of several files, one after another. `refused` counts what was no claim, files included."""

    def __init__(self, files: Sequence[str], *, progress: bool) -> None:
        """`progress`: show a bar on stderr, where that is a terminal, once reading takes longer than a second."""
        self.refused = 0
        self._files = files
        self._bar = _Bar(files) if progress and is_terminal("stderr") else None

    def __iter__(self) -> Iterator[tuple[str, Entry]]:
        """Yield file and entry; the bar goes away with the last of them, or when the reader has had enough."""
        try:
            for file in self._files:
                yield from self._entries(file)
        finally:
            if self._bar:
                self._bar.close()
        if self.refused > _MOST_TOLD:
            say(f"{self.refused - _MOST_TOLD} more could not be read as claims")

    def tell(self, words: str) -> None:
        """Count something that was not taken, and say so unless too much has been said already."""
        self.refused += 1
        if self.refused <= _MOST_TOLD:
            say(words)

    def _entries(self, file: str) -> Iterator[tuple[str, Entry]]:
        try:
            opened = open_claims(file)
        except OSError as error:
            self.tell(f"{file}: {why_not(error)}")
            return
        with opened as stream:
            for item in read_claims(stream):
                if self._bar:
                    self._bar.advance(len(item.raw) + 1)
                if isinstance(item, Entry):
                    yield file, item
                else:
                    self.tell(item.words(file))


class _Bar:
    """A progress bar that comes up only when there is something to wait for."""

    def __init__(self, files: Sequence[str]) -> None:
        sizes = [Path(file).stat().st_size for file in files if file != STDIN and Path(file).is_file()]
        self._total = sum(sizes) if len(sizes) == len(files) else None
        self._next = time.monotonic() + _PATIENCE_SECONDS
        self._read = 0
        self._shown: tuple[Progress, TaskID] | None = None

    def advance(self, size: int) -> None:
        """Count `size` more bytes."""
        self._read += size
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _BETWEEN_SECONDS
        progress, task = self._shown = self._shown or self._start()
        progress.update(task, completed=self._read)

    def close(self) -> None:
        """Take the bar off the terminal."""
        if self._shown:
            self._shown[0].stop()

    def _start(self) -> "tuple[Progress, TaskID]":
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        progress = Progress(*columns, console=stderr(), transient=True)
        progress.start()
        return progress, progress.add_task("reading claims", total=self._total)
