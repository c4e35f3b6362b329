"""The products of a generation: one JSON object a line, found by position or by id."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.records import ImageRecord, ProductRecord
from core.errors import SnapshotError

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
        np.save(self._directory / OFFSETS, np.frombuffer(self._offsets, dtype=np.int64))
        np.save(self._directory / IDS, np.stack([hashes[order], order]))
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
        # Plain views of the mappings: np.memmap runs Python code for every slice of it.
        self._offsets: NDArray[np.int64] = np.asarray(
            np.load(directory / OFFSETS, mmap_mode="r", allow_pickle=False)
        )
        self._ids: NDArray[np.uint64] = np.asarray(
            np.load(directory / IDS, mmap_mode="r", allow_pickle=False)
        )
        path = directory / DOCUMENTS
        self._lines: NDArray[np.uint8] = (
            np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))
            if path.stat().st_size  # an empty file cannot be mapped
            else np.empty(0, dtype=np.uint8)
        )

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
    told = {
        "id": product.id,
        "title": product.title,
        "description": product.description,
        "brand": product.brand,
        "category": product.category,
        "price_minor": product.price_minor,
        "currency": product.currency,
        "stock": product.stock,
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
        }
    )
