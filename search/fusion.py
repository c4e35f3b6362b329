"""One score from all the evidence: likeness to pictures, likeness to texts, and words in common."""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

import numpy as np

from search.ranking import ProductScores


@dataclass(frozen=True, slots=True)
class Evidence:
    """What each field says of every product, for one query; None where it was not asked."""

    image: ProductScores | None = None
    """Cosine of each product's best picture."""
    text: ProductScores | None = None
    """Cosine of each product's best text."""
    lexical: ProductScores | None = None
    """From 0 (no word in common) to 1 (nothing better is possible)."""
    off_catalogue: float | None = None
    """How near the query is to what this shop does not sell; None where that is not known."""

    @property
    def most_words(self) -> float:
        """Words in common with the product that has most of them, from 0 to 1."""
        return 0.0 if self.lexical is None else float(self.lexical.max(initial=0.0))


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each field counts; only their proportions matter for the order.

    The defaults were chosen on four sets of judged queries with the bundled model, all measured
    with the pictures alone, the texts alone and nine proportions: docs/search-quality.md.
    Shares of the pictures from 0.3 to 0.5 differ by less than the noise. More of the words helps
    who names a brand (precision@10 .88 at 1, .92 at 2, .94 at 4) and harms who describes
    (.810, .802, .790).
    """

    image: float = 0.4
    text: float = 0.6
    lexical: float = 2.0

    def __post_init__(self) -> None:
        """Refuse what ranks nothing, or backwards."""
        if not all(math.isfinite(each) and each >= 0 for each in astuple(self)) or not any(
            astuple(self)
        ):
            raise ValueError(f"weights are numbers from 0 up, not all of them 0: {self}")


def fuse(evidence: Evidence, weights: Weights = Weights()) -> ProductScores:
    """Weigh the fields into one score per product, in standard deviations above the usual.

    Cosines of pictures and of texts lie on scales of their own, which differ from model to
    model. Each is counted in standard deviations from its mean over the catalogue, which
    needs no fitting. Lexical scores are zero nearly everywhere, so that a deviation
    would say how rare the words are, not how well they fit: they count as they are.

    Where pictures or texts were not asked, or say the same of every product, the other has
    the weight of both, and words keep their proportion.

    Raises:
        ValueError: no field was asked.
    """
    asked = [each for each in (evidence.image, evidence.text, evidence.lexical) if each is not None]
    if not asked:
        raise ValueError("nothing was asked of any field")
    fused = np.zeros(len(asked[0]), dtype=np.float32)
    dense = [
        (weight, deviations)
        for weight, scores in ((weights.image, evidence.image), (weights.text, evidence.text))
        if scores is not None and (deviations := _standardized(scores)) is not None
    ]
    total = sum(weight for weight, _ in dense)
    both = weights.image + weights.text
    for weight, deviations in dense:
        # Asked for a picture, a shop whose weights leave pictures out still ranks by them.
        share = both * weight / total if total else 1.0
        fused += np.float32(share) * deviations
    if evidence.lexical is not None:
        fused += np.float32(weights.lexical) * evidence.lexical
    return fused


def _standardized(scores: ProductScores) -> ProductScores | None:
    """Count scores in standard deviations from their mean; None where they are all alike."""
    if not len(scores):
        return None
    deviations: ProductScores = scores - np.float32(scores.mean(dtype=np.float64))
    spread = math.sqrt(float(np.dot(deviations, deviations)) / len(scores))
    # Float32 cosines of one vector differ in the seventh digit.
    if spread < 1e-6:
        return None
    deviations /= np.float32(spread)
    return deviations
