"""One model beside another, segment by segment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.vectors import Mask
from training.gate.bootstrap import Interval, paired_interval


@dataclass(frozen=True, slots=True)
class SegmentComparison:
    """How two models did on the queries of one segment."""

    segment: str
    queries: int
    mean: float
    against: float | None = None
    """The other model's mean; None where there is no other."""
    difference: Interval | None = None


def compare(
    scores: NDArray[np.float64],
    against: NDArray[np.float64] | None,
    segments: Mapping[str, Mask],
) -> tuple[SegmentComparison, ...]:
    """Compare two models' scores, one per query, in every segment."""
    return tuple(
        SegmentComparison(name, int(mask.sum()), float(scores[mask].mean()))
        if against is None
        else SegmentComparison(
            name,
            int(mask.sum()),
            float(scores[mask].mean()),
            float(against[mask].mean()),
            paired_interval(scores[mask], against[mask]),
        )
        for name, mask in segments.items()
    )
