"""The bundle as a file: named sections behind a directory, each with a checksum.

    magic (8 bytes) | length of the directory (u32) | CRC-32 of the directory (u32) | directory (JSON) | sections

Every section begins at a multiple of 4096 bytes, so that a process maps it read-only and shares its pages with others.
The file is never changed in place: it is written beside its place, flushed to disk and moved there in one step.
"""

import mmap
import os
import struct
import sys
import tempfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from scrubber.reference.errors import ReferenceDataError

MAGIC: Final = b"SCRUBREF"
VERSION: Final = 1
_HEAD: Final = struct.Struct("<8sII")
_PAGE: Final = 4096
_CHUNK: Final = 1 << 20
Section = bytes | memoryview


class _Directory(msgspec.Struct):
    """`sections`: offset, length and CRC-32 by name."""

    version: int
    byteorder: str
    about: Any
    sections: dict[str, tuple[int, int, int]]


class BundleError(ReferenceDataError):
    """A bundle that cannot be used: which file, what is wrong with it, what to do."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(
            f"{path}: {problem}. Move a good copy into its place, or remove it and import CMS's files again "
            "(scrubber reference import)."
        )


class Bundle:
    """An open bundle, every section checked against its checksum. BundleError when it is damaged.

    Attributes:
        path: where it was opened.
        about: what the writer said of the contents: the directory's entry `about`.
        digest: identity of the contents.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                if size < _HEAD.size:
                    raise BundleError(path, "too short to be a bundle")
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise BundleError(path, f"cannot be read ({error.strerror})") from None
        self._view = memoryview(self._map)
        magic, length, checksum = _HEAD.unpack_from(self._view)
        if magic != MAGIC:
            raise BundleError(path, "not a bundle of reference data")
        directory = bytes(self._view[_HEAD.size : _HEAD.size + length])
        if len(directory) != length or zlib.crc32(directory) != checksum:
            raise BundleError(path, "damaged: its directory does not match its checksum")
        try:
            read = msgspec.json.decode(directory, type=_Directory)
        except msgspec.DecodeError:
            raise BundleError(path, "damaged: its directory cannot be read") from None
        if read.version != VERSION:
            raise BundleError(path, f"of version {read.version}, and this scrubber reads version {VERSION}")
        if read.byteorder != sys.byteorder:
            raise BundleError(path, "written on a machine that orders bytes the other way")
        self.about: Any = read.about
        self.digest: str = f"{checksum:08x}"
        self._sections: dict[str, memoryview] = {}
        for name, (offset, extent, expected) in read.sections.items():
            section = self._view[offset : offset + extent]
            if len(section) != extent or zlib.crc32(section) != expected:
                raise BundleError(path, f"damaged: its section {name!r} does not match its checksum")
            self._sections[name] = section

    def __getitem__(self, name: str) -> memoryview:
        """A section by name. KeyError when there is none."""
        return self._sections[name]

    def close(self) -> None:
        """Let go of the file, where nothing read from it is in use any more. Otherwise it goes with its last reader."""
        for section in (*self._sections.values(), self._view):
            section.release()
        self._map.close()

    def names(self) -> Iterable[str]:
        """The names of all sections."""
        return self._sections.keys()


def write_bundle(path: Path, about: object, sections: Mapping[str, Section]) -> int:
    """Put a bundle at `path`, in one step, and return its size in bytes. OSError when that cannot be done.

    `about` is kept as JSON. Whoever has the old file mapped keeps seeing the old one.
    """
    names = sorted(sections)
    entries = {name: (0, len(sections[name]), zlib.crc32(sections[name])) for name in names}
    # Offsets count in the directory's own length, so the sections begin after the longest that it can get.
    longest = len(_directory(about, {name: (1 << 40, *entry[1:]) for name, entry in entries.items()}))
    offset = _aligned(_HEAD.size + longest)
    for name in names:
        entries[name] = (offset, *entries[name][1:])
        offset = _aligned(offset + len(sections[name]))
    directory = _directory(about, entries)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_HEAD.pack(MAGIC, len(directory), zlib.crc32(directory)) + directory)
            for name in names:
                file.write(b"\0" * (entries[name][0] - file.tell()))
                for start in range(0, len(sections[name]), _CHUNK):
                    file.write(sections[name][start : start + _CHUNK])
            size = file.tell()
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        os.replace(temporary, path)  # noqa: PTH105  Path.replace says the same in other words; this is the idiom
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return size


def _directory(about: object, sections: dict[str, tuple[int, int, int]]) -> bytes:
    return msgspec.json.encode(_Directory(VERSION, sys.byteorder, about, sections), order="deterministic")


def _aligned(offset: int) -> int:
    return -(-offset // _PAGE) * _PAGE
