"""The gate that a generation passes before it is put in service."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.errors import SnapshotError
from core.vectors import NORM_TOLERANCE, Embeddings, Rows, are_normalized
from indexer.faiss_index import open_vector_index
from indexer.snapshot import IndexSnapshot
from indexer.vector_index import NumpyIndex, VectorIndex, best

_SAMPLE = 64
"""Rows looked up by themselves in each field; spread evenly, so that a run repeats exactly."""
_K = 10
_CHUNK_ROWS = 65_536
_SCORE_TOLERANCE = 1e-4
"""Between two ways to sum the same products in float32; neighbours this close may swap."""

OpenIndex = Callable[[str, Embeddings, int], VectorIndex]


def verify_snapshot(
    snapshot: IndexSnapshot,
    index_kind: str,
    threads: int,
    open_index: OpenIndex = open_vector_index,
) -> None:
    """Check that a generation answers as it should; files were checked when it was opened.

    Counts fit, documents are found by their ids, vectors have norm 1, rows belong to
    products in order, a sample of stored vectors finds itself first with score 1, and the
    configured index returns what the exact oracle returns.

    Raises:
        SnapshotError: a check failed; it says which, and for which row.
    """
    _check_documents(snapshot)
    for field, embeddings, products in (
        ("image", snapshot.image_embeddings, snapshot.image_products),
        ("text", snapshot.text_embeddings, snapshot.text_products),
    ):
        _check_rows(snapshot, field, products)
        _check_norms(snapshot, field, embeddings)
        if len(embeddings):
            index = open_index(index_kind, embeddings, threads)
            try:
                _check_answers(snapshot, field, embeddings, index)
            finally:
                index.close()


def _check_documents(snapshot: IndexSnapshot) -> None:
    documents = snapshot.documents
    brand = snapshot.columns.coded["brand"]
    for position in _spread(len(documents)).tolist():
        product = documents[position]
        if documents.position(product.id) != position:
            _refuse(snapshot, f"the product {product.id!r} is not found by its id")
        code = int(brand.codes[position])
        if (brand.values[code] if code >= 0 else "") != product.brand:
            _refuse(snapshot, f"the brand column does not fit the product {product.id!r}")


def _check_rows(snapshot: IndexSnapshot, field: str, products: Rows) -> None:
    if len(products) == 0:
        return
    if products[0] < 0 or products[-1] >= len(snapshot.documents) or np.any(np.diff(products) < 0):
        _refuse(snapshot, f"the {field} rows do not belong to products in order")
    if field == "image":
        for row in _spread(len(products)).tolist():
            pictures = snapshot.documents[int(products[row])].images
            if not 0 <= snapshot.image_positions[row] < len(pictures):
                _refuse(snapshot, f"image row {row} is of a picture that its product lacks")


def _check_norms(snapshot: IndexSnapshot, field: str, embeddings: Embeddings) -> None:
    for start in range(0, len(embeddings), _CHUNK_ROWS):
        if not are_normalized(embeddings[start : start + _CHUNK_ROWS]):
            _refuse(snapshot, f"{field} rows from {start} on include one that is not of norm 1")


def _check_answers(
    snapshot: IndexSnapshot, field: str, embeddings: Embeddings, index: VectorIndex
) -> None:
    if (index.count, index.dim) != embeddings.shape:
        _refuse(snapshot, f"the {index.name} index holds {index.count} of {len(embeddings)} rows")
    sampled = _spread(len(embeddings))
    queries = np.ascontiguousarray(embeddings[sampled])
    k = min(_K, len(embeddings))
    exact = NumpyIndex(embeddings).scores(queries)
    expected, found = best(exact, k), index.search(queries, k)
    for query, row in enumerate(sampled.tolist()):
        # An equal picture of another product may come first; its score is 1 as well.
        first = float(exact[query, found.rows[query, 0]])
        if abs(first - 1) > NORM_TOLERANCE or first < exact[query, row] - _SCORE_TOLERANCE:
            _refuse(snapshot, f"{field} row {row} does not find itself with the {index.name} index")
        scored = exact[query, found.rows[query]]
        distinct = len(set(found.rows[query].tolist())) == k
        if not distinct or not np.allclose(
            np.stack([scored, found.scores[query]]), expected.scores[query], atol=_SCORE_TOLERANCE
        ):
            _refuse(
                snapshot,
                f"the {index.name} index does not return the {k} best {field} rows for row {row}",
            )


def _spread(count: int) -> Rows:
    return np.unique(np.linspace(0, count - 1, num=min(count, _SAMPLE), dtype=np.int64))


def _refuse(snapshot: IndexSnapshot, reason: str) -> None:
    raise SnapshotError(f"The generation {snapshot.id} is refused: {reason}.")
