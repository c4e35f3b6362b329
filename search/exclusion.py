"""Exclusion by likeness: which products show something that no column tells (laces, stripes).

An encoder hardly hears a "without": it answers "shirt without stripes" with striped shirts. And a
negative vector pushes away what resembles the excluded word, whether it is there or not, so that
little of what was asked for is left on top. So it is decided for each product whether it shows
the concept, by two signs in its pictures and in its text:

- it is nearer to "stripes shirt" than to "shirt", as a share of the distance of the two texts;
- it is nearer to "stripes" than the other products that answer "shirt" are.

What probably shows the concept is excluded; what may show it is put behind what does not.
docs/search-quality.md has the measurements, benchmarks/negation.py makes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.vectors import Embeddings, Mask
from search.ranking import ProductScores

Evidence = NDArray[np.float32]
"""Log-odds that a product shows a concept; shape (products,)."""

# Fitted by logistic regression on every second of 105 queries over 41,323 fashion products and
# 24 concepts that no product has, by benchmarks/negation.py's method, bundled model
# 91716ad4d5de; rounded. On the others: 80 % of what shows a concept is above 0, 4 % of the rest.
CONTRAST_WEIGHTS = (7.0, 4.0)
"""Of the first sign: pictures, texts."""
STANDING_WEIGHTS = (0.2, 1.0)
"""Of the second sign: pictures, texts."""
BIAS = -1.3

SHOWN = -2.0
"""Above these log-odds a product is excluded: showing what was refused is worse than missing one.
Removes 94 % of what shows a concept and 15 % of the rest."""
DOUBTFUL = -5.0
"""From these log-odds on a product loses relevance."""
STEEPNESS = 2.0
"""Standard deviations of relevance that a product loses for each point above ``DOUBTFUL``."""

HEAD = 50
LEFT = 0.2
"""Of the best 50 answers this share is not excluded, whatever the evidence: where nearly all seem
to show a concept (stones on silver rings), those that least do are the answer, not an empty page.
Chosen."""

SAID = 0.5
"""Lexical score of a concept from which a product's words name it (its best is 1)."""
SAID_EVIDENCE = 2.0
"""Log-odds that a concept's words add. Chosen: they alone exclude nothing, because a product is
found by the thesaurus's words for its kind, too (casual shoes by "lace-up shoes")."""

CROWD_SHARE = 20
FEWEST, MOST = 50, 500
"""The products that answer a query: a twentieth of the catalogue, within these bounds. The
weights were fitted with 500 of 41,323."""

LEAST_DISTANCE, LEAST_SPREAD = 1e-3, 1e-6
"""Below these two texts, or all scores, are equal to within the rounding of half precision."""

CATALOGUE_STANDING, CATALOGUE_BIAS = 2.0, -6.0
"""Where nothing is asked for but the exclusion: what stands out by two standard deviations in
the whole catalogue is excluded. Chosen."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Scores of one field for the texts of ``concept_texts``, each of shape (products,)."""

    positive: ProductScores | None
    """For what is asked for; None where nothing is."""
    alone: ProductScores
    together: ProductScores


@dataclass(frozen=True, slots=True)
class Concept:
    """What is known of one excluded concept. Texts are the products' own ones."""

    images: Likeness | None
    texts: Likeness | None
    distance: float
    """1 minus the cosine of the encoded texts "together" and "positive"."""
    words: ProductScores | None = None
    """Lexical scores of the concept, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Steered:
    """Relevance with exclusions taken into account."""

    scores: ProductScores
    shown: Mask
    """What shows an excluded concept, and is not to be found."""


def concept_texts(positive: str, negative: str) -> tuple[str, str]:
    """Give the texts to encode for a concept besides what is asked for: alone, and together.

    >>> concept_texts("shirt", "stripes")
    ('stripes', 'stripes shirt')
    """
    return negative, f"{negative} {positive}".strip()


def distance(positive: Embeddings, together: Embeddings) -> float:
    """Measure how far a concept moves a query; both of shape (dim,)."""
    return float(1 - positive @ together)


def steer(
    relevance: ProductScores, concepts: Sequence[Concept], sought: Mask | None = None
) -> Steered:
    """Exclude what shows a concept, and put back what may.

    Args:
        relevance: How well each product answers the positive part, in any unit.
        concepts: What is excluded.
        sought: What the sentence's filters let through, to be compared with each other: among
            the shirts of one brand a shirt shows less than it does beside all that the brand
            makes. None is all.
    """
    shown = np.zeros(len(relevance), dtype=np.bool_)
    if not concepts or not len(relevance):
        return Steered(relevance, shown)
    crowd, head = _answers(relevance, sought)
    unit = np.float32(STEEPNESS * relevance[crowd].std())
    scores = relevance.copy()
    for concept in concepts:
        found = evidence(concept, crowd)
        shown |= found > max(SHOWN, float(np.quantile(found[head], LEFT)))
        # In place: a new array of this size costs more than the sum.
        found -= np.float32(DOUBTFUL)
        np.maximum(found, 0, out=found)
        found *= unit
        scores -= found
    return Steered(scores, shown)


def evidence(concept: Concept, crowd: NDArray[np.int64]) -> Evidence:
    """Weigh what tells that products show a concept.

    Args:
        concept: Its scores.
        crowd: Positions of the products that answer the positive part.
    """
    fields = [field for field in (concept.images, concept.texts) if field is not None]
    if not fields:
        size = 0 if concept.words is None else len(concept.words)
        return _with_words(np.full(size, CATALOGUE_BIAS, dtype=np.float32), concept)
    if len(fields) == 1:  # a catalogue without pictures or texts is judged by what it has
        fields *= 2
    if fields[0].positive is None:
        found = np.full(len(fields[0].alone), CATALOGUE_BIAS, dtype=np.float32)
        for field in fields:
            found += np.float32(CATALOGUE_STANDING / 2) * _standing(field.alone, None)
        return _with_words(found, concept)
    found = np.full(len(fields[0].alone), BIAS, dtype=np.float32)
    for field, contrast, standing in zip(fields, CONTRAST_WEIGHTS, STANDING_WEIGHTS, strict=True):
        found += np.float32(contrast) * _contrast(field, concept.distance)
        found += np.float32(standing) * _standing(field.alone, crowd)
    return _with_words(found, concept)


def _contrast(field: Likeness, distance: float) -> NDArray[np.float32]:
    """Tell how much nearer products are to the concept with the query than to the query."""
    assert field.positive is not None
    # A concept that is a part of the query moves it nowhere, and nothing can be told.
    share = np.float32(1 / distance if distance > LEAST_DISTANCE else 0)
    return np.asarray((field.together - field.positive) * share, dtype=np.float32)


def _standing(scores: ProductScores, crowd: NDArray[np.int64] | None) -> NDArray[np.float32]:
    """Give scores in standard deviations above the crowd's mean."""
    known = scores if crowd is None else scores[crowd]
    spread = float(known.std())
    if spread < LEAST_SPREAD:
        return np.zeros_like(scores)
    return np.asarray((scores - known.mean()) / np.float32(spread), dtype=np.float32)


def _with_words(found: Evidence, concept: Concept) -> Evidence:
    if concept.words is None:
        return found
    return found + np.float32(SAID_EVIDENCE) * (concept.words >= SAID).astype(np.float32)


def _answers(
    relevance: ProductScores, sought: Mask | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the products that answer a query best, and those of them to show some of.

    Where filters leave few, all others that answer it tell better what is usual.
    """
    passing = None if sought is None else np.flatnonzero(sought)
    if passing is None or not len(passing):
        crowd = _crowd(relevance)
        return crowd, _best(relevance, crowd)
    crowd = passing[_crowd(relevance[passing])] if len(passing) >= FEWEST else _crowd(relevance)
    return crowd, _best(relevance, passing)


def _best(relevance: ProductScores, among: NDArray[np.int64]) -> NDArray[np.int64]:
    if len(among) <= HEAD:
        return among
    return among[np.argpartition(relevance[among], len(among) - HEAD)[len(among) - HEAD :]]


def _crowd(relevance: ProductScores) -> NDArray[np.int64]:
    """Find the products that answer a query best."""
    size = min(max(len(relevance) // CROWD_SHARE, FEWEST), MOST, len(relevance))
    return np.argpartition(relevance, len(relevance) - size)[len(relevance) - size :]
