"""What a query is made of beside its sentence."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict


class PageOptions(TypedDict, total=False):
    """Which part of a ranking is wanted."""

    page: int
    """Counts from 1."""
    per_page: int
    cursor: str
    """Instead of a page: ``next_cursor`` of an earlier answer to the same request."""
    facets: Sequence[str] | None
    """Fields to count; None leaves the choice to the catalogue."""
    explain: bool
    """Whether each hit tells where its score comes from."""


class SearchOptions(PageOptions, total=False):
    """What is shown of what is found, and how."""

    sort: Literal["relevance", "price_asc", "price_desc", "newest"]
    understand: bool
    """Whether negations, prices and names in the sentence are acted on."""
    collapse: bool
    """Whether the variants of one model are one hit."""
    diversity: float
    """From 0, relevance alone, to 1, as different as can be."""


class LikenessOptions(PageOptions, total=False):
    """Which of the products that are alike are shown."""

    variants: bool
    """Whether variants of the same model are found, too."""
    in_stock: bool
    """Whether what is known to be sold out is left out."""
    within: int
    """How many levels of the first product's category hits must share."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that hits are to be like or, with a weight below 0, unlike.

    Exactly one of ``text``, ``image`` (a file's bytes), ``upload`` and ``product_id`` is given.
    """

    text: str = ""
    image: bytes = b""
    upload: str = ""
    product_id: str = ""
    weight: float = 1.0


def listed(wishes: Iterable[Wish]) -> dict[str, list[dict[str, Any]]]:
    """Write wishes as the lists of a composed query.

    >>> listed([Wish("red"), Wish(product_id="7", weight=-0.5)])
    {'texts': [{'text': 'red', 'weight': 1.0}], 'disliked': [{'id': '7', 'weight': 0.5}]}
    """
    lists: dict[str, list[dict[str, Any]]] = {}
    for wish in wishes:
        name, told = _told(wish)
        lists.setdefault(name, []).append(told)
    return lists


def _told(wish: Wish) -> tuple[str, dict[str, Any]]:
    if wish.product_id:
        liking = "liked" if wish.weight > 0 else "disliked"
        return liking, {"id": wish.product_id, "weight": abs(wish.weight)}
    if wish.image:
        data = base64.b64encode(wish.image).decode("ascii")
        return "images", {"data": data, "weight": wish.weight}
    if wish.upload:
        return "images", {"upload": wish.upload, "weight": wish.weight}
    return "texts", {"text": wish.text, "weight": wish.weight}
