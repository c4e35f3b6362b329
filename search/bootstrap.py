"""Assemble a search engine from settings."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from core.errors import VitrineError
from core.settings import Settings
from encoder.loading import encoder_for
from indexer.generations import current, open_current, open_served
from indexer.snapshot import IndexSnapshot
from search.engine import EngineLimits, SearchEngine
from search.generation import ServedGeneration
from search.merchandising import RulesInService
from search.merchandising_answer import Heeded
from search.merchandising_book import RuleBook
from search.shop import DatabaseShop
from search.tuning import Stamp, Tuning, read_tuning, stamp_of

log = logging.getLogger(__name__)


class PublishedGenerations:
    """The generations of a folder, in the order they are published."""

    def __init__(self, root: Path, index: str, threads: int, tuning: Path | None = None) -> None:
        self._root = root
        self._index = index
        self._threads = threads
        self._tuning = tuning
        self._tuned = Tuning(fingerprint="")
        self._stamp: Stamp = None

    def current_id(self) -> str:
        """Read the pointer."""
        return current(self._root)

    def open(self) -> IndexSnapshot:
        """Open the generation that the pointer names, checking all of it."""
        return open_served(self._root)

    def open_first(self) -> IndexSnapshot:
        """Open that generation or, where it is damaged, the one to go back to."""
        return open_current(self._root)

    def serve(self, snapshot: IndexSnapshot) -> ServedGeneration:
        """Build the vector indexes of an open generation, ranked as it was tuned."""
        tuning = self.tuning(snapshot.manifest.fingerprint)
        return ServedGeneration(snapshot, self._index, self._threads, tuning)

    def tuning(self, fingerprint: str) -> Tuning:
        """Read how a model's generations are ranked, where that has changed since."""
        # The stamp is taken first: what is written in between is read by the next call.
        stamp = None if self._tuning is None else stamp_of(self._tuning, fingerprint)
        if self._tuned.fingerprint != fingerprint or stamp != self._stamp:
            self._stamp, self._tuned = stamp, Tuning(fingerprint=fingerprint)
            if self._tuning is not None:
                self._tuned = read_tuning(self._tuning, fingerprint)
        return self._tuned


@contextmanager
def open_engine(settings: Settings) -> Iterator[SearchEngine]:
    """Open the engine over the generation in service; it is warm when this returns.

    Raises:
        NoGenerationError: nothing has been published.
        SnapshotError: the generation is damaged.
        FingerprintMismatchError: a model made it that this home does not know.
        ModelError: the model cannot be loaded.
    """
    source = _published(settings)
    shop = DatabaseShop(settings.database)
    with closing(shop):
        engine = SearchEngine(partial(encoder_for, settings), source, limits_from(settings), shop)
        with closing(engine):
            yield engine


@contextmanager
def open_generation(settings: Settings) -> Iterator[ServedGeneration]:
    """Open the generation in service without an encoder, for look-ups and likeness.

    Raises:
        SnapshotError: there is none, or it is damaged.
    """
    source = _published(settings)
    generation = source.serve(source.open_first())
    try:
        yield generation
    finally:
        generation.close()


def rules_now(settings: Settings, generation: ServedGeneration) -> Heeded:
    """Read the shop's rules as they are now; none where its database is away."""
    book = RuleBook()
    with closing(DatabaseShop(settings.database)) as shop:
        try:
            book = shop.rules(book)
        except VitrineError as error:
            log.warning("The merchandising rules are not heeded: %s", error)
    snapshot = generation.snapshot
    rules = RulesInService(book, snapshot.columns, snapshot.documents)
    return Heeded(rules, datetime.now(UTC))


def limits_from(settings: Settings) -> EngineLimits:
    """Take the engine's limits from the settings."""
    return EngineLimits(
        queue_size=settings.queue_size,
        batch_size=settings.query_batch,
        batch_wait_s=settings.batch_wait_ms / 1000,
        timeout_s=settings.query_timeout_s,
        refresh_s=settings.refresh_s,
    )


def _published(settings: Settings) -> PublishedGenerations:
    return PublishedGenerations(
        settings.generations, settings.index, settings.compute_threads, settings.tuning
    )
