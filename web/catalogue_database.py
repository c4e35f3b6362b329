"""The catalogue's database, for the few requests that need it: a search needs none."""

from __future__ import annotations

import threading

from catalog.database import Database, open_catalog
from core.settings import Settings


class CatalogueDatabase:
    """Opens the database when it is first asked for. Safe to share between threads.

    So a site without keys, events or catalogue calls goes on without one.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opening = threading.Lock()
        self._opened: Database | None = None

    def open(self) -> Database:
        """Give the database.

        Raises:
            HomeError: the home folder cannot be written.
            DatabaseError: it cannot be reached, or is newer than this program.
        """
        with self._opening:
            if self._opened is None:
                self._opened = open_catalog(self._settings)
            return self._opened

    def close(self) -> None:
        """Close its connections, where it was opened."""
        with self._opening:
            if self._opened is not None:
                self._opened.close()
                self._opened = None
