"""Writes to the catalogue that come over the API: batches of products, withdrawals, feeds.

All of them go through the importer, so that they are checked, mended and recorded as a feed's
rows are. Nothing here publishes an index.
"""

from __future__ import annotations

import io
import json
import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import ledger
from catalog.database import Database
from catalog.feed_location import STANDARD_INPUT, located_feed
from catalog.feeds.detect import open_feed
from catalog.fetch.pictures import picture_fetcher
from catalog.fetch.remembered import lookup
from catalog.image_store import ImageStore
from catalog.images import ImageLimits
from catalog.import_report import ImportReport
from catalog.importer import ImportOptions, import_feed
from catalog.ledger import API_BATCH, Entry, Run
from catalog.models import ImportRun, Outcome, RunStatus
from catalog.named_withdrawal import NamedWithdrawal, normal_id, withdraw_named
from core.errors import BusyError, FeedError, ImportNotFoundError, VitrineError
from core.settings import Settings
from core.terminal import NoProgress, Progress

log = logging.getLogger(__name__)

MAX_ITEMS = 1_000
"""Products or ids in one batch: what an import writes in one transaction."""
SHOWN_ENTRIES = 100
TURN_WAIT_S = 20.0
"""How long one batch waits for another, which takes about a second."""
_MOST_ENTRIES = 10**6

API_FEED = "API feed of "
"""How the source of such a feed begins on record; whose key it was follows."""

LOST = (
    "The server ended while this import ran. What it had taken by then is kept: send the feed "
    "again for the rest."
)


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What became of one product of a batch."""

    product_id: str
    outcome: Outcome
    problems: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class ImportState:
    """How an import stands, and what was mended or refused in it so far."""

    run: Run
    entries: tuple[Entry, ...]
    """The first ``SHOWN_ENTRIES``."""


class ApiWrites:
    """Does what the API's catalogue addresses are asked for. Safe to share between threads.

    Batches wait for each other; of feeds there is one at a time, on a thread of its own.
    """

    def __init__(self, settings: Settings, open_database: Callable[[], Database]) -> None:
        self._settings = settings
        self._open_database = open_database
        self._batches = threading.Lock()
        self._feeds = threading.Lock()
        self._live: set[str] = set()
        """Sources of what this process is importing."""

    def upsert(self, items: Sequence[object], who: str) -> tuple[ImportReport, list[ItemResult]]:
        """Add products, or replace those that are there; each gets a result, in their order.

        Args:
            items: What JSON holds, one for each product; whatever is no product is refused.
            who: Whose key it was, for the record.

        Raises:
            BusyError: other batches took too long.
            DatabaseError: nothing was kept.
        """
        # json writes a float as the shortest text that reads back as the same one: up to 15
        # digits, that is the text that was sent. So a price stays what it was.
        lines = "\n".join(json.dumps(item) for item in items).encode()
        options = replace(self._options(ImportOptions(), API_BATCH + who), format="jsonl")
        with self._turn(), located_feed(STANDARD_INPUT, self._settings, io.BytesIO(lines)) as feed:
            database = self._open_database()
            report = self._import(database, feed.path, options, NoProgress())
            with database.read() as session:
                entries = ledger.list_entries(
                    session, report.run_id, _MOST_ENTRIES, problems_only=False
                )
        return report, _results(entries)

    def withdraw(self, ids: Sequence[str]) -> NamedWithdrawal:
        """Take products out of the catalogue.

        Raises:
            BusyError: other batches took too long.
            DatabaseError: none was withdrawn.
        """
        with self._turn():
            return withdraw_named(self._open_database(), list(dict.fromkeys(map(normal_id, ids))))

    def begin_import(self, stream: BinaryIO, options: ImportOptions, who: str) -> int:
        """Take a feed in and begin to import it; give its run's number as soon as it has one.

        Raises:
            BusyError: one is being imported.
            FeedError: it is too large, or in no format that is read.
            DatabaseError: the database cannot be used.
        """
        if not self._feeds.acquire(blocking=False):
            raise BusyError("A feed is being imported already. Send this one when that has ended.")
        with ExitStack() as taken:
            taken.callback(self._feeds.release)
            options = self._options(options, f"{API_FEED}{who} ({secrets.token_hex(4)})")
            with _told_as_sent():
                feed = taken.enter_context(located_feed(STANDARD_INPUT, self._settings, stream))
                open_feed(feed.path, options.format)
            database = self._open_database()
            self._live.add(options.source)
            taken.callback(self._live.discard, options.source)
            start = _Start()
            work = partial(self._import, database, feed.path, options, start)
            threading.Thread(
                target=_run_job, args=(work, start, taken.pop_all()), name="api-import", daemon=True
            ).start()
        start.wait()
        with database.read() as session:
            return _run_of(session, options.source)

    def state(self, run_id: int) -> ImportState:
        """Tell how an import stands, also one of the command line.

        Raises:
            ImportNotFoundError: there is none of this number.
        """
        with self._open_database().read() as session:
            run = ledger.find_run(session, run_id)
            if run is None:
                raise ImportNotFoundError(run_id)
            entries = ledger.list_entries(session, run_id, SHOWN_ENTRIES)
        return ImportState(self._as_it_is(run), entries)

    def _as_it_is(self, run: Run) -> Run:
        """Tell of a run whether it goes on here: the record may know neither way.

        One that was killed could not write so, and one that goes on is taken for killed as
        soon as another begins.
        """
        if run.source in self._live and run.finished_at is None:
            return replace(run, status=RunStatus.RUNNING)
        ours = run.source.startswith((API_BATCH, API_FEED))
        if ours and run.status in (RunStatus.RUNNING, RunStatus.INTERRUPTED):
            return replace(run, status=RunStatus.INTERRUPTED, reason=run.reason or LOST)
        return run

    def _options(self, wanted: ImportOptions, source: str) -> ImportOptions:
        settings = self._settings
        return replace(
            wanted,
            limits=ImageLimits(settings.max_image_bytes, settings.max_image_pixels),
            threads=settings.compute_threads,
            source=source,
        )

    def _import(
        self, database: Database, path: Path, options: ImportOptions, progress: Progress
    ) -> ImportReport:
        store = ImageStore(self._settings.images)
        fetcher = picture_fetcher(self._settings, lookup(database), store.read)
        try:
            options = replace(options, fetcher=fetcher)
            return import_feed(database, store, path, options, progress)
        finally:
            if fetcher is not None:
                fetcher.close()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._batches.acquire(timeout=TURN_WAIT_S):
            raise BusyError("Other batches are being written. Send this one again in a moment.")
        try:
            yield
        finally:
            self._batches.release()


class _Start:
    """Tells when an import is on record, for that is when it begins its first stage."""

    def __init__(self) -> None:
        self._known = threading.Event()
        self._failure: BaseException | None = None

    @contextmanager
    def stage(self, name: str, total: int | None, unit: str) -> Iterator[Callable[[int], object]]:
        """Note that a stage begins."""
        self._known.set()
        yield lambda _: None

    def fail(self, error: BaseException) -> None:
        """Note why it ended; too late to matter where it had begun."""
        self._failure = None if self._known.is_set() else error
        self._known.set()

    def wait(self) -> None:
        """Wait until it is on record; raises why it never will be."""
        self._known.wait()
        if self._failure is not None:
            raise self._failure


def _run_job(work: Callable[[], ImportReport], start: _Start, held: ExitStack) -> None:
    """Import, and let go of what was held for it; how it ended is on record."""
    with held:
        try:
            work()
        except VitrineError as error:
            log.warning("an import over the API failed: %s", error)
            start.fail(error)
        except Exception as error:
            log.exception("an import over the API failed")
            start.fail(error)


@contextmanager
def _told_as_sent() -> Iterator[None]:
    """Name a feed as its sender does, who knows nothing of our files."""
    try:
        yield
    except FeedError as error:
        raise FeedError("that was sent", error.reason) from error


def _run_of(session: Session, source: str) -> int:
    return session.scalars(select(ImportRun.id).where(ImportRun.source == source)).one()


def _results(entries: Sequence[Entry]) -> list[ItemResult]:
    """Gather the entries of each line, which come in the lines' order."""
    results = []
    for _, found in groupby(entries, key=lambda entry: entry.line):
        of_one = tuple(found)
        problems = tuple(entry for entry in of_one if entry.code)
        results.append(ItemResult(of_one[0].product_id, of_one[0].outcome, problems))
    return results
