"""Pages that do not repeat themselves: near-duplicates wait, and hits can be spread.

Both only reorder the first hits of a ranking, always the same number whatever page is asked
for. So every hit stays, pages stay full, and no two pages share one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidQueryError
from core.vectors import Embeddings
from search.collapse import Positions

WINDOW = 240
"""Ten pages of 24; whoever pages further has seen the variety."""

NEAR_DUPLICATE = 0.98
"""Cosine of two pictures from which they show the same.

Looked at in 41,323 fashion products with the bundled model: above it are the same photo again
and one pack in another shade; from 0.97 down it is two wallets. Other models' pictures lie
closer together, not wider apart, so that a higher figure may be wanted, never a lower one.
"""


def defer_near_duplicates(
    order: Positions, embeddings: Embeddings, threshold: float = NEAR_DUPLICATE
) -> Positions:
    """Move hits that look like a better one behind the others of the window.

    Args:
        order: The hits, best first.
        embeddings: Of their shown pictures, for at least the first ``WINDOW`` of them; zeros
            where a product has no picture, which is like no other.
        threshold: Cosine from which two pictures are the same.
    """
    shown = embeddings[: min(WINDOW, len(order))]
    near = shown @ shown.T >= threshold
    near &= np.tri(len(shown), k=-1, dtype=np.bool_)  # each against the better ones alone
    kept = np.ones(len(shown), dtype=np.bool_)
    for place in np.flatnonzero(near.any(axis=1)):
        kept[place] = not (near[place] & kept).any()
    places = np.flatnonzero(kept), np.flatnonzero(~kept)
    return _reordered(order, np.concatenate(places))


def mmr(
    order: Positions, scores: NDArray[np.float32], embeddings: Embeddings, strength: float
) -> Positions:
    """Spread the hits of the window over what there is, the best first.

    Source: maximal marginal relevance, Carbonell and Goldstein 1998. The next hit is the one
    with the highest ``(1 - strength) * relevance - strength * likeness``, likeness being the
    cosine to the most alike of those before it. Relevance is stretched over the window from
    0 to 1, because the scores of one query differ little where cosines differ much.

    Args:
        order: The hits, best first.
        scores: Of the hits, in that order.
        embeddings: Of their shown pictures, as in ``defer_near_duplicates``.
        strength: From 0, which changes nothing, to 1, for which relevance counts for the
            first hit alone.

    Raises:
        InvalidQueryError: the strength is not from 0 to 1.
    """
    if not 0 <= strength <= 1:
        raise InvalidQueryError("/diversity", "out_of_range", "diversity must be from 0 to 1.")
    size = min(WINDOW, len(order))
    if strength == 0 or size == 0:
        return order
    relevance = (1 - strength) * _stretched(scores[:size])
    likeness = strength * (embeddings[:size] @ embeddings[:size].T)
    nearest = np.full(size, -strength, dtype=np.float32)  # the cosine of opposites
    places = np.empty(size, dtype=np.int64)
    # The first is the best by the ranking: of equal scores the marginal one is the first place.
    chosen = 0
    for place in range(size):
        places[place] = chosen
        relevance[chosen] = -np.inf
        np.maximum(nearest, likeness[chosen], out=nearest)
        chosen = int(np.argmax(relevance - nearest))
    return _reordered(order, places)


def _stretched(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    lowest, highest = scores.min(), scores.max()
    if lowest == highest:
        return np.zeros(len(scores), dtype=np.float32)
    return np.asarray((scores - lowest) / (highest - lowest), dtype=np.float32)


def _reordered(order: Positions, places: NDArray[np.int64]) -> Positions:
    """Put the window into another order and leave the rest as it is."""
    return np.concatenate((order[places], order[len(places) :]))
