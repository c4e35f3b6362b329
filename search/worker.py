"""One thread that owns the encoder and the index, and the bounded queue in front of it.

FAISS on a GPU is not safe between threads even for reads, and threads that each start
an OpenMP pool fight over the cores. So web threads only wait here: the worker takes what
has gathered, up to a batch or for a few milliseconds, and answers all of it in one go.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from core.errors import NotReadyError, OverloadedError, VitrineError

Question = TypeVar("Question")
Answer = TypeVar("Answer")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job(Generic[Question, Answer]):
    """A question that waits, and where its answer goes."""

    question: Question
    answer: Future[Answer] = field(default_factory=Future)
    asked_at: float = field(default_factory=time.perf_counter)

    @property
    def waited_ms(self) -> float:
        """How long it has waited so far."""
        return (time.perf_counter() - self.asked_at) * 1000


class Worker(Generic[Question, Answer]):
    """Answers questions in batches, and runs errands between them, on a thread of its own.

    Args:
        answer_all: Called on the worker's thread with at least one job; must resolve every
            job's future. Where it raises for several jobs, each is tried once more alone, so
            that a question which cannot be answered takes no other down.
        queue_size: How many questions may wait; further ones are refused at once.
        batch_size: Most questions that are answered together.
        batch_wait_s: How long a batch waits for more company once it has some, or the last had.
    """

    def __init__(
        self,
        answer_all: Callable[[Sequence[Job[Question, Answer]]], None],
        *,
        queue_size: int,
        batch_size: int,
        batch_wait_s: float,
    ) -> None:
        self._answer_all = answer_all
        self._queue_size = queue_size
        self._batch_size = batch_size
        self._batch_wait_s = batch_wait_s
        self._changed = threading.Condition()
        # Guarded by the condition:
        self._jobs: deque[Job[Question, Answer]] = deque()
        self._errands: deque[Job[Callable[[], None], None]] = deque()
        self._closed = False
        self._busy = False  # whether the last batch had company; a lone shopper waits for none
        self._thread = threading.Thread(target=self._run, name="search-worker", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many questions wait."""
        with self._changed:
            return len(self._jobs)

    def ask(self, question: Question, timeout_s: float) -> Answer:
        """Wait for the answer to one question.

        Raises:
            OverloadedError: the queue is full, or no answer came within ``timeout_s``.
            NotReadyError: the worker has been closed.
        """
        job: Job[Question, Answer] = Job(question)
        with self._changed:
            self._refuse_if_closed()
            if len(self._jobs) >= self._queue_size:
                raise OverloadedError
            self._jobs.append(job)
            self._changed.notify()
        try:
            return job.answer.result(timeout_s)
        except TimeoutError:
            job.answer.cancel()  # nobody waits any more: the worker skips it
            raise OverloadedError from None

    def run(self, errand: Callable[[], None]) -> None:
        """Run something on the worker's thread before the next batch, and wait until it is done.

        Raises:
            NotReadyError: the worker has been closed; the errand has not been run.
        """
        job: Job[Callable[[], None], None] = Job(errand)
        with self._changed:
            self._refuse_if_closed()
            self._errands.append(job)
            self._changed.notify()
        job.answer.result()

    def close(self, timeout_s: float = 10.0) -> bool:
        """Refuse what comes from now on, answer what waits, and end; tell whether it ended."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise NotReadyError("The search engine is shutting down.")

    def _run(self) -> None:
        while True:
            errand, jobs = self._gather()
            if errand is not None:
                _resolve(errand)
            elif jobs:
                wanted = [job for job in jobs if job.answer.set_running_or_notify_cancel()]
                self._answer(wanted)
            else:
                return

    def _gather(
        self,
    ) -> tuple[Job[Callable[[], None], None] | None, list[Job[Question, Answer]]]:
        """Wait for an errand or for questions; neither means that the end has come."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._errands or self._closed)
            if self._errands:
                return self._errands.popleft(), []
            if self._busy or len(self._jobs) > 1:
                self._changed.wait_for(self._is_full, self._batch_wait_s)
            taken = min(len(self._jobs), self._batch_size)
            self._busy = taken > 1
            return None, [self._jobs.popleft() for _ in range(taken)]

    def _is_full(self) -> bool:
        return len(self._jobs) >= self._batch_size or self._closed

    def _answer(self, jobs: Sequence[Job[Question, Answer]]) -> None:
        if not jobs:
            return
        try:
            self._answer_all(jobs)
        except BaseException as error:
            left = [job for job in jobs if not job.answer.done()]
            if len(jobs) > 1:
                for job in left:
                    self._answer([job])
            else:
                if not isinstance(error, VitrineError):  # those say all there is to say
                    log.exception("A query failed")
                for job in left:
                    job.answer.set_exception(error)
        assert all(job.answer.done() for job in jobs), "answer_all must resolve every job"


def _resolve(errand: Job[Callable[[], None], None]) -> None:
    try:
        errand.question()
    except BaseException as error:
        errand.answer.set_exception(error)
    else:
        errand.answer.set_result(None)
