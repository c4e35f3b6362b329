"""One thread that owns the encoder and the index, and the bounded queue in front of it.

FAISS on a GPU is not safe between threads even for reads, and threads that each start
an OpenMP pool fight over the cores. So web threads only wait here: the worker takes what
has gathered, up to a batch or for a few milliseconds, and answers all of it in one go.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from core.errors import NotReadyError, OverloadedError

Question = TypeVar("Question")
Answer = TypeVar("Answer")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job(Generic[Question, Answer]):
    """A question that waits, and where its answer goes."""

    question: Question
    answer: Future[Answer]
    asked_at: float = field(default_factory=time.perf_counter)

    @property
    def waited_ms(self) -> float:
        """How long it has waited so far."""
        return (time.perf_counter() - self.asked_at) * 1000


class Worker(Generic[Question, Answer]):
    """Answers questions in batches, on a thread of its own.

    Args:
        answer_all: Called on the worker's thread with at least one job; must resolve every
            job's future. What it raises becomes the answer of the jobs left unresolved.
        queue_size: How many questions may wait; further ones are refused at once.
        batch_size: Most questions that are answered together.
        batch_wait_s: How long the first question of a batch waits for company.
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
        self._queue: queue.Queue[Job[Question, Answer] | None] = queue.Queue(queue_size)
        self._batch_size = batch_size
        self._batch_wait_s = batch_wait_s
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="search-worker", daemon=True)
        self._thread.start()

    def ask(self, question: Question, timeout_s: float) -> Answer:
        """Wait for the answer to one question.

        Raises:
            OverloadedError: the queue is full, or no answer came within ``timeout_s``.
            NotReadyError: the worker has been closed.
        """
        if self._closed.is_set():
            raise NotReadyError("The search engine is shutting down.")
        job: Job[Question, Answer] = Job(question, Future())
        try:
            self._queue.put_nowait(job)
        except queue.Full:
            raise OverloadedError from None
        try:
            return job.answer.result(timeout_s)
        except TimeoutError:
            job.answer.cancel()  # nobody waits any more: the worker skips it
            raise OverloadedError from None

    def close(self, timeout_s: float = 10.0) -> None:
        """Answer what waits already, refuse the rest, and end the thread."""
        if self._closed.is_set():
            return
        self._closed.set()
        self._queue.put(None)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        stopping = False
        while not stopping:
            jobs, stopping = self._gather()
            wanted = [job for job in jobs if job.answer.set_running_or_notify_cancel()]
            if wanted:
                self._answer(wanted)
        self._refuse_rest()

    def _gather(self) -> tuple[list[Job[Question, Answer]], bool]:
        """Wait for one job, then for company; the flag tells that the end was asked for."""
        first = self._queue.get()
        if first is None:
            return [], True
        jobs = [first]
        deadline = time.perf_counter() + self._batch_wait_s
        while len(jobs) < self._batch_size:
            try:
                # A lone shopper should not wait for company that does not come.
                job = self._queue.get(timeout=max(0.0, deadline - time.perf_counter()))
            except queue.Empty:
                break
            if job is None:
                return jobs, True
            jobs.append(job)
        return jobs, False

    def _answer(self, jobs: Sequence[Job[Question, Answer]]) -> None:
        try:
            self._answer_all(jobs)
        except BaseException as error:
            log.exception("A batch of %d queries failed", len(jobs))
            for job in jobs:
                if not job.answer.done():
                    job.answer.set_exception(error)
        for job in jobs:
            assert job.answer.done(), "answer_all must resolve every job"

    def _refuse_rest(self) -> None:
        while True:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                return
            if job is not None and job.answer.set_running_or_notify_cancel():
                job.answer.set_exception(NotReadyError("The search engine is shutting down."))
