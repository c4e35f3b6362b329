"""Consideration for hosts: how many requests at once, how fast, and when to leave one alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from core.errors import FetchError

MAX_FAILURES = 5
"""Fetches that fail one after the other until a host is left alone for the rest of the run.
Each was tried several times by then, with pauses; without this, one dead host would cost
that for each of ten thousand pictures."""


class _Host:
    """What is known of one host."""

    __slots__ = ("failures", "next_start", "turns", "why_skipped")

    def __init__(self, at_once: int) -> None:
        self.turns = threading.BoundedSemaphore(at_once)
        self.next_start = 0.0
        self.failures = 0
        self.why_skipped = ""


class Hosts:
    """Gives turns; safe for several threads. Lives as long as one import."""

    def __init__(
        self,
        per_host: int,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        self._per_host = per_host
        self._interval_s = 1 / per_second
        self._clock = clock
        self._wait = wait
        self._lock = threading.Lock()
        self._hosts: dict[str, _Host] = {}

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Hold one of a host's turns, once its pace allows.

        Raises:
            FetchError: with the code host_skipped.
        """
        host = self._host(name)
        with host.turns:
            _refuse_skipped(host, name)
            with self._lock:
                now = self._clock()
                start = max(now, host.next_start)
                host.next_start = start + self._interval_s
            if start > now:
                self._wait(start - now)
                # What was learned while waiting counts: a whole queue may wait here.
                _refuse_skipped(host, name)
            yield

    def answered(self, name: str) -> None:
        """Note that a host is well; whatever it answered, a refusal too."""
        self._host(name).failures = 0

    def failed(self, name: str, reason: str) -> None:
        """Note that a fetch failed for good because its host did."""
        host = self._host(name)
        with self._lock:
            host.failures += 1
            if host.failures >= MAX_FAILURES:
                host.why_skipped = (
                    f"{host.failures} fetches in a row failed, the last one: {reason}"
                )

    def pause(self, name: str, seconds: float) -> None:
        """Let no request of a host begin for a while, because it asked for that."""
        host = self._host(name)
        with self._lock:
            host.next_start = max(host.next_start, self._clock() + seconds)

    def skip(self, name: str, reason: str) -> None:
        """Leave a host alone for the rest of the run."""
        self._host(name).why_skipped = reason

    def _host(self, name: str) -> _Host:
        with self._lock:
            if name not in self._hosts:
                self._hosts[name] = _Host(self._per_host)
            return self._hosts[name]


def _refuse_skipped(host: _Host, name: str) -> None:
    if host.why_skipped:
        raise FetchError(
            "host_skipped",
            f"The host {name} is left alone for the rest of this run: {host.why_skipped}",
            host=name,
        )
