"""What works behind the answers, is begun when it is first needed, and ends with the server."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app

from catalog.api_writes import ApiWrites
from core.settings import Settings
from web.access_keys import DatabaseKeys, KeyRing
from web.catalogue_database import CatalogueDatabase
from web.events import EventLog

_KEY = "vitrine_backstage"


@dataclass(frozen=True, slots=True)
class Backstage:
    """The parts of an application that have threads or connections of their own."""

    database: CatalogueDatabase
    ring: KeyRing
    writes: ApiWrites
    events: EventLog

    @classmethod
    def of(cls, settings: Settings) -> Backstage:
        """Make the parts; none of them begins to work yet."""
        database = CatalogueDatabase(settings)
        return cls(
            database=database,
            ring=KeyRing(DatabaseKeys(database)),
            writes=ApiWrites(settings, database.open),
            events=EventLog(database.open, settings.events_days),
        )

    def close(self) -> None:
        """End what has begun; the database last, for the others write to it."""
        self.ring.close()
        self.events.close()
        self.database.close()


def attach_backstage(app: Flask, backstage: Backstage) -> None:
    """Give an application its parts."""
    app.extensions[_KEY] = backstage


def backstage() -> Backstage:
    """Find the parts of the application that answers this request."""
    return backstage_of(current_app)


def backstage_of(app: Flask) -> Backstage:
    """Find an application's parts from outside a request."""
    found: Backstage = app.extensions[_KEY]
    return found
