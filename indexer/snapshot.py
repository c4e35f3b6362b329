"""An open generation: everything that a query needs, immutable and memory-mapped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import SnapshotError
from core.vectors import Embeddings, Rows
from indexer.arrays import open_array
from indexer.attributes import Columns
from indexer.documents import Documents
from indexer.embedding_store import ContentKind
from indexer.lexical import LexicalIndex
from indexer.lexical_writer import LEXICAL_FILES
from indexer.manifest import MANIFEST, IndexManifest, describe_file, read_manifest


def embeddings_file(kind: ContentKind) -> str:
    """Name the float32 array of (rows, dim)."""
    return f"{kind.value}.embeddings.npy"


def products_file(kind: ContentKind) -> str:
    """Name the int64 array of each row's product, never falling.

    Of texts, products' own rows have one; the kinds' come after them.
    """
    return f"{kind.value}.products.npy"


IMAGE_POSITIONS = "image.positions.npy"
"""int64 of (rows,): which picture of its product a row is, from 0."""

KINDS = "kinds.npy"
"""int32 of (products,): which of the text rows behind the products' own holds shoppers' words
for a product's kind, from 0; -1 where its kind is not known."""

REFUSED = "image.refused.json"
"""Pictures without a row: ``[hash, code, lasting]`` of each; queries do not need it."""


_FILES = {
    "columns.codes.npy", "columns.json", "columns.known.npy", "columns.numbers.npy",
    "documents.ids.npy", "documents.jsonl", "documents.offsets.npy", IMAGE_POSITIONS,
    KINDS, *LEXICAL_FILES,
    *(name(kind) for kind in ContentKind for name in (embeddings_file, products_file)),
}  # fmt: skip
"""What is opened, and so must be vouched for."""

_MAPPED = (
    "documents",
    "columns",
    "lexical",
    "image_embeddings",
    "image_products",
    "image_positions",
    "text_embeddings",
    "text_products",
    "kinds",
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
            self.lexical = LexicalIndex(directory)
            image, text = ContentKind.IMAGE, ContentKind.TEXT
            self.image_embeddings: Embeddings = open_array(
                directory / embeddings_file(image), "<f4", 2
            )
            self.image_products: Rows = open_array(directory / products_file(image), "<i8", 1)
            self.image_positions: Rows = open_array(directory / IMAGE_POSITIONS, "<i8", 1)
            self.text_embeddings: Embeddings = open_array(
                directory / embeddings_file(text), "<f4", 2
            )
            self.text_products: Rows = open_array(directory / products_file(text), "<i8", 1)
            self.kinds: NDArray[np.int32] = open_array(directory / KINDS, "<i4", 1)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SnapshotError(f"The generation in {directory} cannot be read: {error}") from error
        self._check_shapes()
        if check:
            self._check_contents()
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
            "kinds": (self.kinds.shape, (manifest.products,)),
        }
        for name, (seen, told) in found.items():
            if seen != told:
                raise SnapshotError(
                    f"The generation in {self.path} does not fit its manifest: "
                    f"{name} is {seen}, not {told}."
                )

    def _check_contents(self) -> None:
        """See that what points from one file into another stays inside it."""
        self.documents.check()
        self.columns.check()
        self.lexical.check(self.manifest.products)
        for kind, rows in zip(ContentKind, (self.image_products, self.text_products), strict=True):
            inside = not len(rows) or 0 <= rows[0] <= rows[-1] < len(self.documents)
            if not inside or (rows[1:] < rows[:-1]).any():
                raise SnapshotError(
                    f"{self.path / products_file(kind)} does not fit {self.manifest.products} "
                    "products."
                )
        kinds = len(self.text_embeddings) - len(self.text_products)
        lowest, highest = self.kinds.min(initial=-1), self.kinds.max(initial=-1)
        if lowest < -1 or highest != kinds - 1:
            raise SnapshotError(
                f"{self.path / KINDS} does not fit {len(self.text_embeddings)} text rows, "
                f"{len(self.text_products)} of them products' own."
            )


def check_files(directory: Path, manifest: IndexManifest) -> None:
    """Compare every file of a generation with its length and SHA-256 in the manifest.

    Raises:
        SnapshotError: a file is missing or damaged; it names the first.
    """
    if missing := _FILES - manifest.files.keys():
        raise SnapshotError(f"{directory / MANIFEST} does not vouch for {min(missing)}.")
    for name, told in manifest.files.items():
        path = directory / name
        try:
            # The length first: a damaged one may be a terabyte, and is not worth reading.
            size = path.stat().st_size
            digest = describe_file(path).sha256 if size == told.bytes else ""
        except OSError as error:
            raise SnapshotError(f"{path} cannot be read: {error.strerror or error}.") from error
        if digest != told.sha256:
            found = f"{size} bytes" + (f" with SHA-256 {digest[:12]}…" if digest else "")
            raise SnapshotError(
                f"{path} is damaged: {found}, "
                f"written as {told.bytes} bytes with {told.sha256[:12]}…. "
                "Mend the index with `vitrine index repair`."
            )
