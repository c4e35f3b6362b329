"""What was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.records import ImageRecord, ProductRecord
from search.query import MAX_WINDOW, Page


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One product, how well it fits, and which of its pictures fits best."""

    product: ProductRecord
    score: float
    """Higher is better; comparable within one answer only."""
    image: ImageRecord | None
    """The picture that matched best, to be shown; None where the product has none."""


@dataclass(frozen=True, slots=True)
class SearchResults:
    """One page of a ranking, from one generation."""

    hits: tuple[SearchHit, ...]
    total: int
    """How many products the ranking holds."""
    page: Page
    generation: str
    fingerprint: str
    exact: bool
    """Whether every row was scored."""
    timings_ms: Mapping[str, float]
    """Stage to milliseconds: queue, encode, scan, fuse, documents."""

    @property
    def pages(self) -> int:
        """How many pages of this size can be asked for."""
        reachable = min(self.total, MAX_WINDOW // self.page.size * self.page.size)
        return -(-reachable // self.page.size)


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """What the engine serves at the moment."""

    ready: bool
    generation: str
    fingerprint: str
    products: int
    images: int
    index: str
    """Kind of vector index: ``numpy``, ``faiss-cpu``, ``faiss-gpu``."""
