"""When a sale price holds, as Google's feeds write it: two moments and a slash."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from core.errors import PriceError

_DAY = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}")
_LOOSE_OFFSET = re.compile(r"\s+(?=[+\-][0-9]{2}|Z$)")
MAX_CHARS = 100


def parse_sale_dates(written: str) -> tuple[datetime | None, datetime | None]:
    """Read the first moment of a sale and the first one after it, both in UTC.

    A moment without an offset is taken in UTC, a last day without a time to its end. One
    side may be empty: then the sale holds from ever, or for ever.

    >>> parse_sale_dates("2026-11-01T09:00+0100/2026-11-30")[0].isoformat()
    '2026-11-01T08:00:00+00:00'

    Raises:
        PriceError: it is no two moments, or the second is not after the first.
    """
    parts = [part.strip() for part in written.strip().split("/")]
    if len(parts) != 2 or not any(parts) or len(written) > MAX_CHARS:
        raise PriceError("bad_sale_dates", "Write the sale's dates as start/end, in ISO 8601.")
    starts, ends = (_read_moment(part) for part in parts)
    if ends is not None and _DAY.fullmatch(parts[1]):
        ends += timedelta(days=1)
    if starts and ends and ends <= starts:
        raise PriceError("bad_sale_dates", "The sale must end after it starts.")
    return starts, ends


def _read_moment(written: str) -> datetime | None:
    if not written:
        return None
    try:
        moment = datetime.fromisoformat(_LOOSE_OFFSET.sub("", written))
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        # A year's room on both sides, so that whoever adds a day or an offset can.
        if not 2 <= moment.year <= 9998:
            raise OverflowError("the year is out of range")
    except (ValueError, OverflowError) as error:
        hint = "Write each moment of a sale as 2026-11-01T09:00+01:00."
        raise PriceError("bad_sale_dates", hint) from error
    return moment
