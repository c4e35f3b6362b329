"""The protocol of a vector index, and the exact oracle that every other is held to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.vectors import Embeddings, Mask, Rows, Scores

PADDING_ROW = -1
PADDING_SCORE = -np.inf


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The k best rows for each query, best first.

    Where fewer than k rows may be returned, the rest is padded with row -1 and
    score minus infinity.
    """

    scores: Scores
    """Shape (queries, k), falling along each row."""
    rows: Rows
    """Shape (queries, k)."""


class VectorIndex(Protocol):
    """Immutable embeddings that answer by cosine. Safe in one thread at a time."""

    @property
    def name(self) -> str:
        """What the index is, for logs and answers: ``numpy``, ``faiss-cpu``, ``faiss-gpu``."""

    @property
    def count(self) -> int:
        """How many rows it holds."""

    @property
    def dim(self) -> int:
        """Length of its embeddings."""

    def search(self, queries: Embeddings, k: int, mask: Mask | None = None) -> Neighbours:
        """Find the k best rows for each query, among those that the mask lets through.

        Rows of equal score come in rising order.
        """

    def scores(self, queries: Embeddings) -> Scores:
        """Score every row for every query: shape (queries, count). Exact indexes only."""

    def close(self) -> None:
        """Give memory back; the index answers no more."""


class NumpyIndex:
    """The exact oracle: one matrix product and a sort. Obvious, and fast enough to serve."""

    name = "numpy"

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings = embeddings

    @property
    def count(self) -> int:
        """How many rows it holds."""
        return len(self._embeddings)

    @property
    def dim(self) -> int:
        """Length of its embeddings."""
        return int(self._embeddings.shape[1])

    def scores(self, queries: Embeddings) -> Scores:
        """Score every row for every query: shape (queries, count)."""
        check_queries(queries, self.dim)
        return np.asarray(queries @ self._embeddings.T, dtype=np.float32)

    def search(self, queries: Embeddings, k: int, mask: Mask | None = None) -> Neighbours:
        """Find the k best rows for each query, among those that the mask lets through."""
        return best(self.scores(queries), k, mask)

    def close(self) -> None:
        """Give memory back; the index answers no more."""
        self._embeddings = np.empty((0, self.dim), dtype=np.float32)


def best(scores: Scores, k: int, mask: Mask | None = None) -> Neighbours:
    """Take the k best of all scores for each query; equal scores keep the order of rows."""
    check_search(k, mask, scores.shape[1])
    allowed = None if mask is None else np.flatnonzero(mask)
    result = Neighbours(
        scores=np.full((len(scores), k), PADDING_SCORE, dtype=np.float32),
        rows=np.full((len(scores), k), PADDING_ROW, dtype=np.int64),
    )
    for query, every in enumerate(scores):
        kept = every if allowed is None else every[allowed]
        order = _best_first(kept, k)
        result.scores[query, : len(order)] = kept[order]
        result.rows[query, : len(order)] = order if allowed is None else allowed[order]
    return result


def _best_first(scores: Scores, k: int) -> Rows:
    """Order the k best of one query's scores without sorting the others."""
    if k < len(scores):
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        candidates = np.flatnonzero(scores >= least)  # the k best, and all that tie with the last
    else:
        candidates = np.arange(len(scores))
    return candidates[np.argsort(-scores[candidates], kind="stable")][:k]


def check_queries(queries: Embeddings, dim: int) -> None:
    """Refuse queries of another shape.

    Raises:
        ValueError: they are not (n, dim).
    """
    if queries.ndim != 2 or queries.shape[1] != dim:
        raise ValueError(f"expected queries of shape (n, {dim}), found {queries.shape}")


def check_search(k: int, mask: Mask | None, count: int) -> None:
    """Refuse a search that cannot be meant.

    Raises:
        ValueError: k is below 1, or the mask is not one truth value a row. (Native code
            would read past the end of a mask that is too short.)
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    if mask is not None and (mask.shape != (count,) or mask.dtype != np.bool_):
        raise ValueError(f"expected a bool mask of shape ({count},), found {mask.shape}")
