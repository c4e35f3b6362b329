"""The products of a generation: one JSON object a line, found by position or by id."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.records import ImageRecord, ProductRecord
from core.errors import SnapshotError
from indexer.arrays import open_array, save_array

DOCUMENTS = "documents.jsonl"
OFFSETS = "documents.offsets.npy"
"""int64 of (products + 1,): where each line begins, and where the last one ends."""
IDS = "documents.ids.npy"
"""uint64 of (2, products): hashes of the ids, rising, and the position of each.

A dictionary of a million ids would cost a second and 150 MB at every opening.
"""

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class DocumentsWriter:
    """Writes products as they come; memory grows by 16 bytes each."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._file = (directory / DOCUMENTS).open("wb")
        self._offsets = array("q", [0])
        self._hashes = array("Q")
        self._digest = hashlib.sha256()

    def __len__(self) -> int:
        return len(self._hashes)

    def add(self, product: ProductRecord) -> None:
        """Append one product."""
        line = _to_line(product)
        self._file.write(line)
        self._digest.update(line)
        self._offsets.append(self._offsets[-1] + len(line))
        self._hashes.append(_id_hash(product.id))

    def finish(self) -> str:
        """Write what finds the lines; give the SHA-256 of all of them.

        Raises:
            SnapshotError: two products have the same id.
        """
        self._file.close()
        hashes = np.frombuffer(self._hashes, dtype=np.uint64)
        order = np.argsort(hashes, kind="stable").astype(np.uint64)
        save_array(self._directory / OFFSETS, np.frombuffer(self._offsets, dtype=np.int64))
        save_array(self._directory / IDS, np.stack([hashes[order], order]))
        _refuse_equal_ids(Documents(self._directory))
        return self._digest.hexdigest()

    def abandon(self) -> None:
        """Let go of the file."""
        self._file.close()


class Documents:
    """Random access to the products of a generation, read from the disk as they are asked for.

    Safe in any number of threads.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._offsets: NDArray[np.int64] = open_array(directory / OFFSETS, "<i8", 1)
        self._ids: NDArray[np.uint64] = open_array(directory / IDS, "<u8", 2)
        path = directory / DOCUMENTS
        self._lines: NDArray[np.uint8] = (
            np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))
            if path.stat().st_size  # an empty file cannot be mapped
            else np.empty(0, dtype=np.uint8)
        )
        if not len(self._offsets) or self._ids.shape != (2, len(self)):
            raise SnapshotError(f"{OFFSETS} and {IDS} in {directory} do not fit each other.")

    def check(self) -> None:
        """See that every line and every id leads into the file, in one pass over the numbers.

        Raises:
            SnapshotError: one does not.
        """
        offsets, (hashes, positions) = self._offsets, self._ids
        ends = (int(offsets[0]), int(offsets[-1])) == (0, len(self._lines))
        if not ends or (offsets[1:] < offsets[:-1]).any():
            raise SnapshotError(f"{self._directory / OFFSETS} does not fit {DOCUMENTS}.")
        if (positions >= len(self)).any() or (hashes[1:] < hashes[:-1]).any():
            raise SnapshotError(f"{self._directory / IDS} does not fit {DOCUMENTS}.")

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, position: int) -> ProductRecord:
        """Read the product at a position, from 0."""
        if not 0 <= position < len(self):
            raise IndexError(f"position {position} is not in 0..{len(self) - 1}")
        start, end = self._offsets[position], self._offsets[position + 1]
        return _from_json(json.loads(self._lines[start:end].tobytes()))

    def __iter__(self) -> Iterator[ProductRecord]:
        return (self[position] for position in range(len(self)))

    def position(self, product_id: str) -> int | None:
        """Find a product by its id; None where there is none."""
        hashes, positions = self._ids
        wanted = np.uint64(_id_hash(product_id))
        at = int(np.searchsorted(hashes, wanted))
        while at < len(self) and hashes[at] == wanted:
            position = int(positions[at])
            if self[position].id == product_id:
                return position
            at += 1
        return None


def _refuse_equal_ids(documents: Documents) -> None:
    hashes, positions = documents._ids
    for at in np.flatnonzero(hashes[1:] == hashes[:-1]).tolist():
        first, second = documents[int(positions[at])], documents[int(positions[at + 1])]
        if first.id == second.id:
            raise SnapshotError(f"The catalogue gives two products with the id {first.id!r}.")


def _id_hash(product_id: str) -> int:
    digest = hashlib.blake2b(product_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _to_line(product: ProductRecord) -> bytes:
    assert product.sale is None, "a generation keeps the price of a moment: ProductRecord.sold_at"
    told = {
        "id": product.id,
        "title": product.title,
        "description": product.description,
        "brand": product.brand,
        "category": product.category,
        "price_minor": product.price_minor,
        "was_minor": product.was_minor,
        "currency": product.currency,
        "stock": product.stock,
        "availability": product.availability,
        "added_on": None if product.added_on is None else product.added_on.isoformat(),
        "group_id": product.group_id,
        "attributes": dict(product.attributes),
        "images": [[each.hash, each.alt, each.width, each.height] for each in product.images],
    }
    return f"{_ENCODER.encode(told)}\n".encode("utf-8", "surrogatepass")


def _from_json(told: Mapping[str, Any]) -> ProductRecord:
    return ProductRecord(
        **{
            **told,
            "category": tuple(told["category"]),
            "images": tuple(ImageRecord(*each) for each in told["images"]),
            "added_on": None if told["added_on"] is None else date.fromisoformat(told["added_on"]),
        }
    )
