"""Hard negatives: which examples are alike, so that they may meet in a batch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.vectors import Embeddings

_SEEDS_AT_ONCE = 64
"""Seeds scored in one product: few enough that 50,000 rows take 13 MB of scores, and enough
that the embeddings are read from memory once for all of them."""


def neighbourhoods(embeddings: Embeddings, size: int, seed: int) -> NDArray[np.int64]:
    """Part rows into clusters of ``size`` that lie near each other: a cluster number per row.

    A random row that is still free takes its nearest free rows, until none is left; the
    last cluster may be smaller. Costs n²·dim / size multiplications and a copy of the
    embeddings; the same seed gives the same clusters.

    Args:
        embeddings: Shape (n, dim), rows of L2 norm 1.
        size: Rows in a cluster, from 1.
        seed: The run's.
    """
    assert size >= 1, size
    clusters = np.full(len(embeddings), -1, dtype=np.int64)
    order = np.random.default_rng(seed).permutation(len(embeddings))
    free, count = np.arange(len(embeddings)), 0
    while free.size:
        seeds = order[clusters[order] < 0][:_SEEDS_AT_ONCE]
        scores = embeddings[seeds] @ embeddings[free].T
        for near, start in zip(scores, seeds, strict=True):
            if clusters[start] >= 0:
                continue
            near[clusters[free] >= 0] = -np.inf
            near[free == start] = np.inf  # takes itself at least, or this might never end
            nearest = np.argpartition(-near, min(size, free.size) - 1)[:size]
            clusters[free[nearest[near[nearest] > -np.inf]]] = count
            count += 1
        free = free[clusters[free] < 0]
    return clusters
