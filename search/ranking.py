"""From scores of rows to the ranked products of one page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ProductScores = NDArray[np.float32]
"""Shape (products,); minus infinity where a product may not be returned."""

STANDS_OUT = 1.5
"""How many standard deviations above the catalogue's mean a product counts as found."""

ALWAYS_FOUND = 48
"""Two pages: small catalogues, and queries that fit everything alike, still get answers."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """One page of products, best first, and how many products the ranking holds."""

    positions: NDArray[np.int64]
    total: int


def best_per_product(
    scores: NDArray[np.float32], starts: NDArray[np.int64], absent: float
) -> ProductScores:
    """Give each product the score of its best row.

    Args:
        scores: One score per row, rows of a product side by side; shape (rows,).
        starts: Where each product's rows start, and the end: shape (products + 1,).
        absent: What a product without rows scores.
    """
    result = np.full(len(starts) - 1, absent, dtype=np.float32)
    filled = np.flatnonzero(np.diff(starts))
    if filled.size:
        result[filled] = np.maximum.reduceat(scores, starts[:-1][filled])
    return result


def count_found(scores: ProductScores) -> int:
    """Count the products whose score stands out from the rest of the catalogue.

    A dual encoder scores every product against every query. What fits is an outlier;
    the mass around the mean is not worth a page.
    """
    possible = scores[np.isfinite(scores)]
    if possible.size <= ALWAYS_FOUND:
        return int(possible.size)
    threshold = possible.mean(dtype=np.float64) + STANDS_OUT * possible.std(dtype=np.float64)
    return max(ALWAYS_FOUND, int(np.count_nonzero(possible >= threshold)))


def rank(scores: ProductScores, offset: int, size: int, total: int) -> Ranking:
    """Take one page; equal scores keep the catalogue's order, so that pages never overlap."""
    end = min(offset + size, total)
    if offset >= end:
        return Ranking(np.empty(0, dtype=np.int64), total)
    if end < len(scores):
        worst = np.partition(scores, len(scores) - end)[len(scores) - end]
        candidates = np.flatnonzero(scores >= worst)
    else:
        candidates = np.arange(len(scores))
    order = candidates[np.argsort(-scores[candidates], kind="stable")]
    return Ranking(order[offset:end].astype(np.int64), total)
