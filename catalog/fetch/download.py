"""A feed over http(s) into a file, under the same rules as pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from catalog.fetch.client import FetchClient, Wanted
from catalog.fetch.rules import FetchRules
from core.errors import FeedError, FetchError
from core.files import replacing
from core.settings import Settings

TIMEOUT_S = 1_800.0
"""For a whole feed with all attempts; the largest allowed one then needs 1.2 MB a second."""
_PACKED = frozenset({"gzip", "x-gzip"})
"""What servers call a .gz file. It is kept as it came: the feed's reader unpacks with bounds."""


def download(settings: Settings, url: str, into: Path, client: FetchClient | None = None) -> None:
    """Fetch a feed; ``into`` then has all of it, or is as it was.

    ``client`` replaces the one that the settings describe.

    Raises:
        FeedError: feeds are not fetched, this one may not be, or could not be.
    """
    if not settings.fetch_feeds:
        raise FeedError(
            _without_query(url), "feeds are not fetched from URLs. Set VITRINE_FETCH_FEEDS=1."
        )

    def write(pieces: Iterator[bytes]) -> None:
        with replacing(into) as file:
            for piece in pieces:
                file.write(piece)

    own_client = client or FetchClient(FetchRules.from_settings(settings))
    try:
        own_client.get(url, Wanted(write, settings.max_feed_bytes, TIMEOUT_S, encodings=_PACKED))
    except FetchError as error:
        raise FeedError(_without_query(url), str(error)) from error
    except OSError as error:
        reason = f"it cannot be written to {into} ({error.strerror or error})."
        raise FeedError(_without_query(url), reason) from error
    finally:
        if client is None:
            own_client.close()


def _without_query(url: str) -> str:
    """Shorten a URL for a message: its query may hold a secret."""
    return url.partition("?")[0].partition("#")[0]
