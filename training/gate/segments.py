"""Kinds of queries that a model may gain or lose on, whatever its mean does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.vectors import Mask

ALL = "all"
HEAD_RELEVANT = 10
"""As many products as a first look shows: a query with fewer answers is of the tail."""
HEAD_SHARE = 0.5
"""Part of all searches that the most frequent queries, the head, make up."""
_NO_CATEGORY = "(none)"


@dataclass(frozen=True, slots=True)
class QueryTraits:
    """What sorts a query into segments."""

    category: str
    """Widest category of most of its products; empty where they have none."""
    words: int
    relevant: int
    """How many products answer it."""
    weight: float | None = None
    """How often it is asked, in any unit; None where nobody counted."""


def segments_of(traits: Sequence[QueryTraits]) -> dict[str, Mask]:
    """Sort queries into named segments, by category, length and frequency.

    Masks have shape (queries,). ``all`` comes first, and segments without queries are
    left out.

    >>> short = QueryTraits("Shoes", words=1, relevant=12)
    >>> long = QueryTraits("Shoes", words=6, relevant=1)
    >>> {name: mask.tolist() for name, mask in segments_of([short, long]).items()}
    ... # doctest: +NORMALIZE_WHITESPACE
    {'all': [True, True], 'category: Shoes': [True, True], 'words: 1-2': [True, False],
     'words: 5+': [False, True], 'frequency: head': [True, False],
     'frequency: tail': [False, True]}
    """
    words = np.array([each.words for each in traits], dtype=np.int64)
    categories = np.array([each.category or _NO_CATEGORY for each in traits], dtype=object)
    head = _head(traits)
    named = {ALL: np.ones(len(traits), dtype=np.bool_)}
    named |= {f"category: {name}": categories == name for name in sorted(set(categories.tolist()))}
    named |= {
        "words: 1-2": words <= 2,
        "words: 3-4": (words >= 3) & (words <= 4),
        "words: 5+": words >= 5,
        "frequency: head": head,
        "frequency: tail": ~head,
    }
    return {name: mask for name, mask in named.items() if mask.any()}


def most_common(names: Sequence[str]) -> str:
    """Tell the most frequent name, the first by the alphabet where several tie; empty of none."""
    counts = Counter(names)
    return min(counts, key=lambda name: (-counts[name], name), default="")


def _head(traits: Sequence[QueryTraits]) -> Mask:
    """Mark the queries of the head: by how often they are asked where any says so."""
    if all(each.weight is None for each in traits):
        return np.array([each.relevant >= HEAD_RELEVANT for each in traits], dtype=np.bool_)
    weights = np.array([1.0 if each.weight is None else each.weight for each in traits])
    order = np.argsort(-weights, kind="stable")
    before = np.cumsum(weights[order]) - weights[order]
    head = np.zeros(len(traits), dtype=np.bool_)
    head[order] = before < HEAD_SHARE * weights.sum()
    return head
