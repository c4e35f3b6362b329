"""An open generation: everything that a query needs, immutable and memory-mapped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import SnapshotError
from core.vectors import Embeddings, Rows
from indexer.attributes import Columns
from indexer.documents import Documents
from indexer.embedding_store import ContentKind
from indexer.manifest import IndexManifest, describe_file, read_manifest


def embeddings_file(kind: ContentKind) -> str:
    """Name the float32 array of (rows, dim)."""
    return f"{kind.value}.embeddings.npy"


def products_file(kind: ContentKind) -> str:
    """Name the int64 array of (rows,): the position of each row's product, never falling."""
    return f"{kind.value}.products.npy"


IMAGE_POSITIONS = "image.positions.npy"
"""int64 of (rows,): which picture of its product a row is, from 0."""


_MAPPED = (
    "documents",
    "columns",
    "image_embeddings",
    "image_products",
    "image_positions",
    "text_embeddings",
    "text_products",
)


class IndexSnapshot:
    """One generation, opened for reading. Safe in any number of threads.

    The arrays may be used while the context of ``reading`` is open. After ``close`` no
    new reader is let in, and the last one to leave lets go of the files; until then they
    can be read even where the folder has been removed (unlink(2)).
    """

    def __init__(self, directory: Path, check: bool = True) -> None:
        """Open a generation's folder; ``check`` reads every file and compares its SHA-256.

        Raises:
            SnapshotError: a file is missing, damaged, or does not fit the others.
        """
        self.path = directory
        self.manifest: IndexManifest = read_manifest(directory)
        if check:
            check_files(directory, self.manifest)
        try:
            self.documents = Documents(directory)
            self.columns = Columns(directory)
            self.image_embeddings: Embeddings = _map(directory, embeddings_file(ContentKind.IMAGE))
            self.image_products: Rows = _map(directory, products_file(ContentKind.IMAGE))
            self.image_positions: Rows = _map(directory, IMAGE_POSITIONS)
            self.text_embeddings: Embeddings = _map(directory, embeddings_file(ContentKind.TEXT))
            self.text_products: Rows = _map(directory, products_file(ContentKind.TEXT))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SnapshotError(f"The generation in {directory} cannot be read: {error}") from error
        self._check_shapes()
        self._lock = threading.Lock()
        self._readers = 0
        self._closing = False

    @property
    def id(self) -> str:
        """The generation's id."""
        return self.manifest.id

    @property
    def closed(self) -> bool:
        """Whether the files have been let go of."""
        return self._closing and self._readers == 0

    @contextmanager
    def reading(self) -> Iterator[IndexSnapshot]:
        """Keep the files open while the context is.

        Raises:
            SnapshotError: the snapshot has been closed; open the current one instead.
        """
        with self._lock:
            if self._closing:
                raise SnapshotError(f"The generation {self.id} has been closed.")
            self._readers += 1
        try:
            yield self
        finally:
            with self._lock:
                self._readers -= 1
                self._release_if_unused()

    def close(self) -> None:
        """Let no new reader in, and let go of the files once the last has left."""
        with self._lock:
            self._closing = True
            self._release_if_unused()

    def _release_if_unused(self) -> None:
        # Dropped, not unmapped: an array that someone still holds stays readable, where
        # a forced unmap would crash the process.
        if self._closing and self._readers == 0:
            for name in _MAPPED:
                self.__dict__.pop(name, None)

    def _check_shapes(self) -> None:
        manifest, fields = self.manifest, self.manifest.fields
        images, texts = fields.get("image"), fields.get("text")
        found = {
            "documents": (len(self.documents), manifest.products),
            "columns": (self.columns.products, manifest.products),
            "image.embeddings": (self.image_embeddings.shape, (images, manifest.dim)),
            "image.products": (self.image_products.shape, (images,)),
            "image.positions": (self.image_positions.shape, (images,)),
            "text.embeddings": (self.text_embeddings.shape, (texts, manifest.dim)),
            "text.products": (self.text_products.shape, (texts,)),
        }
        for name, (seen, told) in found.items():
            if seen != told:
                raise SnapshotError(
                    f"The generation in {self.path} does not fit its manifest: "
                    f"{name} is {seen}, not {told}."
                )


def check_files(directory: Path, manifest: IndexManifest) -> None:
    """Compare every file of a generation with its length and SHA-256 in the manifest.

    Raises:
        SnapshotError: a file is missing or damaged; it names the first.
    """
    for name, told in manifest.files.items():
        path = directory / name
        try:
            found = describe_file(path)
        except OSError as error:
            raise SnapshotError(f"{path} cannot be read: {error.strerror or error}.") from error
        if found != told:
            raise SnapshotError(
                f"{path} is damaged: {found.bytes} bytes with SHA-256 {found.sha256[:12]}…, "
                f"written as {told.bytes} bytes with {told.sha256[:12]}…. "
                "Go back with `vitrine index rollback`, or build again with "
                "`vitrine index build --force`."
            )


def _map(directory: Path, name: str) -> NDArray[Any]:
    # As a plain array: np.memmap runs Python code for every view that is taken of it.
    return np.asarray(np.load(directory / name, mmap_mode="r", allow_pickle=False))
