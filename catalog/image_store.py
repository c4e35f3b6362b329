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
from core.files import fsync_directory

_SYNC_THREADS = 8
"""Waiting for the disk in parallel lets the file system commit many files at once."""
_PARTIAL_AGE_S = 24 * 3600


class ImageStore:
    """Files ``root/ab/<hash>``; safe for several threads and processes.

    A name always stands for all of the bytes: they are written aside and renamed.
    What a power cut may lose is decided by ``flush``: what was put before it is on
    disk when it returns. Importers flush once a batch, just before the database
    commits, which costs a tenth of a durable write for each file.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._unsynced: set[str] = set()
        self._lock = threading.Lock()
        self._folders: set[str] = set()

    def path(self, hash: str) -> Path:
        """Where a picture is, whether it is there or not."""
        return self._root / hash[:2] / hash

    def has(self, hash: str) -> bool:
        """Tell whether a picture is there."""
        return self.path(hash).is_file()

    def put(self, data: bytes) -> str:
        """Keep a picture's bytes and name them; they are durable after ``flush``."""
        hash = image_hash(data)
        self.add(hash, data)
        return hash

    def add(self, hash: str, data: bytes) -> bool:
        """Keep bytes whose hash is known already, and tell whether they are new."""
        path = self.path(hash)
        is_new = not self._holds(path, len(data)) and self._write(path, data)
        with self._lock:
            # Also what was there: a process that was killed may have left it unsynced.
            self._unsynced.add(hash)
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
        """Make everything that was put durable, files first and then their names."""
        with self._lock:
            hashes, self._unsynced = self._unsynced, set()
        folders = {self.path(hash).parent for hash in hashes}
        with ThreadPoolExecutor(_SYNC_THREADS) as pool:
            _drain(pool.map(_fsync, (self.path(hash) for hash in hashes)))
            _drain(pool.map(fsync_directory, folders))
        if folders:
            fsync_directory(self._root)

    def sweep(self) -> None:
        """Remove what killed processes left half written a day ago or earlier."""
        oldest = time.time() - _PARTIAL_AGE_S
        for partial in self._root.glob("*/.*.partial"):
            if partial.stat().st_mtime < oldest:
                partial.unlink(missing_ok=True)

    def _holds(self, path: Path, size: int) -> bool:
        """A file of another length was torn by a power cut before its flush."""
        try:
            return path.stat().st_size == size
        except FileNotFoundError:
            return False

    def _write(self, path: Path, data: bytes) -> bool:
        if path.parent.name not in self._folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(path.parent.name)
        staged = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.partial")
        try:
            staged.write_bytes(data)
            with self._lock:  # two threads may have the same picture; one of them has it first
                is_new = not self._holds(path, len(data))
                staged.replace(path)
        except BaseException:
            staged.unlink(missing_ok=True)
            raise
        return is_new


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
