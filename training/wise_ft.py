"""Between the parent's weights and the tuned ones there is often a model better than both.

Source: Wortsman et al. 2022, "Robust fine-tuning of zero-shot models" (WiSE-FT).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch

Weights = Mapping[str, torch.Tensor]
MEASURES = ("recall@10", "mrr@10")
FEWEST_TITLES = 50
"""With fewer, one title more or less among the first ten decides: 2 % of recall@10."""


def interpolate(parent: Weights, tuned: Weights, alpha: float) -> dict[str, torch.Tensor]:
    """Mix two models of one architecture: ``alpha`` of the tuned one, the rest the parent's.

    >>> a, b = {"w": torch.tensor([0.0, 2.0])}, {"w": torch.tensor([4.0, 2.0])}
    >>> interpolate(a, b, 0.25)["w"].tolist()
    [1.0, 2.0]
    """
    return {
        name: torch.lerp(parent[name].to(each), each, alpha) if each.is_floating_point() else each
        for name, each in tuned.items()
    }


@dataclass(frozen=True, slots=True)
class Choice:
    """The share of the tuned weights that a run keeps."""

    alpha: float
    measures: dict[str, float]
    """Of the held-out examples, with these weights."""
    reason: str
    """Why it was kept, in a few words."""


def choose(
    alphas: Sequence[float], titles: int, measure: Callable[[float], dict[str, float]]
) -> Choice:
    """Choose the share of the tuned weights by what is measured with each.

    The best recall@10 counts, of equals the best mrr@10, and of equals the smaller share:
    it is nearer to what the parent can do. Where too little is held out to tell them apart
    the largest is kept, for to tune was the wish.

    Args:
        alphas: Shares to try.
        titles: How many are measured with.
        measure: Gives recall@10 and mrr@10 of a share; nothing where nothing is held out.
    """
    shares = sorted(set(alphas))
    largest = shares[-1]
    if len(shares) == 1:
        return Choice(largest, measure(largest), "the only share to try")
    if titles < FEWEST_TITLES:
        held = "no title is" if not titles else f"only {titles} are"
        reason = f"the largest share, for {held} held out and {FEWEST_TITLES} are the least"
        return Choice(largest, measure(largest), f"{reason} to choose by")
    found = {alpha: measure(alpha) for alpha in shares}
    best = max(shares, key=lambda alpha: tuple(found[alpha][name] for name in MEASURES))
    return Choice(
        best, found[best], f"the best of {len(shares)} shares on {titles} held-out titles"
    )
