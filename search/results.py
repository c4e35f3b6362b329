"""What was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.records import ImageRecord, ProductRecord
from search.facets import Facet
from search.query import MAX_WINDOW, Page
from search.reading import Reading
from search.relaxation import Relaxation


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a hit's score comes from; None for a field that the query asks nothing of."""

    image: float | None
    """Cosine of its best picture."""
    text: float | None
    """Cosine of its best text."""
    lexical: float | None
    """Words in common, from 0 to 1."""
    effects: tuple[str, ...] = ()
    """What else moved it, in words."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One product, how well it fits, and which of its pictures fits best."""

    product: ProductRecord
    score: float
    """Higher is better; comparable within one answer only."""
    image: ImageRecord | None
    """The picture that matched best, to be shown; None where the product has none."""
    group_size: int = 1
    """How many found variants it stands for, itself included."""
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class SearchResults:
    """One page of a ranking, from one generation."""

    hits: tuple[SearchHit, ...]
    total: int
    """How many hits the ranking holds."""
    page: Page
    generation: str
    fingerprint: str
    exact: bool
    """Whether every row was scored."""
    timings_ms: Mapping[str, float]
    """Stage to milliseconds: queue, read, encode, scan, fuse, select, documents."""
    reading: Reading | None = None
    """How the sentence was understood; None where there was none."""
    facets: tuple[Facet, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    """Ways out where the conditions leave nothing; see ``conditions``."""
    nearest: tuple[SearchHit, ...] = ()
    """Where nothing fits: what comes nearest all the same. Not counted in the total."""
    cursor: str = ""
    """Where the next page begins; empty after the last."""

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
    waiting: int = 0
    """Queries in the queue."""
