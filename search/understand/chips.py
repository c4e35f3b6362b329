"""What was understood of a sentence: a text to search for, and chips that can be taken off."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from search.filters import Filter


class ChipKind(Enum):
    """What a chip is about."""

    PRICE = "price"
    BRAND = "brand"
    CATEGORY = "category"
    COLOUR = "colour"
    SIZE = "size"
    STOCK = "stock"
    ATTRIBUTE = "attribute"
    EXCLUSION = "exclusion"


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that a shopper asked for besides what she looks for.

    With neither a filter nor a negative it changes nothing: the words were understood, but the
    catalogue has no data that could answer them (a price, where no product has one).
    """

    kind: ChipKind
    label: str
    """For people: ``under 50``, ``not Acme``."""
    words: str
    """Its words in the query, as they were typed."""
    filter: Filter | None
    negative: str
    """What to push away by likeness (search/exclusion.py), where no data tells; or empty."""
    without: str
    """The query without it."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """A sentence, taken apart. Every word of it is in ``positive`` or in a chip."""

    text: str
    """As it was asked."""
    positive: str
    """What is encoded and matched; empty where only filters and exclusions were asked for."""
    chips: tuple[Chip, ...]

    @property
    def negatives(self) -> tuple[str, ...]:
        """The concepts to push away, in the order of the query."""
        return tuple(chip.negative for chip in self.chips if chip.negative)
