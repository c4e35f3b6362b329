"""A merchandising rule: what a shop wants of some products, where, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from core.errors import RuleError

MAX_PRODUCTS = 200
"""Of one rule: more than a person lines up by hand. A selection has no such bound."""
MAX_POSITION = 240
"""Ten pages of 24: nobody sees a pin behind them."""
MAX_PRIORITY = 1_000
MAX_QUERY_CHARS = 200
MAX_PATH_CHARS = 1_000
MAX_NOTE_CHARS = 500


class Effect(Enum):
    """What a rule does to its products; of one priority, the first of these wins."""

    HIDE = "hide"
    PIN = "pin"
    BOOST = "boost"
    BURY = "bury"


class Match(Enum):
    """How a rule's query is compared with the shopper's."""

    EXACT = "exact"
    """The same words in the same order."""
    WORDS = "words"
    """All of its words are among the shopper's."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; valid by construction.

    Without a query it holds for every query, without a category for every one.

    Raises:
        RuleError: it names nothing, or has a value that no rule can have.
    """

    effect: Effect
    product_ids: tuple[str, ...] = ()
    """Which products, in the order in which they are pinned."""
    selection: Mapping[str, Any] | None = None
    """Or all that pass a filter, written as in the API's JSON."""
    query: str = ""
    match: Match = Match.EXACT
    category: str = ""
    """Path of the category that the answer is narrowed to, or of one above it."""
    position: int = 1
    """Of the first pinned product, from 1."""
    strength: float = 0.5
    """How far it is boosted or buried, as a share of the way from the last hit to the first."""
    starts_at: datetime | None = None
    """Aware; None means from ever."""
    ends_at: datetime | None = None
    """Aware, no longer included; None means for ever."""
    priority: int = 0
    """Of the rules that name a product, those of the highest priority count."""
    note: str = ""
    id: int = 0
    """Given by the database; 0 for a rule that is not in it."""

    def __post_init__(self) -> None:
        """Refuse what no rule can be."""
        self._check_products()
        if not 1 <= self.position <= MAX_POSITION:
            raise RuleError("position", f"A pin's position is from 1 to {MAX_POSITION}.")
        if not 0 < self.strength <= 1:
            raise RuleError("strength", "A strength is above 0 and at most 1.")
        if abs(self.priority) > MAX_PRIORITY:
            raise RuleError("priority", f"A priority is from -{MAX_PRIORITY} to {MAX_PRIORITY}.")
        if self.starts_at and self.ends_at and self.starts_at >= self.ends_at:
            raise RuleError("ends_at", "The rule would end before it begins.")
        bounds = {"query": MAX_QUERY_CHARS, "category": MAX_PATH_CHARS, "note": MAX_NOTE_CHARS}
        for name, most in bounds.items():
            value = getattr(self, name)
            if len(value) > most or "\0" in value:
                raise RuleError(name, f"A rule's {name} has at most {most} characters, none a NUL.")

    def is_live(self, now: datetime) -> bool:
        """Tell whether it holds at a moment."""
        begun = self.starts_at is None or self.starts_at <= now
        return begun and (self.ends_at is None or now < self.ends_at)

    def _check_products(self) -> None:
        ids = self.product_ids
        if bool(ids) == (self.selection is not None):
            raise RuleError("product_ids", "A rule names either products or a selection of them.")
        if self.effect is Effect.PIN and not ids:
            raise RuleError("product_ids", "Products are pinned one by one, by their ids.")
        if len(ids) > MAX_PRODUCTS or len(set(ids)) < len(ids):
            raise RuleError(
                "product_ids", f"A rule names at most {MAX_PRODUCTS} products, each once."
            )
        if not all(0 < len(each) <= 255 and "\0" not in each for each in ids):
            raise RuleError("product_ids", "A product's id has from 1 to 255 characters.")
