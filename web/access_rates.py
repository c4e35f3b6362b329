"""How many requests a caller may make: in memory, without a thread, for so many callers at once.

The generic cell rate algorithm: one number per caller, the moment up to which what it has
asked is paid for at the rate allowed. That gives a burst of a minute's requests, then an even
flow, and the exact time to wait. Source: ITU-T I.371, appendix (GCRA).
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

WINDOW_S = 60.0
MAX_CALLERS = 50_000
"""About 10 MB. Who has been silent for longest is forgotten first, as if it had not asked."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Where a caller stands after a request."""

    per_minute: int
    remaining: int
    """Requests that would be answered at once."""
    retry_after_s: int
    """0 where this one is answered."""
    reset_s: int
    """Seconds until a minute's requests would be answered at once again."""

    @property
    def is_exceeded(self) -> bool:
        """Whether the request is refused."""
        return self.retry_after_s > 0


class RateLimiter:
    """Counts requests of callers. Safe to share between threads; a request costs microseconds."""

    def __init__(
        self, max_callers: int = MAX_CALLERS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_callers = max_callers
        self._clock = clock
        self._lock = threading.Lock()
        self._paid_until: OrderedDict[str, float] = OrderedDict()

    def take(self, caller: str, per_minute: int) -> Allowance:
        """Count one request, unless it is too many; a refused one costs nothing."""
        each_s = WINDOW_S / per_minute
        with self._lock:
            now = self._clock()
            before = max(self._paid_until.get(caller, now), now)
            after = before + each_s
            # A breath of slack: the sums of fractions are not exact.
            is_exceeded = after - now > WINDOW_S + 1e-6
            paid_until = before if is_exceeded else after
            self._paid_until[caller] = paid_until
            self._paid_until.move_to_end(caller)
            if len(self._paid_until) > self._max_callers:
                self._paid_until.popitem(last=False)
        ahead_s = paid_until - now
        return Allowance(
            per_minute=per_minute,
            remaining=max(0, math.floor((WINDOW_S - ahead_s) / each_s + 1e-6)),
            retry_after_s=max(1, math.ceil(after - now - WINDOW_S)) if is_exceeded else 0,
            reset_s=math.ceil(ahead_s),
        )

    def __len__(self) -> int:
        return len(self._paid_until)
