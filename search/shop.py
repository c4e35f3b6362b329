"""What the catalogue's database tells the engine besides products: rules, and what was clicked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from catalog.clicked_queries import clicked_queries
from catalog.database import Database, parse_url
from search.merchandising_book import RuleBook, refreshed

TABLES_SINCE = "0004"
"""The schema that brought the tables; ``catalog.database.SCHEMA`` may be a later one."""


class DatabaseShop:
    """Reads the catalogue's database; makes and migrates nothing, for a search is no reason to.

    A database that does not exist, or has an older schema, has no rules yet.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._database: Database | None = None

    def rules(self, known: RuleBook) -> RuleBook:
        """Read the rules, where their revision is another; see ``search.sources.ShopSource``."""
        database = self._opened()
        return known if database is None else refreshed(known, database)

    def clicked(self) -> Mapping[str, int]:
        """Count the clicks; see ``search.sources.ShopSource``."""
        database = self._opened()
        if database is None:
            return {}
        with database.read() as session:
            return clicked_queries(session)

    def close(self) -> None:
        """Close its connections."""
        if self._database is not None:
            self._database.close()

    def _opened(self) -> Database | None:
        """Open the database once it has the tables."""
        if self._database is None and _exists(self._url):
            database = Database(self._url)
            if database.schema() < TABLES_SINCE:
                database.close()
                return None
            self._database = database
        return self._database


def _exists(url: str) -> bool:
    """Tell whether there is a database, as far as that can be told: SQLite would make one."""
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return True
    return Path(parsed.database).exists()
