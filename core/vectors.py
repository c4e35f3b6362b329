"""Embeddings: float32 rows of L2 norm 1, whose dot product is their cosine."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Embeddings: TypeAlias = NDArray[np.float32]
"""Shape (n, dim), C-contiguous, every row of L2 norm 1."""

Scores: TypeAlias = NDArray[np.float32]
"""Cosines; shape (queries, rows) unless a docstring says otherwise."""

Rows: TypeAlias = NDArray[np.int64]
"""Positions in an index; -1 pads where fewer rows exist than were asked for."""

Mask: TypeAlias = NDArray[np.bool_]
"""Shape (rows,); True where a row may be returned."""

NORM_TOLERANCE = 1e-3
"""Half precision keeps about three decimals, so a norm is checked to that."""


def normalize(vectors: ArrayLike) -> Embeddings:
    """Scale each row to L2 norm 1.

    Raises:
        ValueError: the input is not (n, dim), or a row is zero or not finite, and
            so has no direction.
    """
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    if rows.ndim != 2:
        raise ValueError(f"expected an array of shape (n, dim), found shape {rows.shape}")
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    bad = np.flatnonzero(~np.isfinite(norms[:, 0]) | (norms[:, 0] == 0))
    if bad.size:
        raise ValueError(f"row {bad[0]} has norm {norms[bad[0], 0]}, and so no direction")
    return np.ascontiguousarray(rows / norms)


def empty(dim: int) -> Embeddings:
    """Make the embeddings of nothing: shape (0, dim)."""
    return np.empty((0, dim), dtype=np.float32)


def are_normalized(vectors: Embeddings) -> bool:
    """Tell whether every row has L2 norm 1 to within ``NORM_TOLERANCE``."""
    if len(vectors) == 0:
        return True
    squared = np.einsum("nd,nd->n", vectors, vectors)
    return bool(np.all(np.abs(np.sqrt(squared) - 1) <= NORM_TOLERANCE))
