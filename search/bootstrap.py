"""Assemble a search engine from settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from core.settings import Settings
from encoder.loading import encoder_for
from indexer.generations import current, open_current, open_served
from indexer.snapshot import IndexSnapshot
from search.engine import EngineLimits, SearchEngine
from search.generation import ServedGeneration


class PublishedGenerations:
    """The generations of a folder, in the order they are published."""

    def __init__(self, root: Path, index: str, threads: int) -> None:
        self._root = root
        self._index = index
        self._threads = threads

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
        """Build the vector indexes of an open generation."""
        return ServedGeneration(snapshot, self._index, self._threads)


@contextmanager
def open_engine(settings: Settings) -> Iterator[SearchEngine]:
    """Open the engine over the generation in service; it is warm when this returns.

    Raises:
        NoGenerationError: nothing has been published.
        SnapshotError: the generation is damaged.
        FingerprintMismatchError: a model made it that this home does not know.
        ModelError: the model cannot be loaded.
    """
    source = PublishedGenerations(settings.generations, settings.index, settings.compute_threads)
    engine = SearchEngine(partial(encoder_for, settings), source, limits_from(settings))
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def open_generation(settings: Settings) -> Iterator[ServedGeneration]:
    """Open the generation in service without an encoder, for look-ups and likeness.

    Raises:
        SnapshotError: there is none, or it is damaged.
    """
    source = PublishedGenerations(settings.generations, settings.index, settings.compute_threads)
    generation = source.serve(source.open_first())
    try:
        yield generation
    finally:
        generation.close()


def limits_from(settings: Settings) -> EngineLimits:
    """Take the engine's limits from the settings."""
    return EngineLimits(
        queue_size=settings.queue_size,
        batch_size=settings.query_batch,
        batch_wait_s=settings.batch_wait_ms / 1000,
        timeout_s=settings.query_timeout_s,
        refresh_s=settings.refresh_s,
    )
