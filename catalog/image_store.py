"""The catalogue's pictures on disk, each once, named by the hash of its bytes."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from catalog.images import image_hash
from core.errors import ImageError
from core.files import fsync_directory, make_folder

_SYNC_THREADS = 8
"""Waiting for the disk in parallel lets the file system commit many files at once."""
_PARTIAL_AGE_S = 24 * 3600


class ImageStore:
    """Files ``root/ab/<hash>``; safe for several threads and processes.

    A name always stands for all of the bytes, also after a power cut: they are written
    aside, and ``flush`` makes all that was added since the last one durable before it
    names them. Importers flush once a batch, just before the database commits, which
    costs a tenth of a durable write for each file.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._staged: dict[str, Path] = {}
        self._unsynced: set[Path] = set()
        """Folders that may hold names which are not durable yet."""
        self._lock = threading.Lock()
        self._folders: set[str] = set()

    def path(self, hash: str) -> Path:
        """Where a picture is, whether it is there or not."""
        return self._root / hash[:2] / hash

    def has(self, hash: str) -> bool:
        """Tell whether a picture is there."""
        return self.path(hash).is_file()

    def put(self, data: bytes) -> str:
        """Keep a picture's bytes durably and name them."""
        hash = image_hash(data)
        self.add(hash, data)
        self.flush()
        return hash

    def add(self, hash: str, data: bytes) -> bool:
        """Take bytes whose hash is known already, and tell whether they are new.

        They are found under their name after ``flush``.
        """
        path = self.path(hash)
        is_new = not self._holds(path, len(data)) and self._stage(hash, data)
        with self._lock:
            # Also of what was there: a process that was killed may have left it unsynced.
            self._unsynced.add(path.parent)
        return is_new

    def read(self, hash: str) -> bytes:
        """Read a picture and check that it is the one that was put.

        Raises:
            ImageError: with the code ``missing`` or ``damaged``.
        """
        try:
            data = self.path(hash).read_bytes()
        except FileNotFoundError as error:
            raise ImageError("missing", f"The image store has no {hash[:12]}….") from error
        if image_hash(data) != hash:
            raise ImageError(
                "damaged", f"The file {self.path(hash)} is damaged. Import the catalogue again."
            )
        return data

    def flush(self) -> None:
        """Make everything that was added durable: files, then their names, then the folders.

        Raises:
            OSError: it could not be; what was added since the last time is dropped.
        """
        with self._lock:
            staged = dict(self._staged)
            folders, self._unsynced = self._unsynced, set()
        try:
            with ThreadPoolExecutor(_SYNC_THREADS) as pool:
                _drain(pool.map(_fsync, staged.values()))
                for hash, part in staged.items():
                    part.replace(self.path(hash))
                _drain(pool.map(fsync_directory, folders))
        except BaseException:
            for part in staged.values():
                part.unlink(missing_ok=True)
            raise
        finally:
            # Only now: who adds one of them meanwhile must not write its part a second time.
            with self._lock:
                for hash in staged:
                    del self._staged[hash]
        if folders:
            fsync_directory(self._root)

    def sweep(self) -> None:
        """Remove what killed processes left half written a day ago or earlier."""
        oldest = time.time() - _PARTIAL_AGE_S
        for partial in self._root.glob("*/.*.partial"):
            if partial.stat().st_mtime < oldest:
                partial.unlink(missing_ok=True)

    def _holds(self, path: Path, size: int) -> bool:
        """Tell whether a name stands for all of the bytes; a damaged disk may have cut them."""
        try:
            return path.stat().st_size == size
        except FileNotFoundError:
            return False

    def _stage(self, hash: str, data: bytes) -> bool:
        with self._lock:
            if hash in self._staged:
                return False
        folder = self.path(hash).parent
        if folder.name not in self._folders:
            make_folder(self._root)
            folder.mkdir(exist_ok=True)  # its name is made durable by ``flush``
            self._folders.add(folder.name)
        part = folder / f".{hash}.{os.getpid()}.{threading.get_ident()}.partial"
        try:
            part.write_bytes(data)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        with self._lock:  # two threads may have the same picture; one of them has it first
            if hash not in self._staged and not self._holds(self.path(hash), len(data)):
                self._staged[hash] = part
                return True
        part.unlink()
        return False


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _drain(results: Iterable[None]) -> None:
    """Wait for all, and raise what any of them raised."""
    for _ in results:
        pass
