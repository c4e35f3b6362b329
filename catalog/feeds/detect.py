"""Which format a feed is in, found out from its content and never from its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from catalog.feeds import csv_feed, jsonl_feed
from catalog.feeds.source import FeedSource, Line
from catalog.rows import RawRow, RefusedRow
from core.errors import FeedError

_HEAD_CHARS = 4096


@dataclass(frozen=True, slots=True)
class FeedFormat:
    """One format that can be read."""

    name: str
    matches: Callable[[str], bool]
    """Tells from the first characters whether a feed is in it."""
    read_rows: Callable[[Iterator[Line], str], Iterator[RawRow | RefusedRow]]
    has_header: bool
    """Whether every row has the same columns, so that a missing one dooms all of them."""


# The first that matches is taken; the last takes every other text.
FORMATS = (
    FeedFormat("jsonl", jsonl_feed.matches, jsonl_feed.read_rows, has_header=False),
    FeedFormat("csv", lambda head: True, csv_feed.read_rows, has_header=True),
)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that can be read, in a known format."""

    source: FeedSource
    format: FeedFormat

    def rows(self) -> Iterator[RawRow | RefusedRow]:
        """Read the rows, in order, without holding more than one.

        Raises:
            FeedError: nothing of it can be read.
        """
        return self.format.read_rows(self.source.read(), str(self.source.path))


def open_feed(path: Path) -> Feed:
    """Find out a feed's encoding and format.

    Raises:
        FeedError: it cannot be opened, is empty, or is in no format that is read.
    """
    source = FeedSource.inspect(path)
    first = next((line.text or "" for line in source.read() if line.text != "\n"), "")
    head = first[:_HEAD_CHARS].lstrip("\ufeff \t\r\n")
    if not head:
        raise FeedError(str(path), "it is empty.")
    if head.startswith("<"):
        raise FeedError(str(path), "it is XML or HTML; give CSV or JSON Lines.")
    if head.startswith("["):
        raise FeedError(str(path), "it is a JSON array; write one object a line instead.")
    return Feed(source, next(each for each in FORMATS if each.matches(head)))
