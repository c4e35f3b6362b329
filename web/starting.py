"""An engine that is still being opened, so that the site answers from its first second."""

from __future__ import annotations

from catalog.records import ProductRecord
from core.errors import NotReadyError
from search.engine import Engine
from search.query import Page, SearchQuery
from search.results import EngineStatus, SearchHit, SearchResults

STARTING = EngineStatus(ready=False, generation="", fingerprint="", products=0, images=0, index="")


class StartingEngine:
    """Stands where the engine will be; refuses politely until ``use`` is called."""

    def __init__(self) -> None:
        self._engine: Engine | None = None

    def use(self, engine: Engine) -> None:
        """Put the opened engine in service."""
        self._engine = engine

    def search(self, query: SearchQuery) -> SearchResults:
        """Rank all products, once the engine is open."""
        return self._opened().search(query)

    def similar(self, product_id: str, page: Page) -> SearchResults:
        """Rank all other products by likeness to one, once the engine is open."""
        return self._opened().similar(product_id, page)

    def product(self, product_id: str) -> ProductRecord:
        """Look one product up, once the engine is open."""
        return self._opened().product(product_id)

    def showcase(self, limit: int) -> tuple[SearchHit, ...]:
        """Pick products for a first page, once the engine is open."""
        return self._opened().showcase(limit)

    def categories(self) -> tuple[tuple[str, int], ...]:
        """List the widest categories, once the engine is open."""
        return self._opened().categories()

    def status(self) -> EngineStatus:
        """Tell what is in service: nothing, until the engine is open."""
        return STARTING if self._engine is None else self._engine.status()

    def _opened(self) -> Engine:
        if self._engine is None:
            raise NotReadyError("The search engine is starting. It will answer in a moment.")
        return self._engine
