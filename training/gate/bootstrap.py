"""How sure a difference between two models is, from the queries that both answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2_000
"""Enough that the ends of an interval move by less than a twentieth of its width."""
CONFIDENCE = 0.95
_SEED = 20_260_101
_CHUNK_DRAWS = 4_000_000
"""Draws at a time, so that many queries need no more than 64 MB."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean, and the bounds that hold it with 95 % confidence."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:+.3f} [{self.low:+.3f}, {self.high:+.3f}]"


def paired_interval(
    scores: NDArray[np.float64], against: NDArray[np.float64], resamples: int = RESAMPLES
) -> Interval:
    """Bound the mean difference of two models' scores on the same queries.

    Queries are drawn with replacement, each with both of its scores: queries differ far
    more from each other than models do, and pairing takes that out. The same numbers give
    the same interval.

    Args:
        scores: One score per query; shape (queries,).
        against: The other model's, of the same queries in the same order.
        resamples: How many sets of queries are drawn.

    Raises:
        ValueError: there are no queries, or not as many scores of one as of the other.

    Source: Efron & Tibshirani 1993, the percentile bootstrap; for pairs in retrieval,
    Sakai 2006.
    """
    if scores.shape != against.shape or scores.ndim != 1 or scores.size == 0:
        raise ValueError(f"scores of shapes {scores.shape} and {against.shape} are no pairs")
    differences = np.asarray(scores, dtype=np.float64) - against
    random = np.random.default_rng(_SEED)
    queries = len(differences)
    chunk = max(1, _CHUNK_DRAWS // queries)
    means = np.empty(resamples)
    for start in range(0, resamples, chunk):
        drawn = random.integers(queries, size=(min(chunk, resamples - start), queries))
        means[start : start + chunk] = differences[drawn].mean(axis=1)
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(means, [tail, 100 - tail])
    return Interval(float(differences.mean()), float(low), float(high))
