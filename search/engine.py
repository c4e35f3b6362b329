"""The only object that the web and the commands know."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from catalog.records import ProductRecord
from core.errors import NotReadyError, SnapshotError, VitrineError
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

WARM_UP = (SearchQuery("a"), SearchQuery("a warm red jacket for a long walk in the rain"))
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
        """Open and check that generation.

        Raises:
            SnapshotError: it is damaged, or there is none.
        """

    def open_first(self) -> IndexSnapshot:
        """Open that generation or, where it is damaged, a whole one that it came after.

        Raises:
            SnapshotError: there is no whole one.
        """

    def serve(self, snapshot: IndexSnapshot) -> ServedGeneration:
        """Build the vector indexes of an open generation."""


EncoderSource = Callable[[str, str], DualEncoder]
"""Loads the encoder of a fingerprint, for what the second argument names in errors.

Raises ``FingerprintMismatchError`` where no such encoder is known.
"""


@dataclass(frozen=True, slots=True)
class _Pair:
    """A generation and the encoder that made it: they are swapped together or not at all."""

    generation: ServedGeneration
    encoder: DualEncoder


class SearchEngine:
    """Serves one generation at a time, and moves on when another is published.

    A generation is answered from with the encoder that made it, whichever that is: where a
    new one was made by another, that encoder is loaded while the old pair goes on answering.

    Args:
        encoders: Where the encoder of a generation comes from.
        source: Where generations come from.
        limits: Queue, batch and waiting times.

    Raises:
        SnapshotError: there is no whole generation to start with.
        FingerprintMismatchError: it was made by an encoder that is not known.
        ModelError: its encoder cannot be loaded.
    """

    def __init__(
        self, encoders: EncoderSource, source: GenerationSource, limits: EngineLimits
    ) -> None:
        self._encoders = encoders
        self._source = source
        self._limits = limits
        self._refused = ""
        self._pair = self._open_first()
        self._worker: Worker[Question, SearchResults] = Worker(
            self._answer_all,
            queue_size=limits.queue_size,
            batch_size=limits.batch_size,
            batch_wait_s=limits.batch_wait_s,
        )
        for query in WARM_UP:
            self.search(query)
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
        generation = self._pair.generation
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

        One that cannot be opened, or whose encoder is not to be had, is logged once, and
        the pair in service stays.
        """
        serving = self._pair.generation.id
        wanted = ""
        try:
            wanted = self._source.current_id()
            if wanted in (serving, self._refused):
                return False
            self._move_to(self._source.open())
        except NotReadyError:
            return False  # shutting down
        except Exception as error:  # damaged, of another model, too large for the memory …
            reason = wanted or str(error)
            if reason != self._refused:
                self._refused = reason
                log.error("Generation %s stays, a newer one is not served: %s", serving, error,
                          exc_info=not isinstance(error, VitrineError))  # fmt: skip
            return False
        log.info("Generation %s is in service", wanted)
        return True

    def close(self) -> None:
        """Answer what waits, refuse the rest, and close the generation."""
        self._stopping.set()
        ended = self._worker.close()
        self._watcher.join()
        if ended:  # else a query is still being answered from it
            self._pair.generation.close()

    def _ask(self, question: Question) -> SearchResults:
        return self._worker.ask(question, self._limits.timeout_s)

    def _read(self, look_up: Callable[[ServedGeneration], Value]) -> Value:
        """Look something up, keeping the generation open meanwhile."""
        while True:
            generation = self._pair.generation
            try:
                with generation.snapshot.reading():
                    return look_up(generation)
            except SnapshotError:
                # Closed between the two lines above because the next one took over.
                if generation is self._pair.generation:
                    raise

    def _open_first(self) -> _Pair:
        snapshot = self._source.open_first()
        try:
            encoder = self._encoder_of(snapshot)
            return _Pair(self._source.serve(snapshot), encoder)
        except BaseException:
            snapshot.close()
            raise

    def _encoder_of(self, snapshot: IndexSnapshot) -> DualEncoder:
        return self._encoders(snapshot.manifest.fingerprint, f"The generation {snapshot.id}")

    def _watch(self) -> None:
        while not self._stopping.wait(self._limits.refresh_s):
            self.refresh()

    def _move_to(self, snapshot: IndexSnapshot) -> None:
        """Load another encoder here, if it takes one, and have the worker do the rest.

        A snapshot that comes to nothing is closed again.
        """
        serving = self._pair
        try:
            same = snapshot.manifest.fingerprint == serving.generation.fingerprint
            encoder = serving.encoder if same else self._encoder_of(snapshot)
            self._worker.run(lambda: self._adopt(snapshot, encoder))
        except BaseException:
            snapshot.close()
            raise

    def _adopt(self, snapshot: IndexSnapshot, encoder: DualEncoder) -> None:
        """Build the indexes and swap; runs on the worker's thread, so between two batches."""
        before, pair = self._pair, _Pair(self._source.serve(snapshot), encoder)
        if encoder is not before.encoder:
            try:
                answer(WARM_UP, pair.generation, encoder)
            except BaseException:
                pair.generation.close()
                raise
        self._pair = pair
        before.generation.close()

    def _answer_all(self, jobs: Sequence[Job[Question, SearchResults]]) -> None:
        """Answer a batch; runs on the worker's thread, like all that touches an index."""
        pair = self._pair
        waits = [job.waited_ms for job in jobs]
        answers = answer([job.question for job in jobs], pair.generation, pair.encoder)
        for job, result, waited in zip(jobs, answers, waits, strict=True):
            if isinstance(result, SearchResults):
                timings = {"queue": waited, **result.timings_ms}
                job.answer.set_result(replace(result, timings_ms=timings))
            else:
                job.answer.set_exception(result)
