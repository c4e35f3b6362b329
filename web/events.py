"""Queries and clicks on their way to the database, off the threads that answer."""

from __future__ import annotations

import logging
import queue
import re
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

from flask import Flask, Response, g, request

from catalog.database import Database
from catalog.events import EventEntry, QueryEntry, forget_before, record
from catalog.text import strip_controls
from core.errors import DatabaseError, HomeError
from search.results import SearchResults

log = logging.getLogger(__name__)

Entry = QueryEntry | EventEntry

MAX_WAITING = 10_000
"""Entries that wait to be written, some 10 MB; what comes beyond is dropped and counted."""
BATCH = 500
GATHER_S = 1.0
"""How long a batch waits for more: one transaction a second is all that recording costs."""
TIDY_S = 3600.0

CLIENT_ID = r"[A-Za-z0-9_-]{1,64}"
"""Opaque: neither an address (dots, colons) nor an e-mail address (@) can be one."""
_CLIENT_ID = re.compile(CLIENT_ID)
MAX_QUERY_CHARS = 500


class EventLog:
    """Takes entries without waiting, and writes them in batches on a thread of its own.

    The thread begins with the first entry. What the database does not take is dropped, for a
    search must not depend on whether it was written down.
    """

    def __init__(self, open_database: Callable[[], Database], keep_days: int) -> None:
        self._open_database = open_database
        self._keep = timedelta(days=keep_days)
        self._waiting: queue.Queue[Entry | None] = queue.Queue(MAX_WAITING)
        self._beginning = threading.Lock()
        self._thread: threading.Thread | None = None
        self._tidied_at = float("-inf")
        self.written = 0
        self.dropped = 0

    def put(self, entry: Entry) -> bool:
        """Take an entry; False where too many wait already."""
        self._begin()
        try:
            self._waiting.put_nowait(entry)
        except queue.Full:
            self.dropped += 1
            return False
        return True

    def close(self) -> None:
        """Write what waits, and end the thread."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()

    def _begin(self) -> None:
        with self._beginning:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="event-log", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        goes_on = True
        while goes_on:
            entries, goes_on = self._gather()
            if entries:
                self._write(entries)

    def _gather(self) -> tuple[Sequence[Entry], bool]:
        """Wait for an entry, and a little for more; False with the last ones."""
        entries: list[Entry] = []
        deadline = float("inf")
        while len(entries) < BATCH:
            left = None if not entries else max(0.0, deadline - time.monotonic())
            try:
                entry = self._waiting.get(timeout=left)
            except queue.Empty:
                break
            if entry is None:
                return entries, False
            if not entries:
                deadline = time.monotonic() + GATHER_S
            entries.append(entry)
        return entries, True

    def _write(self, entries: Sequence[Entry]) -> None:
        tidies = time.monotonic() - self._tidied_at > TIDY_S
        try:
            with self._open_database().write() as session:
                record(session, entries)
                if tidies:
                    forget_before(session, datetime.now(UTC) - self._keep)
        except (DatabaseError, HomeError) as error:
            self.dropped += len(entries)
            log.warning("%d queries and clicks are not recorded: %s", len(entries), error)
            return
        self.written += len(entries)
        if tidies:
            self._tidied_at = time.monotonic()


def install_query_log(app: Flask, events: EventLog) -> None:
    """Record every search of the site and the API, and give each a name for clicks to name."""
    app.after_request(partial(_record_query, events))


def given_client_id(text: str) -> str:
    """Take what a client calls itself, where that is opaque; else nothing."""
    return text if _CLIENT_ID.fullmatch(text) else ""


def _record_query(events: EventLog, response: Response) -> Response:
    results: SearchResults | None = g.get("results")
    if results is None or results.reading is None or response.status_code not in (200, 304):
        return response
    query_id = g.get("query_id") or uuid4().hex
    response.headers["X-Query-Id"] = query_id
    events.put(
        QueryEntry(
            query_id=query_id,
            client_id=given_client_id(request.headers.get("X-Client-Id", "")),
            # One text that a database does not take would cost the whole batch.
            user_query=strip_controls(results.reading.text)[:MAX_QUERY_CHARS],
            attributes={
                "page": results.page.number,
                "per_page": results.page.size,
                "total": results.total,
                "generation": results.generation,
            },
            hit_ids=[hit.product.id for hit in results.hits],
            issued_at=datetime.now(UTC),
        )
    )
    return response
