"""Shopify's product export, in both generations of its header.

A product is a block of rows that share a handle: the first has its texts, each may add
a variant or a picture. The block becomes one row a variant, under names that every
feed has; what else the file says stays under the file's own names.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import groupby

from catalog.feeds import csv_feed
from catalog.feeds.shopify_product import ShopifyProduct, ShopifyRow
from catalog.feeds.source import Line
from catalog.fields import normalize_name
from catalog.rows import Problem, RawRow, RefusedRow
from catalog.text import strip_controls

MAX_ROWS_OF_A_PRODUCT = 5_000
"""Shopify ends at 2,048 variants and 250 pictures; more is one handle for many products."""

_HANDLES = frozenset({"handle", "url_handle"})
_TELLING = frozenset(
    {
        "option1_name", "option1_value", "variant_sku", "variant_price", "variant_inventory_qty",
        "image_src", "product_image_url", "published_on_online_store", "body_(html)",
    }
)  # fmt: skip


def matches(head: str) -> bool:
    """Tell whether the first text of a feed is the header of an export."""
    first = head.splitlines()[0] if head else ""
    with suppress(csv.Error, StopIteration):
        cells = next(csv.reader([first], delimiter=csv_feed.sniff_delimiter([first])))
        names = {normalize_name(strip_controls(cell)) for cell in cells}
        return bool(names & _HANDLES) and "title" in names and len(names & _TELLING) >= 2
    return False


def read_rows(lines: Iterator[Line], feed: str) -> Iterator[RawRow | RefusedRow]:
    """Read a row for each variant; rows that belong to no product are refused.

    Raises:
        FeedError: there is no header.
    """
    for _, block in groupby(_known(csv_feed.read_rows(lines, feed)), key=_Blocks()):
        yield from _read_block(block)


class _Blocks:
    """Numbers the blocks: one ends where another handle or another title begins."""

    def __init__(self) -> None:
        self._number = 0
        self._handle = ""

    def __call__(self, row: ShopifyRow | RefusedRow) -> int:
        if isinstance(row, ShopifyRow) and (row.handle != self._handle or row.text("title")):
            self._number += 1
            self._handle = row.handle
        return self._number


def _known(rows: Iterator[RawRow | RefusedRow]) -> Iterator[ShopifyRow | RefusedRow]:
    names: dict[tuple[str, ...], Mapping[str, str]] = {}
    for row in rows:
        if isinstance(row, RefusedRow):
            yield row
            continue
        header = tuple(row.values)
        if header not in names:
            names = {header: {normalize_name(name): name for name in reversed(header)}}
        yield ShopifyRow(row.line, row.values, names[header])


def _read_block(block: Iterator[ShopifyRow | RefusedRow]) -> Iterator[RawRow | RefusedRow]:
    """Read a product; what is refused stands between its variants, in the order of lines."""
    refused: list[RefusedRow] = []
    product: ShopifyProduct | None = None
    for row in block:
        if isinstance(row, RefusedRow):
            refused.append(row)
        elif product is None and row.text("title"):
            product = ShopifyProduct(row)
        elif product is None:
            refused.append(RefusedRow(row.line, _without_product(row), row.handle))
        elif product.size >= MAX_ROWS_OF_A_PRODUCT:
            hint = (
                f"Give a product at most {MAX_ROWS_OF_A_PRODUCT:,} rows, and a handle of its own."
            )
            refused.append(RefusedRow(row.line, Problem("too_many_rows", hint, row.handle)))
        else:
            product.add(row)
        if product is None or len(refused) > MAX_ROWS_OF_A_PRODUCT:
            yield from refused
            refused.clear()
    rows = [*refused, *(product.variants() if product else ())]
    yield from sorted(rows, key=lambda each: each.line)


def _without_product(row: ShopifyRow) -> Problem:
    if not row.handle:
        return Problem("missing_handle", "Give each row the handle of its product.")
    hint = "Put it behind its product's first row, the one that has the title."
    return Problem("row_without_product", hint, row.handle)
