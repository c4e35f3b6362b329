"""What was asked: valid by construction, and without HTTP."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

from core.errors import InvalidQueryError

DEFAULT_PER_PAGE = 24
MAX_PER_PAGE = 100
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
class SearchQuery:
    """A sentence, a picture, or both, and the page of the answer that is wanted."""

    text: str = ""
    image: Image.Image | None = None
    page: Page = Page()

    def __post_init__(self) -> None:
        """Refuse a query that asks nothing."""
        if not self.text and self.image is None:
            raise InvalidQueryError("/q", "empty", "Say what you are looking for.")

    @classmethod
    def parse(cls, arguments: Mapping[str, str], max_chars: int) -> SearchQuery:
        """Read ``q``, ``page`` and ``per_page``.

        Raises:
            InvalidQueryError: a value cannot be used; it names the field and the reason.
        """
        return cls(text=parse_text(arguments.get("q", ""), max_chars), page=Page.parse(arguments))


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
