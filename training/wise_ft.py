"""Between the parent's weights and the tuned ones there is often a model better than both.

Source: Wortsman et al. 2022, "Robust fine-tuning of zero-shot models" (WiSE-FT).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch

Weights = Mapping[str, torch.Tensor]
MEASURE = "recall@10"


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


def sweep(
    alphas: Sequence[float], measure: Callable[[float], dict[str, float]]
) -> tuple[float, dict[float, dict[str, float]]]:
    """Measure each share of the tuned weights; give the best, and what all came to.

    Of equals the smaller share is taken: it is nearer to what the parent can do.
    """
    found = {alpha: measure(alpha) for alpha in sorted(set(alphas))}
    return max(found, key=lambda alpha: found[alpha].get(MEASURE, 0.0)), found
