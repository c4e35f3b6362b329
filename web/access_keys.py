"""The API's keys in memory, so that no request with a known key waits for the database."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Protocol

from catalog import api_keys
from catalog.api_keys import KeyRecord, Scope, public_id_of
from core.errors import DatabaseError, DatabaseUnavailableError, HomeError
from web.catalogue_database import CatalogueDatabase

log = logging.getLogger(__name__)

REFRESH_S = 5.0
"""How soon a revoked key stops, at the latest."""
STALE_S = 60.0
"""How long keys are believed while the database is away; a restart of its server takes less."""
FIRST_WAIT_S = 5.0
NEW_KEY_WAIT_S = 2.0
EARLIEST_S = 1.0
"""Keys that nobody knows make the ring look again at most this often."""


class KeySource(Protocol):
    """Where keys are on record."""

    def load(self) -> Mapping[str, KeyRecord]:
        """Read the live keys, by public id."""

    def note_uses(self, ids: Collection[int]) -> None:
        """Note that keys were used."""


class DatabaseKeys:
    """Keys on record in the catalogue's database."""

    def __init__(self, database: CatalogueDatabase) -> None:
        self._database = database

    def load(self) -> Mapping[str, KeyRecord]:
        """Read the live keys, by public id."""
        with self._database.open().read() as session:
            return api_keys.live_keys(session, datetime.now(UTC))

    def note_uses(self, ids: Collection[int]) -> None:
        """Note that keys were used, to the hour."""
        with self._database.open().write() as session:
            api_keys.note_uses(session, ids, datetime.now(UTC))


class KeyRing:
    """Knows the live keys, and reads them anew every few seconds on a thread of its own.

    The thread begins with the first key that is asked for: a site that has no keys reads none.
    """

    def __init__(self, source: KeySource, refresh_s: float = REFRESH_S) -> None:
        self._source = source
        self._refresh_s = refresh_s
        self._changed = threading.Condition()
        # Guarded by the condition:
        self._keys: Mapping[str, KeyRecord] = {}
        self._loads = 0
        self._loaded_at = float("-inf")
        self._wanted = False
        self._closed = False
        self._thread: threading.Thread | None = None
        self._used: set[int] = set()
        self._noted: dict[int, datetime] = {}

    def find(self, key: str) -> KeyRecord | None:
        """Look a key up; None where it opens nothing.

        A key that is known costs a hash. One that is not is looked for in the database once
        more, for it may have been made a moment ago.

        Raises:
            DatabaseUnavailableError: what is on record has not been read for a minute.
        """
        public_id = public_id_of(key)
        if not public_id:
            return None
        with self._changed:
            self._begin()
            known = public_id in self._keys
            if not known or self._is_stale():
                self._look_again(FIRST_WAIT_S if self._is_stale() else NEW_KEY_WAIT_S)
            found = self._keys.get(public_id)
            if found is None or not found.opens_with(key, datetime.now(UTC)):
                return None
            self._used.add(found.id)
            return found

    def admits_feed(self, key: str) -> bool | None:
        """Tell whether a key may write to the catalogue; None while it is looked up. Never waits.

        The request itself is held against the keys later, as every other.
        """
        public_id = public_id_of(key)
        if not public_id:
            return False
        with self._changed:
            self._begin()
            found = self._keys.get(public_id)
            if found is not None:
                return Scope.CATALOGUE in found.scopes and found.opens_with(key, datetime.now(UTC))
            if time.monotonic() - self._loaded_at < EARLIEST_S:
                return False
            self._wanted = True
            self._changed.notify_all()
            return None

    def look_again(self) -> None:
        """Have the keys read now, where the thread has begun, and wait until they are."""
        with self._changed:
            self._look_again(FIRST_WAIT_S)

    def close(self) -> None:
        """End the thread, and note the last uses."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _begin(self) -> None:
        if self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._run, name="api-keys", daemon=True)
            self._thread.start()

    def _is_stale(self) -> bool:
        return time.monotonic() - self._loaded_at > STALE_S

    def _look_again(self, wait_s: float) -> None:
        """Have the keys read now, unless that was just done; wait for it."""
        if time.monotonic() - self._loaded_at >= EARLIEST_S:
            before = self._loads
            self._wanted = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._loads != before or self._closed, wait_s)
        if self._is_stale():
            raise DatabaseUnavailableError("The keys cannot be looked up at the moment.")

    def _run(self) -> None:
        while True:
            self._refresh()
            with self._changed:
                self._changed.wait_for(lambda: self._wanted or self._closed, self._refresh_s)
                if self._closed:
                    break
                self._wanted = False
        self._note_uses()

    def _refresh(self) -> None:
        began = time.monotonic()
        try:
            keys = self._source.load()
        except (DatabaseError, HomeError) as error:
            log.warning("API keys cannot be read: %s", error)
            keys = None
        with self._changed:
            self._loads += 1
            if keys is not None:
                self._keys, self._loaded_at = keys, began
            self._changed.notify_all()
        self._note_uses()

    def _note_uses(self) -> None:
        """Write down which keys were used this hour and have not been noted yet."""
        hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        with self._changed:
            new = {each for each in self._used if self._noted.get(each) != hour}
            self._used.clear()
        if not new:
            return
        try:
            self._source.note_uses(new)
        except (DatabaseError, HomeError) as error:
            log.warning("the use of API keys cannot be noted: %s", error)
        else:
            self._noted |= dict.fromkeys(new, hour)
