"""How the learning rate moves over a run."""

from __future__ import annotations

import math


def warmup_cosine(step: int, total: int, warmup: int) -> float:
    """Give the factor on the peak rate at a step: a linear rise, then half a cosine to 0.

    The rise takes a fifth of the run at most, else a short run would never reach its rate.

    >>> [round(warmup_cosine(step, total=10, warmup=2), 2) for step in (0, 1, 2, 6, 10)]
    [0.5, 1.0, 1.0, 0.5, 0.0]
    """
    warmup = min(warmup, total // 5)
    if step < warmup:
        return (step + 1) / warmup
    progress = (step - warmup) / max(1, total - warmup)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
