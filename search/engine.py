"""The only object that the web and the commands know."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from catalog.records import ProductRecord
from core.errors import (
    FingerprintMismatchError,
    NotReadyError,
    SnapshotError,
    VitrineError,
)
from encoder.base import DualEncoder
from indexer.snapshot import IndexSnapshot
from search.answering import Question, answer
from search.generation import ServedGeneration
from search.probes import SimilarQuery
from search.query import Page, SearchQuery
from search.results import EngineStatus, SearchHit, SearchResults
from search.worker import Job, Worker

log = logging.getLogger(__name__)

Value = TypeVar("Value")

WARM_UP = ("a", "a warm red jacket for a long walk in the rain")
"""A short and a long sentence, so that the first shopper finds every buffer allocated."""


class Engine(Protocol):
    """Answers queries from the generation in service. Safe to call from any thread."""

    def search(self, query: SearchQuery) -> SearchResults:
        """Rank the products for a sentence and/or a picture.

        Raises:
            OverloadedError: too many queries wait already.
            NotReadyError: the engine is still starting, or has been closed.
        """

    def similar(self, product_id: str, page: Page) -> SearchResults:
        """Rank the other products by likeness to one.

        Raises:
            ProductNotFoundError: the generation in service does not hold it.
        """

    def product(self, product_id: str) -> ProductRecord:
        """Look one product up.

        Raises:
            ProductNotFoundError: the generation in service does not hold it.
        """

    def showcase(self, limit: int) -> tuple[SearchHit, ...]:
        """Pick products with pictures, spread over the categories, for a first page."""

    def categories(self) -> tuple[tuple[str, int], ...]:
        """List the widest categories with their product counts, largest first."""

    def status(self) -> EngineStatus:
        """Tell what is in service; never waits and never raises."""


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """How much the engine takes on, and how soon it notices a new generation."""

    queue_size: int = 64
    batch_size: int = 32
    batch_wait_s: float = 0.002
    timeout_s: float = 30.0
    refresh_s: float = 2.0


class GenerationSource(Protocol):
    """Where an engine's generations come from."""

    def current_id(self) -> str:
        """Tell which generation is the one to serve; cheap, for it is asked often."""

    def open(self) -> IndexSnapshot:
        """Open and check that generation."""

    def serve(self, snapshot: IndexSnapshot) -> ServedGeneration:
        """Build the vector indexes of an open generation."""


class SearchEngine:
    """Serves one generation at a time, and moves on when another is published.

    Args:
        encoder: Must bear the fingerprint of every generation that is served.
        source: Where generations come from.
        limits: Queue, batch and waiting times.

    Raises:
        SnapshotError: there is no whole generation to start with.
        FingerprintMismatchError: it was made by another encoder.
    """

    def __init__(
        self, encoder: DualEncoder, source: GenerationSource, limits: EngineLimits
    ) -> None:
        self._encoder = encoder
        self._source = source
        self._limits = limits
        self._refused = ""
        self._generation = source.serve(self._open_checked())
        self._worker: Worker[Question, SearchResults] = Worker(
            self._answer_all,
            queue_size=limits.queue_size,
            batch_size=limits.batch_size,
            batch_wait_s=limits.batch_wait_s,
        )
        for sentence in WARM_UP:
            self.search(SearchQuery(sentence))
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="generation-watch", daemon=True)
        self._watcher.start()

    def search(self, query: SearchQuery) -> SearchResults:
        """Rank the products for a sentence and/or a picture; see ``Engine``."""
        return self._ask(query)

    def similar(self, product_id: str, page: Page) -> SearchResults:
        """Rank the other products by likeness to one; see ``Engine``."""
        return self._ask(SimilarQuery(product_id, page))

    def product(self, product_id: str) -> ProductRecord:
        """Look one product up; see ``Engine``."""
        return self._read(lambda generation: generation.product(product_id))

    def showcase(self, limit: int) -> tuple[SearchHit, ...]:
        """Pick products for a first page; see ``Engine``."""
        return self._read(lambda generation: generation.showcase(limit))

    def categories(self) -> tuple[tuple[str, int], ...]:
        """List the widest categories; see ``Engine``."""
        return self._read(lambda generation: generation.categories)

    def status(self) -> EngineStatus:
        """Tell what is in service; see ``Engine``."""
        generation = self._generation
        return EngineStatus(
            ready=not self._stopping.is_set(),
            generation=generation.id,
            fingerprint=generation.fingerprint,
            products=generation.products,
            images=generation.images,
            index=generation.index,
        )

    def refresh(self) -> bool:
        """Move to the generation that the pointer names, if it is another; tell whether.

        One that cannot be opened, or that another encoder made, is logged once, and the
        one in service stays.
        """
        wanted = ""
        try:
            wanted = self._source.current_id()
            if wanted in (self._generation.id, self._refused):
                return False
            self._move_to(self._open_checked())
        except NotReadyError:
            return False  # shutting down
        except Exception as error:  # damaged, of another model, too large for the memory …
            reason = wanted or str(error)
            if reason != self._refused:
                self._refused = reason
                log.error("Generation %s stays, a newer one is not served: %s", self._generation.id,
                          error, exc_info=not isinstance(error, VitrineError))  # fmt: skip
            return False
        log.info("Generation %s is in service", wanted)
        return True

    def close(self) -> None:
        """Answer what waits, refuse the rest, and close the generation."""
        self._stopping.set()
        ended = self._worker.close()
        self._watcher.join()
        if ended:  # else a query is still being answered from it
            self._generation.close()

    def _ask(self, question: Question) -> SearchResults:
        return self._worker.ask(question, self._limits.timeout_s)

    def _read(self, look_up: Callable[[ServedGeneration], Value]) -> Value:
        """Look something up, keeping the generation open meanwhile."""
        while True:
            generation = self._generation
            try:
                with generation.snapshot.reading():
                    return look_up(generation)
            except SnapshotError:
                # Closed between the two lines above because the next one took over.
                if generation is self._generation:
                    raise

    def _open_checked(self) -> IndexSnapshot:
        snapshot = self._source.open()
        if snapshot.manifest.fingerprint != self._encoder.fingerprint:
            found = snapshot.manifest.fingerprint
            snapshot.close()
            raise FingerprintMismatchError(
                f"The generation {snapshot.id}", self._encoder.fingerprint, found
            )
        return snapshot

    def _watch(self) -> None:
        while not self._stopping.wait(self._limits.refresh_s):
            self.refresh()

    def _move_to(self, snapshot: IndexSnapshot) -> None:
        """Have the worker build the indexes and swap; an unused snapshot is closed again."""
        try:
            self._worker.run(lambda: self._adopt(snapshot))
        except BaseException:
            snapshot.close()
            raise

    def _adopt(self, snapshot: IndexSnapshot) -> None:
        before = self._generation
        self._generation = self._source.serve(snapshot)
        before.close()

    def _answer_all(self, jobs: Sequence[Job[Question, SearchResults]]) -> None:
        """Answer a batch; runs on the worker's thread, like all that touches an index."""
        waits = [job.waited_ms for job in jobs]
        answers = answer([job.question for job in jobs], self._generation, self._encoder)
        for job, result, waited in zip(jobs, answers, waits, strict=True):
            if isinstance(result, SearchResults):
                timings = {"queue": waited, **result.timings_ms}
                job.answer.set_result(replace(result, timings_ms=timings))
            else:
                job.answer.set_exception(result)
