"""How much of a request's body the server takes in before the application sees any of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import copy
from typing import Any

from waitress.parser import HTTPRequestParser
from waitress.utilities import RequestEntityTooLarge

from web.access import FEEDS, sent_key

KEY_WAIT_S = 5.0
"""How long a feed that comes with a key not yet looked up waits, read no further."""

AdmitsFeed = Callable[[str], bool | None]
"""Tells, without waiting, whether a key may send a feed; None where it is being looked up."""


class BodyBounds:
    """Bounds for every address, and a wider one where feeds are sent with a key.

    A feed is a hundred times larger than anything else that is sent. Without a key nobody can
    make the server keep that much on its disk.
    """

    def __init__(self, max_feed_bytes: int, admits_feed: AdmitsFeed) -> None:
        self._max_feed_bytes = max_feed_bytes
        self._admits_feed = admits_feed

    def parser(self, adjustments: Any) -> BoundedParser:
        """Make what reads one request."""
        return BoundedParser(adjustments, self._max_feed_bytes, self._admits_feed)


class BoundedParser(HTTPRequestParser):
    """Reads a request; of a feed no more than any other body has until its key is known."""

    def __init__(self, adjustments: Any, max_feed_bytes: int, admits_feed: AdmitsFeed) -> None:
        super().__init__(adjustments)
        self._max_feed_bytes = max_feed_bytes
        self._admits_feed = admits_feed
        self._doubtful_after: int | None = None
        self._decides_until = float("inf")
        self._key = ""

    def parse_header(self, header_plus: bytes) -> None:
        """Choose the bound, as soon as the request's head has been read."""
        super().parse_header(header_plus)
        told: Any = self  # typeshed knows of no path, and takes the method for bytes
        if told.command != "POST" or told.path != FEEDS:
            return
        self._key = sent_key(
            self.headers.get("AUTHORIZATION", ""), self.headers.get("X_API_KEY", "")
        )
        # Asked already now, for it may have to be read from the database meanwhile.
        if not self._admits_feed(self._key):
            self._doubtful_after = self.adj.max_request_body_size
        # A byte more than the application takes, so that it refuses in its own words. It counts
        # exactly: a chunked body has more bytes on the way than in the end.
        most = self._max_feed_bytes + (self._max_feed_bytes // 16 if self.chunked else 0) + 1
        self.adj = copy(self.adj)
        self.adj.max_request_body_size = max(most, self.adj.max_request_body_size)

    def received(self, data: bytes) -> int:
        """Take in a piece; ends with an error where it is more than whoever sends it may."""
        consumed: int = super().received(data)
        if self._is_doubtful():
            if self._decides_until == float("inf"):
                self._decides_until = time.monotonic() + KEY_WAIT_S
            if not self.waits() and self._is_doubtful():
                self.error = RequestEntityTooLarge(f"exceeds max_body of {self._doubtful_after}")
                self.completed = True
        return consumed

    def waits(self) -> bool:
        """Tell whether no more is to be read before the key has been looked up."""
        if not self._is_doubtful():
            return False
        admitted = self._admits_feed(self._key)
        if admitted:
            self._doubtful_after = None
        return admitted is None and time.monotonic() < self._decides_until

    def _is_doubtful(self) -> bool:
        limit = self._doubtful_after
        return limit is not None and self.body_bytes_received >= limit
