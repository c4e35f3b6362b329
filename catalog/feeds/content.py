"""The bytes of a feed, taken out of gzip or zip while they are read."""

from __future__ import annotations

import gzip
import io
import re
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.errors import FeedError

MAX_UNPACKED_BYTES = 64 * 2**30
"""More than any shop's feed; a bomb of this size is stopped by its ratio long before."""

MAX_RATIO = 250
"""Product XML packs about 1:20, a file of one repeated row 1:200; deflate ends at 1:1032."""

FREE_BYTES = 64 * 2**20
"""What may be unpacked at any ratio: small files of equal rows are no attack."""

MAX_DIRECTORY_BYTES = 2**20
"""Of a zip archive's list of files, which is held in memory; one file needs 46 and its name."""

_CHUNK_BYTES = 2**20
_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_END_OF_DIRECTORY = b"PK\x05\x06"
_END_OF_DIRECTORY_64 = b"PK\x06\x06"
_MAX_TAIL_BYTES = 66_000
"""The end of a zip archive with its longest comment (65,535)."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_DAMAGE = (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile)
"""What the standard library raises where an archive is cut off or its checksum is wrong."""


@dataclass(frozen=True, slots=True)
class FeedContent:
    """A feed's file and how it is packed; it can be gone through several times."""

    path: Path
    packing: str
    """``gzip``, ``zip``, or empty."""

    @classmethod
    def inspect(cls, path: Path) -> FeedContent:
        """Find out how a file is packed.

        Raises:
            FeedError: it cannot be opened, or is no regular file.
        """
        with _named_failures(path):
            # Before it is opened: that alone waits on a pipe, and a device may never end.
            if not stat.S_ISREG(path.stat().st_mode):
                reason = "it is no regular file; a feed is read more than once."
                raise FeedError(str(path), reason)
            with path.open("rb") as file:
                head = file.read(4)
        packing = "gzip" if head.startswith(_GZIP) else "zip" if head in _ZIP else ""
        return cls(path, packing)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the unpacked bytes, to be read once from the beginning.

        Raises:
            FeedError: the file or its archive cannot be read, here or while reading.
        """
        with _named_failures(self.path), self.path.open("rb") as file:
            if self.packing == "gzip":
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield _bounded(unpacked, file.tell, self.path)
            elif self.packing == "zip":
                with _open_member(file, self.path) as member:
                    yield _bounded(member, file.tell, self.path)
            else:
                yield file

    @contextmanager
    def open_seekable(self) -> Iterator[BinaryIO]:
        """Open the bytes for reading in any order; packed ones are unpacked to disk first.

        Raises:
            FeedError: as of ``open``.
        """
        if not self.packing:
            with self.open() as file:
                yield file
            return
        # Without a name, so that nothing stays behind whatever kills the import.
        with _named_failures(self.path), tempfile.TemporaryFile() as unpacked:
            with self.open() as packed:
                while chunk := packed.read(_CHUNK_BYTES):
                    unpacked.write(chunk)
            unpacked.seek(0)
            yield unpacked


@contextmanager
def _named_failures(path: Path) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        reason = "its archive is cut off or damaged; copy it again"
        raise FeedError(str(path), f"{reason} ({error}).") from error
    except OSError as error:
        raise FeedError(str(path), f"{error.strerror or error}.") from error


def _open_member(file: BinaryIO, path: Path) -> BinaryIO:
    """Open the one file of a zip archive; its name is never used as a path."""
    if _directory_bytes(file) > MAX_DIRECTORY_BYTES:
        raise FeedError(str(path), "its zip archive holds too many files; pack the feed alone.")
    with _damaged_directory():
        archive = zipfile.ZipFile(file)
    members = [each for each in archive.infolist() if not _is_litter(each)]
    names = [member.filename for member in members]
    if "[Content_Types].xml" in names:
        raise FeedError(str(path), "it is an office document; save it as CSV.")
    if len(members) != 1:
        listed = ", ".join(sorted(names)[:5]) or "no file"
        reason = f"its zip archive must hold one file, and holds {len(members)} ({listed[:200]})."
        raise FeedError(str(path), reason)
    member = members[0]
    if member.flag_bits & _ENCRYPTED:
        raise FeedError(str(path), "its zip archive has a password; pack it without one.")
    # The others (bzip2, LZMA) let a few bytes ask for gigabytes of memory.
    if member.compress_type not in _METHODS:
        raise FeedError(str(path), "its zip archive is packed by a rare method; use deflate.")
    with _damaged_directory():
        return archive.open(member)  # type: ignore[return-value]  # IO[bytes] that is one


@contextmanager
def _damaged_directory() -> Iterator[None]:
    """Give one name to all that zipfile raises over a broken list of files."""
    try:
        yield
    except (ValueError, IndexError, OverflowError, NotImplementedError, struct.error) as error:
        raise zipfile.BadZipFile(str(error)) from error


def _is_litter(member: zipfile.ZipInfo) -> bool:
    """Tell whether an entry is a folder, or what a desktop adds of its own."""
    name = member.filename
    # Not ``is_dir``: it looks at the last letter, and a damaged entry has none.
    return name.startswith("__MACOSX/") or name.endswith(("/", ".DS_Store"))


def _directory_bytes(file: BinaryIO) -> int:
    """Read how long an archive's list of files says it is, before it is read into memory.

    Source: PKWARE's APPNOTE 6.3.10, 4.3.14 and 4.3.16.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _MAX_TAIL_BYTES))
    tail = file.read()
    file.seek(0)
    sizes = [0]
    for mark, at, shape in ((_END_OF_DIRECTORY, 12, "<I"), (_END_OF_DIRECTORY_64, 40, "<Q")):
        # Every place that could be the one, for a comment can hold a false one.
        for found in re.finditer(re.escape(mark), tail):
            start = found.start() + at
            if len(tail) >= start + struct.calcsize(shape):
                sizes.append(struct.unpack_from(shape, tail, start)[0])
    return max(sizes)


def _bounded(unpacked: BinaryIO | gzip.GzipFile, packed: Callable[[], int], path: Path) -> BinaryIO:
    return io.BufferedReader(_Bounded(unpacked, packed, path), _CHUNK_BYTES)


class _Bounded(io.RawIOBase):
    """Passes unpacked bytes on, and stops where no honest archive would have so many."""

    def __init__(
        self, unpacked: BinaryIO | gzip.GzipFile, packed: Callable[[], int], path: Path
    ) -> None:
        self._unpacked = unpacked
        self._packed = packed
        self._path = path
        self._passed = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        chunk = self._unpacked.read(len(buffer))
        self._passed += len(chunk)
        allowed = min(MAX_UNPACKED_BYTES, max(FREE_BYTES, MAX_RATIO * self._packed()))
        if self._passed > allowed:
            reason = f"it unpacks to more than {allowed // 2**20:,} MiB, far beyond its size."
            raise FeedError(str(self._path), reason)
        buffer[: len(chunk)] = chunk
        return len(chunk)
