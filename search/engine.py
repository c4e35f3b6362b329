"""The only object that the web and the commands know."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from catalog.records import ProductRecord
from core.errors import NotReadyError, SnapshotError, VitrineError
from core.vectors import Mask
from encoder.base import DualEncoder
from indexer.snapshot import IndexSnapshot
from search.answering import Question, answer
from search.cache import AnswerCache
from search.generation import ServedGeneration
from search.merchandising import RulesInService
from search.merchandising_answer import Heeded
from search.merchandising_book import RuleBook
from search.query import SearchQuery, SimilarQuery
from search.results import EngineStatus, SearchHit, SearchResults
from search.sources import EncoderSource, GenerationSource, NoShop, ShopSource
from search.suggest import USUAL_LIMIT, Suggestion
from search.suggest_lazy import LazySuggester
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
            InvalidQueryError: the generation cannot be filtered, sorted or counted so.
            ProductNotFoundError: a wish is for a product that it does not hold.
            OverloadedError: too many queries wait already.
            NotReadyError: the engine is still starting, or has been closed.
        """

    def similar(self, query: SimilarQuery) -> SearchResults:
        """Rank other products by likeness to one or several.

        Raises:
            ProductNotFoundError: the generation in service does not hold one of them.
            InvalidQueryError: the generation cannot be filtered so.
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

    def suggest(self, prefix: str, limit: int = USUAL_LIMIT) -> tuple[Suggestion, ...]:
        """Complete what a shopper has typed so far; see ``search.suggest.Suggester.suggest``."""

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
    cached_answers: int = 1024
    """About 50 kB each; none with 0."""


@dataclass(frozen=True, slots=True)
class _Serving:
    """A generation and what goes with it: they are swapped together or not at all."""

    generation: ServedGeneration
    encoder: DualEncoder
    """The one that made it."""
    rules: RulesInService
    suggester: LazySuggester


class SearchEngine:
    """Serves one generation at a time, and moves on when another is published.

    A generation is answered from with the encoder that made it, whichever that is: where a
    new one was made by another, that encoder is loaded while the old pair goes on answering.

    Args:
        encoders: Where the encoder of a generation comes from.
        source: Where generations come from.
        limits: Queue, batch and waiting times.
        shop: Where merchandising rules and past queries come from. Where it is away, the
            rules that were read last go on holding.
        clock: Tells the moment, for rules that begin and end.

    Raises:
        SnapshotError: there is no whole generation to start with.
        FingerprintMismatchError: it was made by an encoder that is not known.
        ModelError: its encoder cannot be loaded.
    """

    def __init__(
        self,
        encoders: EncoderSource,
        source: GenerationSource,
        limits: EngineLimits,
        shop: ShopSource | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._encoders = encoders
        self._source = source
        self._limits = limits
        self._shop = shop or NoShop()
        self._clock = clock
        self._changing = threading.Lock()  # one change at a time of what is in service
        self._refused = ""
        self._unread = ""
        self._answers: AnswerCache[SearchResults] = AnswerCache(limits.cached_answers)
        self._serving = self._open_first()
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
        if query.pictured:
            return self._ask(query)
        return self._ask_once(query)

    def similar(self, query: SimilarQuery) -> SearchResults:
        """Rank other products by likeness; see ``Engine``."""
        return self._ask_once(query)

    def product(self, product_id: str) -> ProductRecord:
        """Look one product up; see ``Engine``."""
        return self._read(lambda serving: serving.generation.product(product_id))

    def showcase(self, limit: int) -> tuple[SearchHit, ...]:
        """Pick products for a first page; see ``Engine``."""
        hidden = self._hidden_everywhere
        return self._read(lambda serving: serving.generation.showcase(limit, hidden(serving)))

    def categories(self) -> tuple[tuple[str, int], ...]:
        """List the widest categories; see ``Engine``."""
        return self._read(lambda serving: serving.generation.categories)

    def suggest(self, prefix: str, limit: int = USUAL_LIMIT) -> tuple[Suggestion, ...]:
        """Complete what has been typed; see ``Engine``."""
        hidden = self._hidden_everywhere
        return self._read(
            lambda serving: serving.suggester.suggester().suggest(prefix, limit, hidden(serving))
        )

    def status(self) -> EngineStatus:
        """Tell what is in service; see ``Engine``."""
        generation = self._serving.generation
        return EngineStatus(
            ready=not self._stopping.is_set(),
            generation=generation.id,
            fingerprint=generation.fingerprint,
            products=generation.products,
            images=generation.images,
            index=generation.index,
            waiting=self._worker.waiting,
        )

    def refresh(self) -> bool:
        """Move to the generation that the pointer names, if it is another; tell whether.

        One that cannot be opened, or whose encoder is not to be had, is logged once, and
        what is in service stays.
        """
        with self._changing:
            return self._refresh()

    def _refresh(self) -> bool:
        serving = self._serving.generation.id
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

    def refresh_rules(self) -> bool:
        """Heed the merchandising rules as they are now; tell whether they had changed.

        Where they cannot be read, the last ones go on holding; that is logged once.
        """
        with self._changing:
            serving = self._serving
            book = self._book(serving.rules.book)
            if book.revision == serving.rules.book.revision:
                return False
            with serving.generation.snapshot.reading():
                rules = _rules_over(serving.generation.snapshot, book)
            self._serving = replace(serving, rules=rules)
        log.info("%d merchandising rules are in service", len(book.rules))
        return True

    def refresh_tuning(self) -> bool:
        """Rank by the tuning as it is stored now; tell whether it is another."""
        with self._changing:
            generation = self._serving.generation
            tuning = self._source.tuning(generation.fingerprint)
            if tuning is generation.tuning:
                return False
            try:
                self._worker.run(lambda: generation.retune(tuning))
            except NotReadyError:
                return False  # shutting down
        log.info("Generation %s is ranked by another tuning", generation.id)
        return True

    def close(self) -> None:
        """Answer what waits, refuse the rest, and close the generation."""
        self._stopping.set()
        ended = self._worker.close()
        self._watcher.join()
        if ended:  # else a query is still being answered from it
            self._serving.generation.close()

    def _ask_once(self, question: Question) -> SearchResults:
        """Answer from what has been answered before, where that is what would be answered now."""
        began = time.perf_counter()
        state = self._state()
        kept = self._answers.get(state, question)
        if kept is not None:
            return replace(kept, timings_ms={"cached": (time.perf_counter() - began) * 1000})
        results = self._ask(question)
        # While it was answered, rules may have begun, ended or changed.
        if self._state() == state:
            self._answers.put(state, question, results)
        return results

    def _state(self) -> tuple[Hashable, ...]:
        """Name all that an answer depends on besides its question."""
        serving = self._serving
        generation = serving.generation
        return generation.id, generation.tuning, *serving.rules.book.era(self._clock())

    def _ask(self, question: Question) -> SearchResults:
        return self._worker.ask(question, self._limits.timeout_s)

    def _hidden_everywhere(self, serving: _Serving) -> Mask | None:
        """Tell what is hidden whatever is asked."""
        return serving.rules.hidden(self._clock())

    def _read(self, look_up: Callable[[_Serving], Value]) -> Value:
        """Look something up, keeping the generation open meanwhile."""
        while True:
            serving = self._serving
            try:
                with serving.generation.snapshot.reading():
                    return look_up(serving)
            except SnapshotError:
                # Closed between the two lines above because the next one took over.
                if serving.generation is self._serving.generation:
                    raise

    def _open_first(self) -> _Serving:
        snapshot = self._source.open_first()
        try:
            encoder = self._encoder_of(snapshot)
            rules = _rules_over(snapshot, self._book(RuleBook()))
            suggester = LazySuggester(snapshot, self._shop.clicked)
            return _Serving(self._source.serve(snapshot), encoder, rules, suggester)
        except BaseException:
            snapshot.close()
            raise

    def _book(self, known: RuleBook) -> RuleBook:
        """Read the rules; those that are known where that fails."""
        try:
            book = self._shop.rules(known)
        except Exception as error:  # the server goes on whatever has come over the database
            if str(error) != self._unread:
                self._unread = str(error)
                log.warning("The merchandising rules that were read last go on holding: %s", error,
                            exc_info=not isinstance(error, VitrineError))  # fmt: skip
            return known
        self._unread = ""
        return book

    def _encoder_of(self, snapshot: IndexSnapshot) -> DualEncoder:
        return self._encoders(snapshot.manifest.fingerprint, f"The generation {snapshot.id}")

    def _watch(self) -> None:
        while not self._stopping.wait(self._limits.refresh_s):
            self.refresh()
            self.refresh_rules()
            self.refresh_tuning()
            # Not at the start: a command that asks one query has ended before.
            self._read(lambda serving: serving.suggester.prepare())

    def _move_to(self, snapshot: IndexSnapshot) -> None:
        """Prepare here what takes long, and have the worker do the rest.

        A snapshot that comes to nothing is closed again.
        """
        serving = self._serving
        try:
            same = snapshot.manifest.fingerprint == serving.generation.fingerprint
            encoder = serving.encoder if same else self._encoder_of(snapshot)
            rules = _rules_over(snapshot, serving.rules.book)
            suggester = LazySuggester(snapshot, self._shop.clicked)
            if serving.suggester.is_made:
                suggester.prepare()
            self._worker.run(lambda: self._adopt(snapshot, encoder, rules, suggester))
        except BaseException:
            snapshot.close()
            raise

    def _adopt(
        self,
        snapshot: IndexSnapshot,
        encoder: DualEncoder,
        rules: RulesInService,
        suggester: LazySuggester,
    ) -> None:
        """Build the indexes and swap; runs on the worker's thread, so between two batches."""
        before = self._serving
        serving = _Serving(self._source.serve(snapshot), encoder, rules, suggester)
        if encoder is not before.encoder:
            try:
                answer(WARM_UP, serving.generation, encoder)
            except BaseException:
                serving.generation.close()
                raise
        self._serving = serving
        before.generation.close()

    def _answer_all(self, jobs: Sequence[Job[Question, SearchResults]]) -> None:
        """Answer a batch; runs on the worker's thread, like all that touches an index."""
        serving = self._serving
        waits = [job.waited_ms for job in jobs]
        questions = [job.question for job in jobs]
        rules = Heeded(serving.rules, self._clock())
        answers = answer(questions, serving.generation, serving.encoder, rules=rules)
        for job, result, waited in zip(jobs, answers, waits, strict=True):
            if isinstance(result, SearchResults):
                timings = {"queue": waited, **result.timings_ms}
                job.answer.set_result(replace(result, timings_ms=timings))
            else:
                job.answer.set_exception(result)


def _rules_over(snapshot: IndexSnapshot, book: RuleBook) -> RulesInService:
    """Find the products of rules; some 30 µs for each."""
    rules = RulesInService(book, snapshot.columns, snapshot.documents)
    for rule_id, reason in rules.unusable.items():
        log.warning("Merchandising rule %d is passed over: %s", rule_id, reason)
    return rules
