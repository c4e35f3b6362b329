"""Which products are worth showing, and whether any is."""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

import numpy as np

from core.vectors import Mask
from search.fusion import Evidence, Weights
from search.ranking import ProductScores

TOP = 10
"""How many of the best say what a good answer to this query scores."""

TOP_SHARE = 20
"""At most one product in so many belongs to the best: a shop of forty has two of them."""


NAMED = 0.8
"""From so many words in common on, out of 1, a product has what was asked for by name, and no
encoder is asked whether it fits.

Seen in four shops: of 64 queries for what they do not sell, none comes above 0.6 ("flight to new
york"); whoever asks for "beach", "gym" or "travel" means the products that say so, and for "filing
cabinet" or "toy train" those of a furniture shop. Below it is one word of two ("boxing ring").
"""


@dataclass(frozen=True, slots=True)
class Level:
    """How evidence adds up to one number on how well a product fits, whatever the query.

    Plain scores, since it is their height that tells what is sold from what is not: counted
    from the query's own mean, "steam locomotive" has a best product like any other. What
    is near the query outside the catalogue counts against it: "oil filter" is as near to
    black leather as many a shopper's wish, and nearer to other things that no shop of shoes
    sells. The proportions were chosen on four judged sets (docs/search-quality.md): those of
    the fields matter little; without the last, three times as many off-catalogue queries
    are answered.
    """

    image: float = 0.4
    text: float = 0.6
    lexical: float = 0.1
    off_catalogue: float = 0.5

    @classmethod
    def fitting(cls, weights: Weights) -> Level:
        """Give pictures and texts the proportion that they have in the ranking."""
        both = weights.image + weights.text
        if not both:
            return cls()
        return cls(image=weights.image / both, text=weights.text / both)

    def __post_init__(self) -> None:
        """Refuse weights that are none."""
        if not all(math.isfinite(each) and each >= 0 for each in astuple(self)):
            raise ValueError(f"the weights of a level are numbers from 0 up: {self}")

    def best(self, evidence: Evidence) -> float | None:
        """Give the level of the product that fits best; None where a field is not known."""
        if self.off_catalogue and evidence.off_catalogue is None:
            return None
        fitting = self.best_in_catalogue(evidence)
        if fitting is None:
            return None
        return fitting - self.off_catalogue * (evidence.off_catalogue or 0.0)

    def best_in_catalogue(self, evidence: Evidence) -> float | None:
        """Give that level before what lies outside the catalogue is counted against it."""
        total: ProductScores | None = None
        for weight, scores in (
            (self.image, evidence.image),
            (self.text, evidence.text),
            (self.lexical, evidence.lexical),
        ):
            if not weight:
                continue
            if scores is None or not len(scores):
                return None
            part = np.float32(weight) * scores
            total = part if total is None else np.add(total, part, out=total)
        return None if total is None else float(total.max())


@dataclass(frozen=True, slots=True)
class Cutoff:
    """Tells relevant products from the rest: first whether any is, then which are.

    Both are seen from the whole catalogue, never from a filter, a sort order or a page.
    """

    share: float = 0.65
    """How far up a product must be from the catalogue's mean to the best ones; 0 to 1.

    Chosen on four judged sets: of the relevant products among the first ten, .994 are kept,
    and the median of total to judged relevant products is 1.2 in the fashion and demo shops
    (.6: 1.5; .75: 1.0, with more of the relevant ones lost).
    """
    least: float | None = None
    """The level that the best product must reach; None leaves no query without an answer.

    It depends on the model and on the catalogue, so that only ``vitrine tune`` knows it.
    """
    level: Level = Level()

    def __post_init__(self) -> None:
        """Refuse shares and levels that are none."""
        if not 0 <= self.share <= 1:
            raise ValueError(f"a share lies from 0 to 1, not at {self.share}")
        if self.least is not None and not math.isfinite(self.least):
            raise ValueError(f"a level is a number, not {self.least}")

    def fits(self, evidence: Evidence) -> bool:
        """Tell whether anything in the catalogue fits the query.

        What a product has nearly all words of fits, whatever the level. Pictures, and what
        else lacks a field that the level is made of, are given the benefit of the doubt.
        """
        if self.least is None or evidence.most_words >= NAMED:
            return True
        best = self.level.best(evidence)
        return best is None or best >= self.least

    def relevant(self, evidence: Evidence, fused: ProductScores) -> Mask:
        """Tell which products to count and show: the first of the ranking, or none at all."""
        if not len(fused) or not self.fits(evidence):
            return np.zeros(len(fused), dtype=np.bool_)
        return np.asarray(fused >= self.threshold(fused))

    def threshold(self, fused: ProductScores) -> float:
        """Give the score from which on products are relevant; the best one always is.

        Args:
            fused: Shape (products,), at least one; minus infinity is no score and not counted.
        """
        possible = fused if fused.min() > -np.inf else fused[fused > -np.inf]
        if not len(possible):
            return math.inf
        mean = float(possible.mean(dtype=np.float64))
        count = min(TOP, max(1, len(possible) // TOP_SHARE))
        top = np.partition(possible, len(possible) - count)[-count:]
        wanted = mean + self.share * (float(top.mean(dtype=np.float64)) - mean)
        return min(wanted, float(top.max()))
