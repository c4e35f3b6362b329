"""A generation in the making: the folder ``<id>.partial``, and the rename that finishes it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from catalog.records import ProductRecord
from core import VERSION
from core.files import fsync_directory
from core.vectors import Mask, Rows
from indexer.arrays import save_array, write_header
from indexer.attributes import CODES, KNOWN, NUMBERS, SCHEMA, ColumnsWriter
from indexer.basis import CatalogueBasis
from indexer.documents import Documents, DocumentsWriter
from indexer.embedding_store import KEY_BYTES, ContentKind, EmbeddingStore, image_key, text_key
from indexer.generations import PARTIAL
from indexer.lexical_writer import LEXICAL_FILES, LexicalWriter
from indexer.manifest import (
    FORMAT,
    MANIFEST,
    IndexManifest,
    describe_file,
)
from indexer.pipeline import Refusal
from indexer.product_text import product_text, shoppers_words
from indexer.snapshot import IMAGE_POSITIONS, KINDS, REFUSED, embeddings_file, products_file

_DERIVED = (SCHEMA, CODES, NUMBERS, KNOWN, *LEXICAL_FILES)

OWN_TEXT, KIND_TEXT = 0, 1
"""Positions of text rows: a product's own, and shoppers' words, of the first of its kind."""

_NO_KIND = -1
_CHUNK_ROWS = 4096
"""Rows copied at a time: 8 MB at 512 dimensions, whatever the size of the catalogue."""


@dataclass(slots=True)
class FieldRows:
    """The rows that a field is to have: what to embed, and whose it is."""

    keys: bytearray = field(default_factory=bytearray)
    """32 bytes a row."""
    products: array[int] = field(default_factory=lambda: array("q"))
    positions: array[int] = field(default_factory=lambda: array("q"))
    """Which of its product's pictures or texts a row is."""

    def __len__(self) -> int:
        return len(self.products)

    def add(self, key: bytes, product: int, position: int = 0) -> None:
        """Append one row."""
        self.keys += key
        self.products.append(product)
        self.positions.append(position)

    def key(self, row: int) -> bytes:
        """Give one row's key."""
        return bytes(self.keys[row * KEY_BYTES : (row + 1) * KEY_BYTES])

    def held_by(self, store: EmbeddingStore) -> Mask:
        """Tell which rows a store has the embedding of."""
        keys = (self.key(row) in store for row in range(len(self)))
        return np.fromiter(keys, np.bool_, count=len(self))

    def missing_from(self, store: EmbeddingStore) -> list[int]:
        """List the first row of each content that a store does not hold, in order."""
        seen: set[bytes] = set()
        rows = []
        for row in range(len(self)):
            if (key := self.key(row)) not in store and key not in seen:
                seen.add(key)
                rows.append(row)
        return rows

    def distinct(self) -> int:
        """Count different contents."""
        return len(np.unique(np.frombuffer(self.keys, dtype=f"S{KEY_BYTES}")))


class SnapshotDraft:
    """Gathers products in one pass, then takes their embeddings from the stores."""

    def __init__(self, root: Path, generation_id: str) -> None:
        """Make the folder; it must not exist."""
        self.id = generation_id
        self.directory = root / f"{generation_id}{PARTIAL}"
        self.directory.mkdir(parents=True)
        self.rows = {kind: FieldRows() for kind in ContentKind}
        self.catalogue = ""
        """Digest of the products and their texts; known once all have been added."""
        self._kinds = array("i")
        """Each product's kind, -1 where not known."""
        self._kind_numbers: dict[str, int] = {}
        """Shoppers' words for a kind to its number, in the order they came."""
        self._held: dict[ContentKind, Mask] = {}
        self._documents = DocumentsWriter(self.directory)
        self._columns = ColumnsWriter(self.directory)
        self._lexical = LexicalWriter(self.directory)

    def __len__(self) -> int:
        return len(self._documents)

    def add(self, product: ProductRecord) -> None:
        """Take the next product, its pictures and its texts."""
        at = len(self._documents)
        for position, image in enumerate(product.images):
            self.rows[ContentKind.IMAGE].add(image_key(image.hash), at, position)
        if own := product_text(product):
            self.rows[ContentKind.TEXT].add(text_key(own), at, OWN_TEXT)
        self._kinds.append(self._kind_of(product, at))
        self._columns.add(product)
        self._lexical.add(product)
        self._documents.add(product)

    def _kind_of(self, product: ProductRecord, at: int) -> int:
        """Number a product's kind; the words of a new one get a row."""
        if not (words := shoppers_words(product)):
            return _NO_KIND
        if (kind := self._kind_numbers.get(words)) is None:
            kind = self._kind_numbers[words] = len(self._kind_numbers)
            self.rows[ContentKind.TEXT].add(text_key(words), at, KIND_TEXT)
        return kind

    def close_products(self) -> Documents:
        """End the pass: nothing more is added, and the products can be read.

        Raises:
            SnapshotError: two products have the same id.
        """
        documents = self._documents.finish()
        self._columns.finish()
        self._lexical.finish()
        # What is made of the documents besides them: another wording of the texts, another
        # thesaurus or another way to weigh words makes another index of an unchanged catalogue.
        texts = hashlib.sha256(self.rows[ContentKind.TEXT].keys).hexdigest()
        derived = [describe_file(self.directory / name).sha256 for name in _DERIVED]
        told = f"format {FORMAT}, texts {texts}, documents {documents}, {derived}"
        self.catalogue = hashlib.sha256(told.encode()).hexdigest()
        return Documents(self.directory)

    def hold(self, kind: ContentKind, store: EmbeddingStore) -> int:
        """Find a field's rows that a store has the embedding of, and count them."""
        self._held[kind] = self.rows[kind].held_by(store)
        return int(self._held[kind].sum())

    def write_field(self, kind: ContentKind, store: EmbeddingStore, dim: int) -> None:
        """Write a field's rows, leaving out those that ``hold`` did not find."""
        rows, held = self.rows[kind], self._held[kind]
        if kind is ContentKind.TEXT:
            kept = self._write_kinds(rows, held)
        else:
            kept = np.flatnonzero(held)
            save_array(self.directory / IMAGE_POSITIONS, _taken(rows.positions, kept))
            save_array(self.directory / products_file(kind), _taken(rows.products, kept))
        # Written, not mapped: on a full disk a write fails by name, a mapping by SIGBUS.
        with (self.directory / embeddings_file(kind)).open("wb") as file:
            write_header(file, np.dtype("<f4"), (len(kept), dim))
            for start in range(0, len(kept), _CHUNK_ROWS):
                keys = [rows.key(row) for row in kept[start : start + _CHUNK_ROWS].tolist()]
                file.write(store.get_many(keys)[0].data)

    def _write_kinds(self, rows: FieldRows, held: Mask) -> Rows:
        """Tell whose the text rows are: products' own first, then one of each kind.

        Gives which rows to write, in this order.
        """
        positions = np.frombuffer(rows.positions, dtype=np.int64)
        own = np.flatnonzero(held & (positions == OWN_TEXT))
        save_array(self.directory / products_file(ContentKind.TEXT), _taken(rows.products, own))
        of_kinds = np.flatnonzero(positions == KIND_TEXT)
        kept = held[of_kinds]
        # The last is for products without a kind, whose number is -1.
        numbers = np.append(np.where(kept, np.cumsum(kept) - 1, _NO_KIND), _NO_KIND)
        kinds = np.frombuffer(self._kinds, dtype=np.int32)
        save_array(self.directory / KINDS, numbers[kinds].astype(np.int32))
        return np.concatenate([own, of_kinds[kept]])

    def write_refusals(self, refusals: Iterable[Refusal]) -> None:
        """Note which pictures have no row, so that a later build can try just those again."""
        told = [[each.hash, each.code, each.lasting] for each in refusals]
        (self.directory / REFUSED).write_bytes(json.dumps(told, indent=0).encode() + b"\n")

    def write_manifest(
        self,
        fingerprint: str,
        model: str,
        dim: int,
        fields: Mapping[str, int],
        basis: CatalogueBasis,
        rules: str,
    ) -> IndexManifest:
        """Vouch for every file, and make all of them durable."""
        files = sorted(self.directory.iterdir())
        rows = sum(len(each) for each in self.rows.values())
        manifest = IndexManifest(
            id=self.id,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            program=VERSION,
            format=FORMAT,
            fingerprint=fingerprint,
            model=model,
            dim=dim,
            products=len(self),
            fields=fields,
            refused=rows - sum(fields.values()),
            catalogue=self.catalogue,
            revision=basis.revision,
            prices_until=basis.prices_until,
            rules=rules,
            files={path.name: describe_file(path) for path in files},
        )
        (self.directory / MANIFEST).write_bytes(manifest.to_bytes())
        for path in (*files, self.directory / MANIFEST):
            _fsync(path)
        fsync_directory(self.directory)
        return manifest

    def commit(self) -> Path:
        """Give the folder its final name: from now on it is a generation."""
        final = self.directory.with_name(self.id)
        self.directory.rename(final)
        fsync_directory(final.parent)
        return final

    def discard(self) -> None:
        """Remove the folder, if it has not been committed."""
        self._documents.abandon()
        shutil.rmtree(self.directory, ignore_errors=True)


def _taken(values: array[int], rows: Rows) -> Rows:
    return np.frombuffer(values, dtype=np.int64)[rows]


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
