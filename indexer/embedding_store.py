"""Embeddings on disk by content, so that nothing is ever embedded twice.

A store is one append-only file per encoder and kind of content; docs/formats.md gives its
bytes. Records have one size and each carries its key and a CRC-32. All of them are checked
when the store is opened: it is a sequential read that the build needs anyway, it costs
about 0.2 s for 80,000 records, and it means that damage is known before work is planned
rather than in the middle of it.
"""

from __future__ import annotations

import hashlib
import logging
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.errors import DamagedStoreError, FingerprintMismatchError, StoreError
from core.files import fsync_directory, make_folder, replacing
from core.lock import exclusive
from core.vectors import Embeddings, Mask, are_normalized

log = logging.getLogger(__name__)

KEY_BYTES = 32
MAGIC = b"VTRNEMB\n"
VERSION = 1
_FIELDS = struct.Struct("<8sII8s64s")
"""Magic, version, dim, kind, fingerprint; little-endian."""
_CRC = struct.Struct("<I")
HEADER_BYTES = 128


class ContentKind(Enum):
    """What was embedded."""

    IMAGE = "image"
    TEXT = "text"


def image_key(content_hash: str) -> bytes:
    """Turn a picture's SHA-256 in hex into its key."""
    return bytes.fromhex(content_hash)


def text_key(text: str) -> bytes:
    """Make a text's key: the SHA-256 of its UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True, slots=True)
class StoreHeader:
    """What a store's file says that it holds."""

    dim: int
    kind: str
    fingerprint: str


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Hold the lock that the writer of a store's file needs, and sweep what killed ones left.

    Raises:
        BusyError: another process holds it.
    """
    with exclusive(path.with_suffix(".lock"), f"Writing {path.stem} embeddings"):
        for remains in path.parent.glob(f".{path.name}.*.partial"):
            remains.unlink(missing_ok=True)
        yield


class EmbeddingStore:
    """The vectors of one encoder for one kind of content; many readers, one writer.

    A reader sees what was there when it opened. Not safe between threads.
    """

    def __init__(
        self, root: Path, fingerprint: str, kind: ContentKind, writable: bool = False
    ) -> None:
        """Open a store, which need not exist yet, and check every record.

        Raises:
            FingerprintMismatchError: its file holds another encoder's vectors.
            StoreError: its header is of another version, or damaged and the store not
                ``writable``: a writer sets the file aside and begins anew.
            BusyError: ``writable``, and another process is writing it.
        """
        self.path = root / fingerprint[:16] / f"{kind.value}.vectors"
        self.damaged = 0
        """Records that failed their checksum when the store was opened; they are not served."""
        self._fingerprint = fingerprint
        self._kind = kind
        self._rows: dict[bytes, int] = {}
        self._count = 0
        self._records: NDArray[np.void] | None = None
        self._file: FileIO | None = None
        self._held = ExitStack()
        self.dim = 0
        """Length of its embeddings; 0 until the first are appended."""
        with ExitStack() as opening:
            if writable:
                make_folder(self.path.parent)
                opening.enter_context(writing(self.path))
            if self.path.exists():
                self._load_or_set_aside(writable)
            self._held = opening.pop_all()
        self._writable = writable

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __contains__(self, key: bytes) -> bool:
        return key in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def close(self) -> None:
        """Let go of the file and, for a writer, of its lock."""
        self._records = None
        self._rows = {}
        if self._file is not None:
            self._file.close()
            self._file = None
        self._held.close()

    def rows(self) -> list[int]:
        """List the numbers of the intact records, the last of each key, rising."""
        return sorted(self._rows.values())

    def get_many(self, keys: Sequence[bytes]) -> tuple[Embeddings, Mask]:
        """Look embeddings up, in order: (embeddings, which of the keys were found).

        The rows of keys that were not found are zero.
        """
        rows = np.fromiter((self._rows.get(key, -1) for key in keys), np.int64, count=len(keys))
        found = rows >= 0
        embeddings = np.zeros((len(keys), self.dim), dtype=np.float32)
        if found.any():
            embeddings[found] = self._mapped()["vector"][rows[found]]
        return embeddings, found

    def append(self, keys: Sequence[bytes], embeddings: Embeddings) -> None:
        """Store embeddings under their keys; on return they survive a power cut.

        Raises:
            ValueError: keys or embeddings are not what the store holds: a key that is
                not a SHA-256, a row that is not of norm 1, another count or dim.
            OSError: they could not be written (disk full); the store is as before.
        """
        assert self._writable, "the store was opened for reading"
        self._check(keys, embeddings)
        if not keys:
            return
        if self._file is None:
            self._file = self._open_for_append(embeddings.shape[1])
        records = _pack(keys, embeddings)
        start = HEADER_BYTES + self._count * records.itemsize
        if os.fstat(self._file.fileno()).st_size != start:
            # What a failed append left because it could not be cut off then, either.
            os.ftruncate(self._file.fileno(), start)
        try:
            _write_all(self._file, records.view(np.uint8).data)
            os.fsync(self._file.fileno())
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file.fileno(), start)
            raise
        for row, key in enumerate(keys, start=self._count):
            self._rows[key] = row
        self._count += len(keys)
        self._records = None  # mapped anew, and longer, by the next look-up

    def _check(self, keys: Sequence[bytes], embeddings: Embeddings) -> None:
        if any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"a key must have {KEY_BYTES} bytes")
        if embeddings.shape != (len(keys), self.dim or embeddings.shape[1]):
            raise ValueError(
                f"expected {len(keys)} embeddings of dim {self.dim}, found {embeddings.shape}"
            )
        # A broken device gives NaN; stored, it would stay in every later index.
        if not are_normalized(embeddings):
            raise ValueError("the encoder gave rows that are not of norm 1")

    def _open_for_append(self, dim: int) -> FileIO:
        if self.dim == 0:
            with replacing(self.path) as file:
                file.write(_pack_header(self._fingerprint, self._kind, dim))
            self.dim = dim
        # Unbuffered: after a failed write nothing is left that closing would write again.
        return self.path.open("ab", buffering=0)

    def _load_or_set_aside(self, writable: bool) -> None:
        try:
            self._load(writable)
        except DamagedStoreError as error:
            if not writable:
                raise
            aside = set_aside(self.path)
            log.error("%s It is now %s; all it held is embedded anew.", error, aside.name)

    def _load(self, writable: bool) -> None:
        header = read_header(self.path)
        if header.fingerprint != self._fingerprint:
            raise FingerprintMismatchError(str(self.path), self._fingerprint, header.fingerprint)
        if header.kind != self._kind.value:
            raise StoreError(
                f"{self.path} holds {header.kind} embeddings, not {self._kind.value}. Delete the "
                "file: what it held will be embedded again."
            )
        self.dim = header.dim
        size = self.path.stat().st_size
        self._count, torn = divmod(size - HEADER_BYTES, _record_type(self.dim).itemsize)
        if torn and writable:
            log.warning("%s ended inside a record; cut off %d bytes", self.path, torn)
            os.truncate(self.path, size - torn)
        records = self._mapped()
        intact = _checksums(records) == records["checksum"]
        keys = records["key"].tolist()
        self._rows = {keys[row]: row for row in np.flatnonzero(intact).tolist()}
        self.damaged = self._count - int(np.count_nonzero(intact))
        if self.damaged:
            log.warning("%s has %d damaged records; they are left out", self.path, self.damaged)

    def _mapped(self) -> NDArray[np.void]:
        if self._records is None:
            layout = _record_type(self.dim)
            if self._count == 0:
                return np.empty(0, dtype=layout)
            self._records = np.memmap(
                self.path, dtype=layout, mode="r", offset=HEADER_BYTES, shape=(self._count,)
            )
        return self._records


def _record_type(dim: int) -> np.dtype[np.void]:
    return np.dtype([("key", f"V{KEY_BYTES}"), ("vector", "<f4", (dim,)), ("checksum", "<u4")])


def record_bytes(dim: int) -> int:
    """Tell how long a record is."""
    return _record_type(dim).itemsize


def _pack(keys: Sequence[bytes], embeddings: Embeddings) -> NDArray[np.void]:
    records = np.empty(len(keys), dtype=_record_type(embeddings.shape[1]))
    records["key"] = np.frombuffer(b"".join(keys), dtype=f"V{KEY_BYTES}")
    records["vector"] = embeddings
    records["checksum"] = _checksums(records)
    return records


def _checksums(records: NDArray[np.void]) -> NDArray[np.uint32]:
    size = records.itemsize
    content = size - _CRC.size
    octets = records.view(np.uint8).data
    return np.fromiter(
        (zlib.crc32(octets[at : at + content]) for at in range(0, len(records) * size, size)),
        dtype=np.uint32,
        count=len(records),
    )


def _write_all(file: FileIO, octets: memoryview) -> None:
    """Write everything; an unbuffered write may take only a part (write(2))."""
    while octets:
        octets = octets[file.write(octets) :]


def _pack_header(fingerprint: str, kind: ContentKind, dim: int) -> bytes:
    told = _FIELDS.pack(MAGIC, VERSION, dim, kind.value.encode(), fingerprint.encode("ascii"))
    content = told.ljust(HEADER_BYTES - _CRC.size, b"\0")
    return content + _CRC.pack(zlib.crc32(content))


def read_header(path: Path) -> StoreHeader:
    """Read what a store's file says that it holds.

    Raises:
        DamagedStoreError: it is no store's header, or not as it was written.
        StoreError: it is of another version.
    """
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
    advice = "`vitrine index repair` sets it aside, and what it held is embedded again."
    if len(header) < HEADER_BYTES or header[: len(MAGIC)] != MAGIC:
        raise DamagedStoreError(f"{path} is not an embedding store. {advice}")
    content, checksum = header[: -_CRC.size], _CRC.unpack(header[-_CRC.size :])[0]
    if zlib.crc32(content) != checksum:
        raise DamagedStoreError(f"The header of {path} is damaged. {advice}")
    _, version, dim, kind, fingerprint = _FIELDS.unpack_from(header)
    if version != VERSION:
        raise StoreError(
            f"{path} has format {version}; this program reads {VERSION}. Delete the file: what "
            "it held will be embedded again."
        )
    return StoreHeader(int(dim), kind.rstrip(b"\0").decode("ascii"), fingerprint.decode("ascii"))


def set_aside(path: Path) -> Path:
    """Rename a store that cannot be read, so that it is begun anew; give the new name.

    For the holder of its lock only.
    """
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    aside = path.with_name(f"{path.name}.damaged-{moment}")
    path.rename(aside)
    fsync_directory(path.parent)
    return aside
