"""What a product is above the database: plain values, free of SQLAlchemy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
