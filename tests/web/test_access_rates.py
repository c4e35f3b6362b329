from __future__ import annotations

import math
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from web.access_rates import WINDOW_S, RateLimiter


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_minutes_requests_may_come_at_once_and_then_evenly(clock: Clock) -> None:
    limiter = RateLimiter(clock=clock)
    assert [limiter.take("a", 6).remaining for _ in range(6)] == [5, 4, 3, 2, 1, 0]
    refused = limiter.take("a", 6)
    assert (refused.is_exceeded, refused.retry_after_s, refused.remaining) == (True, 10, 0)
    clock.now += 9.9
    assert limiter.take("a", 6).is_exceeded
    clock.now += 0.1
    assert not limiter.take("a", 6).is_exceeded
    assert limiter.take("a", 6).is_exceeded


def test_a_refused_request_costs_nothing(clock: Clock) -> None:
    limiter = RateLimiter(clock=clock)
    for _ in range(1000):
        limiter.take("a", 1)
    clock.now += 60
    assert not limiter.take("a", 1).is_exceeded


def test_who_waits_as_told_is_answered(clock: Clock) -> None:
    limiter = RateLimiter(clock=clock)
    for _ in range(700):
        if (allowance := limiter.take("a", 333)).is_exceeded:
            clock.now += allowance.retry_after_s
            assert not limiter.take("a", 333).is_exceeded


def test_callers_are_counted_apart(clock: Clock) -> None:
    limiter = RateLimiter(clock=clock)
    assert [limiter.take(each, 1).is_exceeded for each in ("a", "b", "a")] == [False, False, True]


def test_memory_is_bounded_and_the_longest_silent_is_forgotten(clock: Clock) -> None:
    limiter = RateLimiter(max_callers=3, clock=clock)
    for caller in ("a", "b", "c", "a", "d"):  # b has been silent for longest
        limiter.take(caller, 1)
    assert len(limiter) == 3
    assert limiter.take("a", 1).is_exceeded
    assert not limiter.take("b", 1).is_exceeded


@settings(max_examples=100, derandomize=True, deadline=None)
@given(
    st.integers(1, 20),
    st.lists(st.floats(0, 70, allow_nan=False), min_size=1, max_size=120),
)
def test_never_more_than_a_burst_and_the_flow_in_any_stretch(
    per_minute: int, pauses: list[float]
) -> None:
    """Against a leaky bucket that is drained step by step."""
    clock = Clock()
    limiter = RateLimiter(clock=clock)
    level, answered = 0.0, deque[float]()
    for pause in pauses:
        clock.now += pause
        level = max(0.0, level - pause * per_minute / WINDOW_S)
        allowance = limiter.take("a", per_minute)
        if abs(level + 1 - per_minute) > 1e-6:  # where rounding decides, either is right
            assert allowance.is_exceeded == (level + 1 > per_minute)
        if not allowance.is_exceeded:
            level += 1
            answered.append(clock.now)
            assert allowance.remaining == pytest.approx(
                math.floor(per_minute - level + 1e-6), abs=1
            )
    while answered:
        first = answered.popleft()
        within = sum(each < first + WINDOW_S for each in answered) + 1
        assert within <= 2 * per_minute
