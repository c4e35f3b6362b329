"""The pace at which a host is asked, and when it is left alone."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.fetch.hosts import MAX_FAILURES, Hosts
from catalog.fetch.retries import MAX_PAUSE_S, pause_before, read_retry_after
from core.errors import FetchError
from tests.catalog.fetch.conftest import FakeTime


def paced(time: FakeTime, per_host: int = 4, per_second: float = 10.0) -> Hosts:
    return Hosts(per_host, per_second, time.clock, time.wait)


def test_turns_of_one_host_begin_at_its_pace_and_another_host_is_not_held_up(
    fake_time: FakeTime,
) -> None:
    hosts = paced(fake_time)
    for name in ("a", "a", "b", "a"):
        with hosts.turn(name):
            pass
    assert fake_time.waits == pytest.approx([0.1, 0.1])


def test_no_more_than_so_many_requests_of_a_host_run_at_once(fake_time: FakeTime) -> None:
    hosts = paced(fake_time, per_host=2, per_second=1e9)
    running, most, lock = 0, 0, threading.Lock()
    two_run = threading.Barrier(2)

    def ask() -> None:
        nonlocal running, most
        with hosts.turn("a"):
            with lock:
                running += 1
                most = max(most, running)
            two_run.wait(5)  # six threads pass in pairs: never one alone, never a third
            with lock:
                running -= 1

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert most == 2


def test_a_pause_holds_the_next_turns_of_that_host(fake_time: FakeTime) -> None:
    hosts = paced(fake_time)
    hosts.pause("a", 7.0)
    with hosts.turn("a"), hosts.turn("b"):
        pass
    assert fake_time.waits == pytest.approx([7.0])


def test_a_host_that_only_fails_is_left_alone_and_the_reason_told(fake_time: FakeTime) -> None:
    hosts = paced(fake_time)
    for _ in range(MAX_FAILURES - 1):
        hosts.failed("a", "It is down.")
    with hosts.turn("a"):
        pass
    hosts.failed("a", "It is down.")
    told = r"rest of this run: 5 .* in a row .*: It is down"
    with pytest.raises(FetchError, match=told) as got, hosts.turn("a"):
        pass
    assert (got.value.code, got.value.is_temporary) == ("host_skipped", False)
    with hosts.turn("b"):
        pass


def test_one_answer_between_failures_keeps_a_host_in_the_run(fake_time: FakeTime) -> None:
    hosts = paced(fake_time)
    for _ in range(MAX_FAILURES):
        hosts.failed("a", "It is down.")
        hosts.answered("a")
    with hosts.turn("a"):
        pass


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 120 ", 120.0),
        ("Sat, 21 Nov 2026 10:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 09:00:00 GMT", 0.0),
        ("Sat, 21 Nov 2026 10:00:30", 30.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("\u0665", None),
        ("9" * 5_000, 999_999_999.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, seconds: float | None) -> None:
    assert read_retry_after(header, datetime(2026, 11, 21, 10, tzinfo=UTC)) == seconds


@given(st.text(max_size=40) | st.datetimes().map(lambda each: each.strftime("%a, %d %b %Y %H")))
def test_any_retry_after_is_a_pause_or_ignored(header: str) -> None:
    seconds = read_retry_after(header, datetime(2026, 11, 21, 10, tzinfo=UTC))
    assert seconds is None or seconds >= 0


def test_pauses_double_up_to_a_bound_and_are_spread_by_chance() -> None:
    assert [pause_before(attempt, 1.0) for attempt in (1, 2, 3, 4, 5, 6)] == [
        0.5, 1.0, 2.0, 4.0, MAX_PAUSE_S, MAX_PAUSE_S,
    ]  # fmt: skip
    assert pause_before(5, 0.25) == 2.0
