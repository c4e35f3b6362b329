"""The one thread: batches, order, refusal, failure, end."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import NotReadyError, OverloadedError, ProductNotFoundError
from search.worker import Job, Worker


def double(jobs: Sequence[Job[int, int]]) -> None:
    for job in jobs:
        job.answer.set_result(2 * job.question)


def make(
    answer_all: object = double, queue_size: int = 64, batch_size: int = 8, batch_wait_s: float = 0
) -> Worker[int, int]:
    return Worker(
        answer_all,  # type: ignore[arg-type]
        queue_size=queue_size,
        batch_size=batch_size,
        batch_wait_s=batch_wait_s,
    )


class Gate:
    """Answers nothing until it is opened; notes threads and batch sizes."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()
        self.batches: list[list[int]] = []
        self.threads: set[str] = set()

    def __call__(self, jobs: Sequence[Job[int, int]]) -> None:
        self.entered.set()
        assert self.open.wait(10)
        self.batches.append([job.question for job in jobs])
        self.threads.add(threading.current_thread().name)
        double(jobs)


def test_many_threads_get_each_its_own_answer() -> None:
    worker = make(queue_size=1000)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: worker.ask(n, 10), range(500)))
    assert answers == [2 * n for n in range(500)]
    worker.close()


def test_what_gathers_while_a_batch_runs_is_answered_together_by_one_thread() -> None:
    gate = Gate()
    worker = make(gate, batch_size=3)
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(worker.ask, 0, 10)
        assert gate.entered.wait(10)
        rest = [pool.submit(worker.ask, n, 10) for n in range(1, 6)]
        while worker.waiting < 5:
            threading.Event().wait(0.001)
        gate.open.set()
        assert sorted(each.result() for each in [first, *rest]) == [0, 2, 4, 6, 8, 10]
    assert [len(batch) for batch in gate.batches] == [1, 3, 2]
    assert gate.threads == {"search-worker"}
    worker.close()


def test_a_lone_question_waits_for_no_company() -> None:
    worker = make(batch_wait_s=3600)
    assert worker.ask(1, timeout_s=10) == 2
    assert worker.ask(2, timeout_s=10) == 4
    worker.close()


def test_a_full_queue_refuses_at_once() -> None:
    gate = Gate()
    worker = make(gate, queue_size=1)
    with ThreadPoolExecutor(2) as pool:
        running = pool.submit(worker.ask, 1, 10)
        assert gate.entered.wait(10)
        waiting = pool.submit(worker.ask, 2, 10)
        while worker.waiting < 1:
            threading.Event().wait(0.001)
        with pytest.raises(OverloadedError):
            worker.ask(3, 10)
        gate.open.set()
        assert (running.result(), waiting.result()) == (2, 4)
    worker.close()


def test_a_question_that_nobody_waits_for_any_more_is_skipped() -> None:
    gate = Gate()
    worker = make(gate)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(worker.ask, 1, 10)
        assert gate.entered.wait(10)
        with pytest.raises(OverloadedError):
            worker.ask(2, timeout_s=0.01)
        gate.open.set()
        assert running.result() == 2
    worker.close()
    assert gate.batches == [[1]]


def test_a_failure_reaches_its_askers_and_the_worker_goes_on() -> None:
    def fail_on_odd(jobs: Sequence[Job[int, int]]) -> None:
        if jobs[0].question % 2:
            raise ValueError("odd")
        double(jobs)

    worker = make(fail_on_odd, batch_size=1)
    with pytest.raises(ValueError, match="odd"):
        worker.ask(1, 10)
    assert worker.ask(2, 10) == 4
    worker.close()


def test_a_failure_that_its_asker_understands_is_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(jobs: Sequence[Job[int, int]]) -> None:
        raise ProductNotFoundError("none") if jobs[0].question else ValueError("a fault")

    worker = make(refuse, batch_size=1)
    with pytest.raises(ProductNotFoundError):
        worker.ask(1, 10)
    assert caplog.text == ""
    with pytest.raises(ValueError, match="a fault"):
        worker.ask(0, 10)
    assert "a fault" in caplog.text
    worker.close()


def test_a_question_that_fails_takes_no_other_of_its_batch_down() -> None:
    gate = Gate()

    def answer_all(jobs: Sequence[Job[int, int]]) -> None:
        gate(jobs) if not gate.batches else double_but_13(jobs)

    worker = make(answer_all)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(worker.ask, 0, 10)
        assert gate.entered.wait(10)
        rest = [pool.submit(worker.ask, n, 10) for n in (12, 13, 14)]
        while worker.waiting < 3:
            threading.Event().wait(0.001)
        gate.open.set()
        assert (first.result(), rest[0].result(), rest[2].result()) == (0, 24, 28)
        with pytest.raises(ValueError, match="13"):
            rest[1].result()
    worker.close()


def double_but_13(jobs: Sequence[Job[int, int]]) -> None:
    if any(job.question == 13 for job in jobs):
        raise ValueError("13")
    double(jobs)


def test_an_errand_runs_on_the_workers_thread_and_its_failure_is_its_own() -> None:
    threads: list[str] = []
    worker = make()
    worker.run(lambda: threads.append(threading.current_thread().name))
    assert threads == ["search-worker"]

    def fail() -> None:
        raise MemoryError("too large")

    with pytest.raises(MemoryError):
        worker.run(fail)
    assert worker.ask(1, 10) == 2
    worker.close()
    with pytest.raises(NotReadyError):
        worker.run(fail)


def test_every_question_put_while_the_worker_closes_is_answered_or_refused_at_once() -> None:
    for _ in range(50):
        worker = make()
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(worker.ask, n, 60) for n in range(8)]
            assert worker.close() is True
            outcomes = [each.exception(timeout=5) for each in asked]
        assert all(each is None or isinstance(each, NotReadyError) for each in outcomes)


def test_closing_answers_what_waits_and_refuses_what_comes_later() -> None:
    gate = Gate()
    worker = make(gate, batch_size=1)
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(worker.ask, 1, 10)]
        assert gate.entered.wait(10)
        asked.append(pool.submit(worker.ask, 2, 10))
        while worker.waiting < 1:
            threading.Event().wait(0.001)
        closing = pool.submit(worker.close)
        gate.open.set()
        closing.result()
        assert [each.result() for each in asked] == [2, 4]
    with pytest.raises(NotReadyError):
        worker.ask(3, 10)
    worker.close()
