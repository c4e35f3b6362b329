"""Which format a feed is in, found out from its content and never from its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from catalog.feeds import csv_feed, google_xml_feed, jsonl_feed, parquet_feed, shopify_feed
from catalog.feeds.content import FeedContent
from catalog.feeds.source import FeedSource
from catalog.rows import RawRow, RefusedRow
from core.errors import FeedError

FeedRow = RawRow | RefusedRow
_BLANK = "\ufeff \t\r\n"


@dataclass(frozen=True, slots=True)
class FeedFormat:
    """One format that can be read."""

    name: str
    matches: Callable[[str], bool]
    """Tells from the first characters whether a feed is in it."""
    read_rows: Callable[[FeedSource], Iterator[FeedRow]]
    has_header: bool
    """Whether every row has the same columns, so that a missing one dooms all of them."""
    names_whole_groups: bool = False
    """Whether it names all variants of a product, or none: what it leaves out is gone."""


def _read_csv(source: FeedSource) -> Iterator[FeedRow]:
    return csv_feed.read_rows(source.read(), str(source.path))


def _read_jsonl(source: FeedSource) -> Iterator[FeedRow]:
    return jsonl_feed.read_rows(source.read(), str(source.path))


def _read_shopify(source: FeedSource) -> Iterator[FeedRow]:
    return shopify_feed.read_rows(source.read(), str(source.path))


def _read_google_xml(source: FeedSource) -> Iterator[FeedRow]:
    return google_xml_feed.read_rows(source.read_text(), str(source.path))


def _read_parquet(source: FeedSource) -> Iterator[FeedRow]:
    return parquet_feed.read_rows(source.content)


# The first text format that matches is taken; the last takes every other text.
_TEXT_FORMATS = (
    FeedFormat("google-xml", google_xml_feed.matches, _read_google_xml, has_header=False),
    FeedFormat("jsonl", jsonl_feed.matches, _read_jsonl, has_header=False),
    FeedFormat(
        "shopify",
        shopify_feed.matches,
        _read_shopify,
        has_header=False,
        names_whole_groups=True,
    ),
    FeedFormat("csv", lambda head: True, _read_csv, has_header=True),
)
_PARQUET = FeedFormat("parquet", lambda head: False, _read_parquet, has_header=True)
FORMATS = (*_TEXT_FORMATS, _PARQUET)
_ALSO_CALLED = {"google-csv": "csv", "google-tsv": "csv", "tsv": "csv"}


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that can be read, in a known format."""

    source: FeedSource
    format: FeedFormat

    def rows(self) -> Iterator[FeedRow]:
        """Read the rows, in order, without holding more than one product's.

        Raises:
            FeedError: nothing of it can be read, or it ends where more must follow.
        """
        return self.format.read_rows(self.source)


def open_feed(path: Path, format: str | None = None) -> Feed:
    """Find out how a feed is packed, its encoding and its format.

    Args:
        path: a regular file; gzip and zip are read through.
        format: the name of a format, for a feed whose content is mistaken for another's.

    Raises:
        FeedError: it cannot be opened, is empty, or is in no format that is read; or no
            format has that name.
    """
    wanted = _named(path, format) if format else None
    content = FeedContent.inspect(path)
    if wanted is _PARQUET or (wanted is None and parquet_feed.matches(content)):
        return Feed(parquet_feed.inspect(content), _PARQUET)
    source = FeedSource.inspect(content)
    head = next((text for each in source.read_text() if (text := each.lstrip(_BLANK))), "")
    if not head:
        raise FeedError(str(path), "it is empty.")
    if wanted:
        return Feed(source, wanted)
    if head.startswith("["):
        raise FeedError(str(path), "it is a JSON array; write one object a line instead.")
    if google_xml_feed.is_html(head):
        reason = "it is HTML, as an error or log-in page is; look at it in a browser."
        raise FeedError(str(path), reason)
    return Feed(source, next(each for each in _TEXT_FORMATS if each.matches(head)))


def _named(path: Path, name: str) -> FeedFormat:
    known = _ALSO_CALLED.get(name, name)
    for each in FORMATS:
        if each.name == known:
            return each
    listed = ", ".join(sorted([*(each.name for each in FORMATS), *_ALSO_CALLED]))
    raise FeedError(str(path), f"there is no format {name[:50]!r}; choose one of {listed}.")
