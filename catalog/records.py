"""What a product is above the database: plain values, free of SQLAlchemy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from catalog.availability import BACKORDER, OUT_OF_STOCK, PREORDER

CATEGORY_SEPARATOR = " > "


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """One picture of a product; its bytes are in the image store under ``hash``."""

    hash: str
    """SHA-256 of the picture's bytes, in hex."""
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Sale:
    """A lower price for a time."""

    price_minor: int
    """In the minor unit of the product's currency."""
    starts_at: datetime | None = None
    """Aware; None means from ever."""
    ends_at: datetime | None = None
    """Aware, no longer included; None means for ever."""

    def is_on(self, now: datetime) -> bool:
        """Tell whether the price holds at a moment."""
        begun = self.starts_at is None or self.starts_at <= now
        return begun and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """One sellable thing as the catalogue holds it."""

    id: str
    """The shop's own id."""
    title: str
    description: str = ""
    brand: str = ""
    category: tuple[str, ...] = ()
    """Path from the widest to the narrowest."""
    price_minor: int | None = None
    """In the currency's minor unit (cents); None where the feed has no price."""
    currency: str = ""
    """ISO 4217 code, or empty where there is no price."""
    stock: int | None = None
    """Units on hand; None where the feed does not say."""
    group_id: str = ""
    """Shared by the variants of one model; empty where there are none."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    images: tuple[ImageRecord, ...] = ()
    """In the feed's order; the first is the one to show."""
    was_minor: int | None = None
    """The higher price that ``price_minor`` is reduced from; None where it is not."""
    sale: Sale | None = None
    """A price that holds for a time. A generation's products have none: see ``sold_at``."""
    availability: str = ""
    """in_stock, out_of_stock, preorder or backorder; empty where the feed does not say."""
    added_on: date | None = field(default=None, compare=False)
    """When the catalogue first had it, in UTC; None where that is not known. No feed says it,
    so that two records of the same product are equal without it."""

    @property
    def in_stock(self) -> bool | None:
        """Whether it can be had; None where the feed does not say.

        A stock of none wins over what the feed calls available: it is the later news.
        """
        if self.stock is not None and self.stock <= 0:
            return self.availability in (PREORDER, BACKORDER)
        if self.availability:
            return self.availability != OUT_OF_STOCK
        return None if self.stock is None else True

    @property
    def on_sale(self) -> bool | None:
        """Whether a higher price was asked before; None where there is no price."""
        return None if self.price_minor is None else (self.was_minor or 0) > self.price_minor

    def sold_at(self, now: datetime) -> ProductRecord:
        """Give the product with the price that is asked at a moment, and no sale to come."""
        if self.sale is None:
            return self
        if not self.sale.is_on(now):
            return replace(self, sale=None)
        was = self.was_minor if self.was_minor is not None else self.price_minor
        return replace(self, sale=None, price_minor=self.sale.price_minor, was_minor=was)
