"""Addresses as plain path strings, so that commands can print them without a request."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode


def product_url(product_id: str) -> str:
    """Address a product's page; the shop's own id may hold any character."""
    return f"/products/{quote(product_id, safe='')}"


def similar_url(product_id: str, page: int = 1) -> str:
    """Address the page of products like one."""
    return _with_page(f"{product_url(product_id)}/similar", {}, page)


def media_url(image_hash: str, width: int) -> str:
    """Address a picture of the catalogue, at most ``width`` pixels wide."""
    return f"/media/{image_hash}/{width}.jpg"


def _with_page(path: str, arguments: Mapping[str, str], page: int) -> str:
    pairs = dict(arguments) | ({"page": str(page)} if page > 1 else {})
    return f"{path}?{urlencode(pairs)}" if pairs else path
