"""The file that a backup is: a plain tar that vouches for every one of its bytes.

In order: ``backup.json`` (what it is of), the files of the home under their own paths,
``SHA256SUMS`` (a line a file, as sha256sum(1) checks it), and ``ARCHIVE.sha256``: the digest
of all bytes before it. Nothing may follow that but the two empty blocks that end a tar. So
one flipped bit anywhere is found, in the padding and in tar's own headers, too.
"""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from core.errors import BackupError

ABOUT = "backup.json"
SUMS = "SHA256SUMS"
ARCHIVE = "ARCHIVE.sha256"
DATABASE = "vitrine.db"

_CHUNK = 2**20
_BLOCK = tarfile.BLOCKSIZE
_TAIL_BYTES = 4 * _BLOCK
"""The last member's header and content, and the two empty blocks that end a tar."""
_HEX = "[0-9a-f]"
_NAME = re.compile(
    rf"{re.escape(ABOUT)}|{SUMS}|{re.escape(DATABASE)}|index/current"
    rf"|index/\d{{8}}T\d{{6}}-\d{{6}}Z/\w[\w.-]*"
    rf"|embeddings/{_HEX}{{16}}/\w[\w.-]*"
    rf"|models/events\.jsonl|models/{_HEX}{{16}}/\w[\w.-]*"
    rf"|tuning/{_HEX}{{16}}\.json"
    rf"|images/{_HEX}{{2}}/{_HEX}{{64}}",
    re.ASCII,
)
"""The only paths that are written or read: none leads out of a home."""


class ArchiveWriter:
    """Writes an archive as its files come; holds none of them."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        # Aside, for a million pictures' lines are 140 MB; open for as long as this is.
        self._sums = tempfile.TemporaryFile()  # noqa: SIM115
        self.files = 0
        self.bytes = 0

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add a file from memory."""
        self.add(name, io.BytesIO(content), len(content))

    def add(self, name: str, source: IO[bytes], size: int) -> str:
        """Add the first ``size`` bytes of a file; give their SHA-256.

        Raises:
            BackupError: the file has become shorter.
        """
        assert _NAME.fullmatch(name), name
        self._header(name, size)
        digest, left = hashlib.sha256(), size
        while left:
            chunk = source.read(min(_CHUNK, left))
            if not chunk:
                raise BackupError(f"{name} became shorter while it was read. Back up again.")
            digest.update(chunk)
            self._write(chunk)
            left -= len(chunk)
        self._write(bytes(-size % _BLOCK))
        self._sums.write(f"{digest.hexdigest()}  {name}\n".encode())
        self.files += 1
        self.bytes += size
        return digest.hexdigest()

    def finish(self) -> None:
        """End the archive with its checksums."""
        size = self._sums.tell()
        self._sums.seek(0)
        self._header(SUMS, size)
        while chunk := self._sums.read(_CHUNK):
            self._write(chunk)
        self._write(bytes(-size % _BLOCK))
        self._file.write(_tail(self._digest.hexdigest()))

    def close(self) -> None:
        """Let go of what it kept aside."""
        self._sums.close()

    def _header(self, name: str, size: int) -> None:
        self._write(_header(name, size))

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)


def check_archive(path: Path) -> None:
    """Read all of an archive and compare its digest.

    Raises:
        BackupError: it is no backup, or a byte is not as it was written.
    """
    size = path.stat().st_size
    digest = hashlib.sha256()
    with path.open("rb") as file:
        left = size - _TAIL_BYTES
        while left > 0:
            chunk = file.read(min(_CHUNK, left))
            if not chunk:
                break
            digest.update(chunk)
            left -= len(chunk)
        tail = file.read()
    if left != 0 or tail != _tail(digest.hexdigest()):
        raise BackupError(
            f"{path} is damaged, cut short, or no backup of Vitrine's: its last checksum does "
            "not fit. Use another backup."
        )


def read_archive(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Go through the files of an archive in order, all but its own checksums of itself.

    Raises:
        BackupError: a member is not a file of a home, or a checksum does not fit.
    """
    found: dict[str, str] = {}
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                if member.name == ARCHIVE:
                    continue
                _check_member(member)
                source = tar.extractfile(member)
                assert source is not None
                if member.name == SUMS:
                    _compare(found, source)
                    continue
                reader = _HashingReader(source)
                yield member.name, reader  # type: ignore[misc]
                found[member.name] = reader.finish()
    except tarfile.TarError as error:
        raise BackupError(f"{path} cannot be read as a tar: {error}.") from error


class _HashingReader(io.RawIOBase):
    """Passes a member on and keeps its digest."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._digest.update(data)
        return data

    def finish(self) -> str:
        """Read what the caller left, and give the digest of all."""
        while self.read(_CHUNK):
            pass
        return self._digest.hexdigest()


def _check_member(member: tarfile.TarInfo) -> None:
    """Refuse what could be written elsewhere, or is no plain file."""
    if not member.isreg() or member.issparse() or not _NAME.fullmatch(member.name):
        raise BackupError(f"The backup holds {member.name[:80]!r}, which is no file of a home.")
    try:
        tarfile.data_filter(member, ".")  # the standard library's own opinion besides
    except tarfile.FilterError as error:
        raise BackupError(f"The backup holds {member.name[:80]!r}: {error}.") from error


def _compare(found: dict[str, str], sums: IO[bytes]) -> None:
    told: dict[str, str] = {}
    for line in sums:
        digest, _, name = line.decode("utf-8", "replace").rstrip("\n").partition("  ")
        told[name] = digest
    for name in told.keys() | found.keys():
        if told.get(name) != found.get(name):
            raise BackupError(f"The backup's {name} is missing, or not as it was written.")


def _header(name: str, size: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = 0o644
    return member.tobuf(tarfile.PAX_FORMAT)


def _tail(digest: str) -> bytes:
    content = digest.encode("ascii")
    return _header(ARCHIVE, len(content)) + content.ljust(_BLOCK, b"\0") + bytes(2 * _BLOCK)
