"""When a failed request is worth another one, and when it may be made."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

ATTEMPTS = 3
"""How often one URL is tried."""
FIRST_PAUSE_S = 0.5
MAX_PAUSE_S = 8.0
MAX_RETRY_AFTER_S = 30.0
"""A host that asks for a longer pause is left alone for the rest of the run."""

TEMPORARY_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})


def pause_before(attempt: int, chance: float) -> float:
    """Say how long to wait before an attempt, the first retry being 1; ``chance`` is 0 to 1.

    Source: "full jitter" in Exponential Backoff And Jitter, AWS Architecture Blog: clients
    that failed together do not come back together.

    >>> pause_before(1, 1.0), pause_before(2, 1.0), pause_before(9, 0.5)
    (0.5, 1.0, 4.0)
    """
    return chance * min(MAX_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (attempt - 1))


def read_retry_after(header: str, now: datetime) -> float | None:
    """Read ``Retry-After``, in seconds from now; None where it says nothing usable.

    Source: RFC 9110, section 10.2.3: seconds, or a date.

    >>> read_retry_after("120", datetime(2026, 1, 1, tzinfo=UTC))
    120.0
    """
    header = header.strip()
    if header.isascii() and header.isdigit():
        return float(header[:9])
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
