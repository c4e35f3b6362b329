"""Fuzz the reading of feeds: ``python -m fuzz.feeds --seconds 60``."""

from __future__ import annotations

import gzip
import io
import sys
import zipfile
from collections.abc import Iterator

from fuzz.running import atheris, fuzz, workplace

with atheris().instrument_imports(include=["catalog"]):
    from catalog.feeds.detect import FORMATS, open_feed
    from catalog.fields import ColumnMap
    from catalog.row_parser import RowParser
    from catalog.rows import ProductRow, RawRow, RefusedRow, WithheldRow
    from core.errors import FeedError

MAX_ROWS = 5_000
_file = workplace("feeds") / "feed"


def read_any(data: bytes) -> None:
    """Read bytes as a feed: an error of ours, or rows of which each is told by its line."""
    # The first byte chooses whether a format is named, the rest is the file.
    choice = data[0] % (2 * len(FORMATS)) if data else 0
    _file.write_bytes(data[1:])
    try:
        feed = open_feed(_file, FORMATS[choice].name if choice < len(FORMATS) else None)
        parser = RowParser(ColumnMap({}), "EUR")
        for number, row in enumerate(feed.rows()):
            assert row.line >= 1, row
            _check(parser.parse(row) if isinstance(row, RawRow) else row)
            if number >= MAX_ROWS:
                return
    except FeedError as error:
        if not str(error).endswith((".", "…")):
            raise AssertionError(f"no sentence: {error}") from error


def _check(row: object) -> None:
    if isinstance(row, RefusedRow):
        assert row.problem.code, row
        assert row.problem.hint, row
    elif isinstance(row, WithheldRow):
        assert row.problem.code, row
    else:
        assert isinstance(row, ProductRow), row
        product = row.product
        assert product.id, row
        assert product.title, row
        assert product.price_minor is None or product.price_minor >= 0, row


def seeds() -> Iterator[bytes]:
    """Make a small feed in every format, packed and not."""
    feeds = [
        b'id,title,price,image\n1,Red shoe,29.90 EUR,a.jpg\n2,"Blue,\nboot",5,b.jpg\n',
        b"sep=;\nid;title;price\n1;Shoe;29,90\n",
        b'{"id": "1", "title": "Shoe", "price": 29.90, "images": ["a.jpg", "b.jpg"]}\n',
        b"Handle,Title,Body (HTML),Published,Status,Option1 Name,Option1 Value,Variant SKU,"
        b"Variant Price,Image Src\nshoe,Shoe,<p>Soft</p>,true,active,Size,42,S-42,29.90,a.jpg\n"
        b"shoe,,,,,,43,S-43,31.90,b.jpg\n",
        b'<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0"><channel><item>'
        b"<g:id>1</g:id><title>Shoe</title><g:price>29.90 EUR</g:price><g:sale_price>19.90 EUR"
        b"</g:sale_price><g:sale_price_effective_date>2026-01-01T00:00+01:00/2026-02-01T00:00"
        b"+01:00</g:sale_price_effective_date><g:availability>in stock</g:availability>"
        b"<g:image_link>a.jpg</g:image_link></item></channel></rss>",
        b"id\ttitle\tprice\timage link\n1\tShoe\t29.90 EUR\ta.jpg\n",
        "id,title\n1,Größe\n".encode("utf-16"),
    ]
    for feed in feeds:
        for choice in (0xFF, *range(len(FORMATS))):
            yield bytes([choice]) + feed
        yield b"\xff" + gzip.compress(feed, mtime=0)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("feed.csv", feed)
        yield b"\xff" + packed.getvalue()


if __name__ == "__main__":
    fuzz("feeds", read_any, seeds(), sys.argv[1:])
