"""Where a feed comes from: a file, standard input, or the web; then always a file."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from catalog.fetch.download import download
from core.errors import FeedError
from core.settings import Settings

STANDARD_INPUT = "-"

_INCOMING = "incoming"
_ABANDONED_AFTER_S = 24 * 3600
"""Copies older than this were left by a process that was killed; no import takes as long."""
_CHUNK_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class LocatedFeed:
    """A feed as a regular file, which can be gone through more than once."""

    path: Path
    source: str
    """What it is called on record and in messages."""


@contextmanager
def located_feed(
    location: str, settings: Settings, standard_input: BinaryIO
) -> Iterator[LocatedFeed]:
    """Give a feed's file; what was not one is copied below the home folder meanwhile.

    The folder of such a copy holds nothing else: a feed that comes from elsewhere cannot
    name pictures by path, unless it is told below which folder.

    Raises:
        FeedError: it is too large, or cannot be fetched.
    """
    if location != STANDARD_INPUT and not is_web_address(location):
        yield LocatedFeed(Path(location), location)
        return
    incoming = settings.ensure_home() / _INCOMING
    incoming.mkdir(exist_ok=True)
    _sweep(incoming)
    with tempfile.TemporaryDirectory(dir=incoming) as folder:
        path = Path(folder) / "feed"
        if location == STANDARD_INPUT:
            source = "standard input"
            _spool(standard_input, path, settings.max_feed_bytes)
        else:
            source = _without_secrets(location)
            download(settings, location, path)
        yield LocatedFeed(path, source)


def is_web_address(location: str) -> bool:
    """Tell whether a feed is to be fetched."""
    return location.lower().startswith(("http://", "https://"))


def _spool(stream: BinaryIO, path: Path, max_bytes: int) -> None:
    left = max_bytes
    with path.open("xb") as file:
        while chunk := stream.read(_CHUNK_BYTES):
            left -= len(chunk)
            if left < 0:
                reason = f"it is longer than VITRINE_MAX_FEED_BYTES, {max_bytes:,}."
                raise FeedError("standard input", reason)
            file.write(chunk)


def _sweep(incoming: Path) -> None:
    oldest = time.time() - _ABANDONED_AFTER_S
    for left in incoming.iterdir():
        with suppress(FileNotFoundError):  # another import may be done with it just now
            if left.stat().st_mtime < oldest:
                shutil.rmtree(left, ignore_errors=True)


def _without_secrets(url: str) -> str:
    """Shorten a URL for the record: who may fetch it is often told by its query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
