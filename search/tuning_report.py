"""What came of fitting a tuning: figures before and after, and what was stored."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from search.fusion import Weights
from training.gate.bootstrap import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsResult:
    """Weights beside those in force, by queries that the fit did not see."""

    before: Weights
    after: Weights
    """Fitted on all queries."""
    ndcg_before: float
    ndcg_after: float
    """Of weights that were fitted without the query."""
    difference: Interval
    better: bool
    """Beyond noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CutoffFigures:
    """What a cut-off does to sentences that it was not fitted on."""

    share: float
    least: float | None
    kept: float
    """Of the relevant results of first pages; without judged queries, of the shoppers' phrases
    for what the catalogue has."""
    refused: float
    """Of the off-catalogue sentences."""
    f1: float | None
    """Of what is shown against what was judged; None without judged queries."""
    total_ratio: float | None
    """Median of how many products are counted for one that was judged relevant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CutoffResult:
    """A cut-off beside the one in force."""

    before: CutoffFigures
    after: CutoffFigures
    answers: Interval
    """How what is answered changes: F1, or without judged queries the phrases kept."""
    refusals: Interval
    """How what is refused changes."""
    better: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningReport:
    """What a run of `vitrine tune` did."""

    fingerprint: str
    generation: str
    products: int
    queries: int
    """Judged ones that it was fitted on; 0 where it was fitted on the catalogue alone."""
    skipped: int = 0
    """Judged queries that were not used: repeated, without a product that is there, too many."""
    phrases: int = 0
    """Shoppers' phrases for what the catalogue has; 0 where judged queries say it."""
    off_catalogue: int = 0
    sold: int = 0
    """Off-catalogue sentences left out because this shop seems to sell it."""
    weights: WeightsResult | None
    """None without judged queries: phrases made from a catalogue find themselves in its words."""
    cutoff: CutoffResult
    stored: tuple[str, ...]
    """``weights``, ``cutoff``, both or none."""
    reasons: tuple[str, ...]
    """Why the rest was not stored."""
    path: str = ""
    """Of the file; empty where nothing was stored."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return asdict(self)
