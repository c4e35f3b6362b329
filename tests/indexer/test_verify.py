from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import SnapshotError
from core.vectors import Embeddings, Mask, Scores
from indexer.snapshot import IndexSnapshot
from indexer.vector_index import Neighbours, NumpyIndex
from indexer.verify import verify_snapshot

from .conftest import Shop


@pytest.fixture
def built(shop: Shop) -> Path:
    return shop.generations / shop.build().generation


@pytest.mark.parametrize("kind", ["auto", "numpy", "faiss-cpu"])
def test_a_good_generation_passes_with_every_index(built: Path, kind: str) -> None:
    verify_snapshot(IndexSnapshot(built), kind, threads=1)


@pytest.mark.parametrize("kind", ["auto", "numpy", "faiss-cpu"])
def test_a_generation_with_many_equal_text_rows_passes(empty_shop: Shop, kind: str) -> None:
    for at in range(30):
        empty_shop.add(f"p{at}", f"Whistler {at}", category=("Kettles",))
    built = empty_shop.generations / empty_shop.build(index_kind=kind).generation
    verify_snapshot(IndexSnapshot(built), kind, threads=1)


def _change(built: Path, name: str, change: Callable[[np.ndarray], None]) -> IndexSnapshot:
    array = np.load(built / name)
    change(array)
    np.save(built / name, array)
    return IndexSnapshot(built, check=False)


def test_a_vector_that_is_not_of_norm_1_is_refused(built: Path) -> None:
    def shorten(array: np.ndarray) -> None:
        array[5] *= 0.9

    with pytest.raises(SnapshotError, match="norm 1"):
        verify_snapshot(_change(built, "image.embeddings.npy", shorten), "numpy", 1)


def test_rows_out_of_the_products_order_are_refused(built: Path) -> None:
    def swap(array: np.ndarray) -> None:
        array[[3, 4]] = array[[4, 3]]

    with pytest.raises(SnapshotError, match="in order"):
        verify_snapshot(_change(built, "text.products.npy", swap), "numpy", 1)


def test_a_row_of_a_picture_that_its_product_lacks_is_refused(built: Path) -> None:
    def point_beyond(array: np.ndarray) -> None:
        array[2] = 1

    with pytest.raises(SnapshotError, match="picture that its product lacks"):
        verify_snapshot(_change(built, "image.positions.npy", point_beyond), "numpy", 1)


def test_columns_that_do_not_fit_the_documents_are_refused(built: Path) -> None:
    def swap(array: np.ndarray) -> None:
        array[0] = array[0, ::-1]

    with pytest.raises(SnapshotError, match="brand column"):
        verify_snapshot(_change(built, "columns.codes.npy", swap), "numpy", 1)


def test_ids_that_lead_elsewhere_are_refused(built: Path) -> None:
    def rotate(array: np.ndarray) -> None:
        array[1] = np.roll(array[1], 1)

    with pytest.raises(SnapshotError, match="not found by its id"):
        verify_snapshot(_change(built, "documents.ids.npy", rotate), "numpy", 1)


class _Distances(NumpyIndex):
    """Takes 1 - cosine for a score, as a library that ranks by distance would."""

    name = "distances"

    def search(self, queries: Embeddings, k: int, mask: Mask | None = None) -> Neighbours:
        found = super().search(queries, k, mask)
        return Neighbours(1 - found.scores, found.rows)


class _Approximate(NumpyIndex):
    """Overlooks the second best."""

    name = "approximate"

    def search(self, queries: Embeddings, k: int, mask: Mask | None = None) -> Neighbours:
        found = super().search(queries, k + 1, mask)
        kept = [0, *range(2, k + 1)]
        return Neighbours(found.scores[:, kept], found.rows[:, kept])


class _Shuffled(NumpyIndex):
    """Answers for its rows in another order."""

    name = "shuffled"

    def scores(self, queries: Embeddings) -> Scores:
        return np.roll(super().scores(queries), 1, axis=1)


@pytest.mark.parametrize("broken", [_Distances, _Approximate, _Shuffled])
def test_an_index_that_does_not_answer_as_the_oracle_is_refused(
    built: Path, broken: type[NumpyIndex]
) -> None:
    with pytest.raises(SnapshotError, match=broken.name):
        verify_snapshot(
            IndexSnapshot(built), "auto", 1, open_index=lambda kind, rows, threads: broken(rows)
        )


def test_an_index_that_lacks_rows_is_refused(built: Path) -> None:
    with pytest.raises(SnapshotError, match="holds 12 of 13 rows"):
        verify_snapshot(
            IndexSnapshot(built),
            "auto",
            1,
            open_index=lambda kind, rows, threads: NumpyIndex(rows[:12]),
        )
