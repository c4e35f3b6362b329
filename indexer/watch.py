"""The job that keeps the index up with the catalogue for as long as it runs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Protocol

from core.errors import BusyError, VitrineError
from encoder.base import DualEncoder
from indexer.report import BuildReport

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""Seconds between two looks at the catalogue; one costs a few short queries."""
LONGEST_PAUSE_S = 120.0
"""Seconds after which what failed is tried again, at most."""


class Clock(Protocol):
    """What a watch waits with."""

    def now(self) -> float:
        """Give seconds that only grow."""

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until the watch is to end; tell whether it is."""


class EventClock:
    """Waits for an event that ends the watch."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping

    def now(self) -> float:
        """Give seconds that only grow."""
        return time.monotonic()

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until the event is set; tell whether it is."""
        return self._stopping.wait(seconds)


@dataclass(slots=True)
class IndexWatch:
    """Builds when what decides the index has changed, and not more often than asked for.

    Nothing is held between two builds: no lock, no connection. A rollback stays until
    something changes.

    Args:
        state: Tells what decides: equal values mean that nothing has changed. Cheap.
        build: Builds and publishes.
        every_s: Least seconds from the start of one build to the start of the next.
        tell: Called with the report of each build.
    """

    state: Callable[[], Hashable]
    build: Callable[[], BuildReport]
    every_s: float
    tell: Callable[[BuildReport], object]
    _built: Hashable = None
    """The state that was built last."""
    _failed: Hashable = None
    """The state with which the last step failed; None where it could not even be told."""
    _next_build: float = 0.0
    _retry: float = 0.0
    _failures: int = 0
    _complaint: str = ""

    def run(self, clock: Clock) -> None:
        """Look and build until the clock says to end."""
        while not clock.wait(self.step(clock.now())):
            pass

    def step(self, now: float) -> float:
        """Look once, and build where there is something new; tell how long to wait then."""
        state: Hashable = None
        try:
            state = self.state()
            if state == self._built or (state == self._failed and now < self._retry):
                return min(self.every_s, LOOK_S)
            if now < self._next_build:
                return min(self._next_build - now, LOOK_S)
            self._next_build = now + self.every_s
            report = self.build()
            # As it was before the build: what came meanwhile is seen by the next look.
            self._built = state
            self.tell(report)
        except BusyError as error:
            log.info("another build is running: %s", error)
            self._failed, self._retry = state, now + self.every_s
        except (VitrineError, OSError, MemoryError) as error:
            return self._complain(error, state, now)
        except Exception as error:  # a watch that dies at night is worse than one that complains
            return self._complain(error, state, now, unexpected=True)
        else:
            if self._failures:
                log.warning("the index is kept up again, after %d failures", self._failures)
            self._failures, self._complaint, self._failed = 0, "", None
        return min(self.every_s, LOOK_S)

    def _complain(
        self, error: Exception, state: Hashable, now: float, unexpected: bool = False
    ) -> float:
        pause = min(self.every_s * 2.0 ** min(self._failures, 16), LONGEST_PAUSE_S)
        self._failures += 1
        self._failed, self._retry = state, now + pause
        told = str(error) or type(error).__name__
        # An outage of a night is one line, and another line where the reason changes.
        level = logging.DEBUG if told == self._complaint else logging.ERROR
        self._complaint = told
        log.log(
            level,
            "the index is not kept up: %s Trying again in %.0f s, then less often.",
            told, pause, exc_info=unexpected,
        )  # fmt: skip
        # Where the state is known, a change of it is tried at once.
        return pause if state is None else min(self.every_s, LOOK_S)


class KeptEncoder:
    """Holds the last encoder, so that builds of one process load a model once."""

    def __init__(self) -> None:
        self._encoder: DualEncoder | None = None

    def load(self, fingerprint: str, load: Callable[[], DualEncoder]) -> DualEncoder:
        """Give the encoder of a fingerprint; another one that is held is let go of first."""
        if self._encoder is None or self._encoder.fingerprint != fingerprint:
            self._encoder = None
            self._encoder = load()
        return self._encoder
