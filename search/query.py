"""What was asked: valid by construction, and without HTTP."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

from core.errors import InvalidQueryError
from search.filters import Filter
from search.sorting import Sort

DEFAULT_PER_PAGE = 24
MAX_PER_PAGE = 100
MAX_WEIGHT = 10
MAX_WISHES = 16
MAX_WINDOW = 10_000
"""Deepest result that a page may reach; deeper is a crawl, not a search."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of the ranking is asked for; pages count from 1."""

    number: int = 1
    size: int = DEFAULT_PER_PAGE

    def __post_init__(self) -> None:
        """Refuse what no page can be."""
        if not 1 <= self.size <= MAX_PER_PAGE:
            raise InvalidQueryError(
                "/per_page", "out_of_range", f"per_page must be from 1 to {MAX_PER_PAGE}."
            )
        if self.number < 1:
            raise InvalidQueryError("/page", "out_of_range", "page counts from 1.")
        if self.number * self.size > MAX_WINDOW:
            raise InvalidQueryError(
                "/page", "too_deep", f"Only the first {MAX_WINDOW} results can be paged through."
            )

    @property
    def offset(self) -> int:
        """How many results come before this page."""
        return (self.number - 1) * self.size

    @classmethod
    def parse(cls, arguments: Mapping[str, str]) -> Page:
        """Read ``page`` and ``per_page``.

        Raises:
            InvalidQueryError: one of them is no whole number, or out of range.
        """
        return cls(
            number=_whole(arguments, "page", 1),
            size=_whole(arguments, "per_page", DEFAULT_PER_PAGE),
        )


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that hits are to be like, or, with a weight below 0, unlike.

    Exactly one of ``text``, ``image`` and ``product_id`` is given.
    """

    weight: float = 1.0
    text: str = ""
    image: Image.Image | None = None
    product_id: str = ""

    def __post_init__(self) -> None:
        """Refuse a wish for nothing, for several things, or of no usable weight."""
        if (bool(self.text), self.image is not None, bool(self.product_id)).count(True) != 1:
            raise InvalidQueryError(
                "/wishes", "not_one_thing", "A wish is a text, a picture or a product."
            )
        if not 0 < abs(self.weight) <= MAX_WEIGHT:
            raise InvalidQueryError(
                "/wishes",
                "out_of_range",
                f"A weight is a number from -{MAX_WEIGHT} to {MAX_WEIGHT}, and not 0.",
            )


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What a shopper wants, which products may be shown, in which order, and how much of it."""

    text: str = ""
    """A sentence, which is understood; empty where only the rest counts."""
    image: Image.Image | None = None
    page: Page = Page()
    filter: Filter | None = None
    """Chosen beside the sentence; what the sentence itself says is added to it."""
    sort: Sort = Sort.RELEVANCE
    facets: tuple[str, ...] | None = ()
    """Which fields to count; None leaves the choice to the catalogue."""
    wishes: tuple[Wish, ...] = ()
    understand: bool = True
    """Whether negations, prices and names in the sentence are acted on, and typos mended."""
    collapse: bool = True
    """Whether the variants of one model are one hit."""
    diversity: float = 0.0
    """From 0, relevance alone, to 1, as different as can be."""
    repeats: bool = False
    """Whether the same picture again may follow the first, as a measurement wants it."""
    explain: bool = False
    """Whether each hit tells where its score comes from."""
    cursor: str = ""
    """Where to go on, as an earlier answer gave it, instead of a page's number."""

    def __post_init__(self) -> None:
        """Refuse a query that asks nothing."""
        if not (self.text or self.image or self.wishes or self.filter):
            raise InvalidQueryError("/q", "empty", "Say what you are looking for.")
        if not 0 <= self.diversity <= 1:
            raise InvalidQueryError("/diversity", "out_of_range", "diversity goes from 0 to 1.")
        if len(self.wishes) > MAX_WISHES:
            raise InvalidQueryError(
                "/wishes", "too_many", f"At most {MAX_WISHES} wishes are weighed together."
            )

    @property
    def pictured(self) -> bool:
        """Whether a picture is part of it, so that it cannot be compared with another."""
        return self.image is not None or any(wish.image is not None for wish in self.wishes)

    @classmethod
    def parse(cls, arguments: Mapping[str, str], max_chars: int) -> SearchQuery:
        """Read ``q``, ``page`` and ``per_page``.

        Raises:
            InvalidQueryError: a value cannot be used; it names the field and the reason.
        """
        return cls(text=parse_text(arguments.get("q", ""), max_chars), page=Page.parse(arguments))


@dataclass(frozen=True, slots=True)
class SimilarQuery:
    """More like one product, or like several."""

    product_ids: tuple[str, ...]
    page: Page = Page()
    filter: Filter | None = None
    with_variants: bool = False
    """Whether variants of the same model may be found; they are most alike, and least news."""
    in_stock: bool = False
    """Whether what is known to be sold out is left out."""
    within: int | None = None
    """How many levels of the first product's category hits must share; None for any category."""
    facets: tuple[str, ...] | None = ()
    """Which fields to count; None leaves the choice to the catalogue."""
    explain: bool = False
    cursor: str = ""
    """Where to go on, as an earlier answer gave it, instead of a page's number."""

    def __post_init__(self) -> None:
        """Refuse a query that names no product, or too many."""
        if not 1 <= len(self.product_ids) <= MAX_WISHES:
            raise InvalidQueryError("/id", "out_of_range", f"Name from 1 to {MAX_WISHES} products.")
        if self.within is not None and self.within < 1:
            raise InvalidQueryError("/within", "out_of_range", "within counts levels from 1.")


def parse_text(text: str, max_chars: int) -> str:
    """Normalise a shopper's words (NFC, single spaces) and bound them.

    Raises:
        InvalidQueryError: they are too long, or hold control characters.
    """
    if len(text) > max_chars:
        raise InvalidQueryError(
            "/q", "too_long", f"The query has {len(text)} characters; at most {max_chars} are read."
        )
    if any(unicodedata.category(char) in ("Cc", "Cs") and not char.isspace() for char in text):
        raise InvalidQueryError("/q", "control_character", "The query holds control characters.")
    return " ".join(unicodedata.normalize("NFC", text).split())


def _whole(arguments: Mapping[str, str], name: str, default: int) -> int:
    value = arguments.get(name, "")
    if value == "":
        return default
    # int() would also take " 7 ", "1_000" and digits of other scripts.
    if not (value.isascii() and value.removeprefix("-").isdigit() and len(value) <= 9):
        raise InvalidQueryError(f"/{name}", "not_a_number", f"{name} must be a whole number.")
    return int(value)
