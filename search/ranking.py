"""From scores of rows to scores of products, and which of those stand out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.vectors import Mask

ProductScores = NDArray[np.float32]
"""Shape (products,); minus infinity where a product may not be returned."""

STANDS_OUT = 1.5
"""How many standard deviations above the catalogue's mean a product counts as found."""

ALWAYS_FOUND = 48
"""Two pages: small catalogues, and queries that fit everything alike, still get answers."""


def best_per_product(
    scores: NDArray[np.float32], starts: NDArray[np.int64], absent: float
) -> ProductScores:
    """Give each product the score of its best row.

    Args:
        scores: One score per row, rows of a product side by side; shape (rows,).
        starts: Where each product's rows start, and the end: shape (products + 1,).
        absent: What a product without rows scores.
    """
    counts = np.diff(starts)
    if (counts == 1).all():  # as in many shops, and six times faster
        return scores.copy()
    result = np.full(len(counts), absent, dtype=np.float32)
    filled = np.flatnonzero(counts)
    if filled.size:
        result[filled] = np.maximum.reduceat(scores, starts[:-1][filled])
    return result


def standing_out(scores: ProductScores) -> Mask:
    """Tell which products stand out from the rest of the catalogue; always some.

    A dual encoder scores every product against every query. What is alike is an outlier;
    the mass around the mean is not worth a page. Minus infinity is no score and never stands out.
    """
    possible = scores > -np.inf
    count = int(np.count_nonzero(possible))
    if count <= ALWAYS_FOUND:
        return possible
    known = scores if count == len(scores) else scores[possible]
    threshold = known.mean(dtype=np.float64) + STANDS_OUT * known.std(dtype=np.float64)
    usual = np.partition(known, count - ALWAYS_FOUND)[count - ALWAYS_FOUND]
    return np.asarray(scores >= min(threshold, float(usual)))
