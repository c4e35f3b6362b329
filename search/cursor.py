"""Cursors: where the next page of one ranking begins.

A ranking of one generation, under the same merchandising rules, is always the same, so that a
place in it is enough. A cursor holds for these and its query alone: with others it would skip
hits or repeat them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from core.errors import InvalidQueryError

POINTER = "/cursor"
MAX_CHARS = 200
DIGEST_CHARS = 16
"""64 bits: enough to tell a caller's own queries apart; nothing is protected by it."""
MAX_OFFSET = 2**31


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the ranking of one query in one generation."""

    generation: str
    """And, where rules formed the ranking, their name."""
    query: str
    """From ``digest_query``."""
    offset: int
    """How many hits come before."""

    def encode(self) -> str:
        """Write it as letters, digits, ``-`` and ``_``, to be handed back as it is."""
        body = json.dumps([self.generation, self.query, self.offset], separators=(",", ":"))
        data = body.encode()
        return base64.urlsafe_b64encode(_checksum(data) + data).rstrip(b"=").decode("ascii")


def digest_query(*asked: Any) -> str:
    """Give a short name to all that decides a ranking but the page: text, filters, sort.

    >>> digest_query("red bag", [("filter.brand", "Acme")]) == digest_query("red bag", [])
    False
    """
    told = json.dumps(asked, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:DIGEST_CHARS]


def resume(text: str, generation: str, query: str) -> int:
    """Read how many hits come before the page that a cursor asks for.

    Raises:
        InvalidQueryError: with the code ``invalid_cursor`` where it is none of ours,
            ``stale_cursor`` where the ranking has changed since, and
            ``foreign_cursor`` where it was given for another query.
    """
    cursor = _decode(text)
    if cursor.generation != generation:
        raise InvalidQueryError(
            POINTER,
            "stale_cursor",
            "The catalogue, or a merchandising rule for this query, has changed since this cursor "
            "was given. Start from the first page.",
        )
    if cursor.query != query:
        raise InvalidQueryError(
            POINTER,
            "foreign_cursor",
            "This cursor was given for another query. Send the one that it came with, unchanged.",
        )
    return cursor.offset


def _decode(text: str) -> Cursor:
    try:
        if len(text) > MAX_CHARS:
            raise ValueError
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        checksum, body = data[:4], data[4:]
        if checksum != _checksum(body):
            raise ValueError
        return _from_json(json.loads(body))
    except (ValueError, RecursionError):  # UnicodeError, binascii.Error are ValueErrors
        raise InvalidQueryError(
            POINTER,
            "invalid_cursor",
            "This is no cursor of ours. Send one as it was given, or none for the first page.",
        ) from None


def _from_json(told: object) -> Cursor:
    match told:
        case [str(generation), str(query), int(offset)] if 0 <= offset <= MAX_OFFSET:
            return Cursor(generation, query, offset)
    raise ValueError


def _checksum(data: bytes) -> bytes:
    """Tell a cursor that was cut or typed wrong; it keeps nobody from making one."""
    return binascii.crc32(data).to_bytes(4)
