"""Measures of a ranking, defined once so that figures compare.

Each takes one query's ranked product ids, best first, and the set of relevant ids.

>>> ranked, relevant = ["a", "x", "b"], {"a", "b", "c", "d"}
>>> recall_at(ranked, relevant, k=3), precision_at(ranked, relevant, k=2)
(0.5, 0.5)
>>> reciprocal_rank_at(["x", "a"], relevant, k=10)
0.5
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence


def recall_at(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Divide the relevant among the first k by all relevant.

    Source: KAGL protocol of marqo-ai/marqo-FashionCLIP: hits / all relevant.
    """
    if not relevant:
        raise ValueError("recall needs at least one relevant id")
    return _hits(ranked, relevant, k) / len(set(relevant))


def precision_at(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Divide the relevant among the first k by k, also where fewer than k were returned."""
    return _hits(ranked, relevant, k) / k


def reciprocal_rank_at(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Take 1 / rank of the first relevant id among the first k, or 0 (MRR's summand)."""
    for rank, product_id in enumerate(ranked[:k], start=1):
        if product_id in relevant:
            return 1 / rank
    return 0.0


def ndcg_at(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Discount each hit by log2(rank + 1) and divide by the best possible sum.

    Source: Järvelin & Kekäläinen 2002, with binary gains.
    """
    if not relevant:
        raise ValueError("nDCG needs at least one relevant id")
    gained = sum(
        1 / math.log2(rank + 1)
        for rank, product_id in enumerate(ranked[:k], start=1)
        if product_id in relevant
    )
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(set(relevant))) + 1))
    return gained / ideal


def _hits(ranked: Sequence[str], relevant: Collection[str], k: int) -> int:
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    return sum(product_id in relevant for product_id in ranked[:k])
