"""An engine that is still being opened, so that the site answers from its first second."""

from __future__ import annotations

from pathlib import Path

from catalog.records import ProductRecord
from core.errors import NoGenerationError, NotReadyError, VitrineError
from search.engine import Engine
from search.query import SearchQuery, SimilarQuery
from search.results import EngineStatus, SearchHit, SearchResults
from search.suggest import USUAL_LIMIT, Suggestion

STARTING = EngineStatus(ready=False, generation="", fingerprint="", products=0, images=0, index="")


class StartingEngine:
    """Stands where the engine will be; refuses politely until ``use`` is called."""

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self._empty: Path | None = None

    def wait_for_generation(self, root: Path) -> None:
        """Say from now on that nothing has been published under ``root``."""
        self._empty = root

    def use(self, engine: Engine) -> None:
        """Put the opened engine in service."""
        self._engine = engine

    def search(self, query: SearchQuery) -> SearchResults:
        """Rank all products, once the engine is open."""
        return self._opened().search(query)

    def similar(self, query: SimilarQuery) -> SearchResults:
        """Rank other products by likeness, once the engine is open."""
        return self._opened().similar(query)

    def product(self, product_id: str) -> ProductRecord:
        """Look one product up, once the engine is open."""
        return self._opened().product(product_id)

    def showcase(self, limit: int) -> tuple[SearchHit, ...]:
        """Pick products for a first page, once the engine is open."""
        return self._opened().showcase(limit)

    def categories(self) -> tuple[tuple[str, int], ...]:
        """List the widest categories, once the engine is open."""
        return self._opened().categories()

    def suggest(self, prefix: str, limit: int = USUAL_LIMIT) -> tuple[Suggestion, ...]:
        """Complete what has been typed, once the engine is open."""
        return self._opened().suggest(prefix, limit)

    @property
    def opened(self) -> bool:
        """Whether the engine is in service."""
        return self._engine is not None

    def status(self) -> EngineStatus:
        """Tell what is in service: nothing, until the engine is open."""
        return STARTING if self._engine is None else self._engine.status()

    def _opened(self) -> Engine:
        if self._engine is None:
            raise self.reason()
        return self._engine

    def reason(self) -> VitrineError:
        """Tell why nothing is answered; made anew, for a raised one keeps its traceback."""
        if self._empty is not None:
            return NoGenerationError(self._empty)
        return NotReadyError("The search engine is starting. It will answer in a moment.")


def why_not_ready(engine: Engine) -> VitrineError:
    """Tell why an engine whose status is not ready answers nothing."""
    if isinstance(engine, StartingEngine) and not engine.opened:
        return engine.reason()
    return NotReadyError("The search engine is stopping.")
