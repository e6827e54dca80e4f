"""Claims out of files: JSON Lines, a JSON array, or JSON objects however they are laid out.

The first line that is not blank decides which. Nothing but the value under way is held in memory, so files may be of
any size. What cannot be read is told by line, reason code and path, never by value.
"""

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from scrubber.cli.json_values import CUT_OFF, TOO_LARGE, split_values, stays_open
from scrubber.contract import REASONS, Claim, ContractError, decode_claim
from scrubber.settings import MAX_RECORD_BYTES

STDIN: Final = "-"
NO_CLAIMS: Final = "no-claims"
_NOT_TEXT: Final = "not-text"
_MARK: Final = b"\xef\xbb\xbf"

# First bytes of files that people hand over by mistake, with what they should know.
_OTHER_KINDS: Final = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"ISA*": "x12", b"<?xml": "xml"}

EXPLANATIONS: Final = REASONS | {
    NO_CLAIMS: "There is nothing in it.",
    TOO_LARGE: f"One value is larger than {MAX_RECORD_BYTES // 2**20} MiB, and no claim is.",
    CUT_OFF: "The file ends before its JSON array does.",
    _NOT_TEXT: "This is no text. Claims are JSON in UTF-8.",
    "gzip": "This is packed with gzip: gunzip -c FILE | scrubber scrub -",
    "zip": "This is a zip archive: unpack it first.",
    "x12": "This is X12. Claims are JSON events; topics/ has their schema.",
    "xml": "This is XML. Claims are JSON events; topics/ has their schema.",
}
"""Reason code -> what to know about it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A claim, its bytes as they stood in the file, and the line they begin on (from 1)."""

    line: int
    raw: bytes
    claim: Claim


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that is no claim. `line` 0: the file as a whole. `path`: a JSON Pointer into the value."""

    line: int
    raw: bytes
    reason: str
    path: str = ""

    def words(self, file: str) -> str:
        """One line that holds nothing out of the file."""
        where = f"{name_of(file)}:{self.line}" if self.line else name_of(file)
        at = f" (at {self.path})" if self.path else ""
        return f"{where}: {self.reason}{at}: {EXPLANATIONS[self.reason]}"


def name_of(file: str) -> str:
    """The file as messages call it."""
    return "standard input" if file == STDIN else file


def open_claims(file: str) -> "nullcontext[BinaryIO] | BinaryIO":
    """The file, or standard input for `-`. OSError where it cannot be opened."""
    if file == STDIN:
        return nullcontext(sys.stdin.buffer)
    return Path(file).open("rb")


def why_not(error: OSError) -> str:
    """Why a file cannot be opened, in words."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "this is a folder; name the files in it"
    return error.strerror or type(error).__name__


def read_claims(stream: BinaryIO) -> Iterator[Entry | Refusal]:
    """Every claim in `stream`, and a Refusal for each value that is none."""
    line, first = _first_line(stream)
    if not first.strip():
        yield Refusal(0, b"", NO_CLAIMS)
        return
    opening = first.lstrip()[:1]
    if opening == b"[" or (opening == b"{" and stays_open(first)):
        for at, value in split_values(first, stream.read, MAX_RECORD_BYTES, line=line, array=opening == b"["):
            yield Refusal(at, b"", value) if isinstance(value, str) else _entry(at, value)
    elif opening != b"{" and (kind := _other_kind(first)):
        yield Refusal(0, first, kind)
    else:
        yield from _json_lines(stream, line, first)


def _first_line(stream: BinaryIO) -> tuple[int, bytes]:
    """Number and content of the first line that is not blank, without a byte order mark."""
    number = 0
    while text := stream.readline(MAX_RECORD_BYTES + 1):
        number += 1
        text = text.removeprefix(_MARK)
        if text.strip():
            return number, text
    return number, b""


def _other_kind(first: bytes) -> str | None:
    known = next((name for start, name in _OTHER_KINDS.items() if first.startswith(start)), None)
    if known is None and (b"\0" in first or not _is_utf8(first)):
        return _NOT_TEXT
    return known


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _json_lines(stream: BinaryIO, number: int, text: bytes) -> Iterator[Entry | Refusal]:
    while text:
        if len(text) > MAX_RECORD_BYTES:
            rest = text
            while rest and not rest.endswith(b"\n"):
                rest = stream.readline(MAX_RECORD_BYTES)
            yield Refusal(number, b"", TOO_LARGE)
        elif value := text.strip():
            yield _entry(number, value)
        text = stream.readline(MAX_RECORD_BYTES + 1)
        number += 1


def _entry(line: int, value: bytes) -> Entry | Refusal:
    try:
        return Entry(line, value, decode_claim(value))
    except ContractError as error:
        return Refusal(line, value, error.reason, error.path)
