"""Which column of a feed holds what: the usual names, and a mapping that wins over them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache


class Field(Enum):
    """What a column can hold."""

    ID = "id"
    TITLE = "title"
    DESCRIPTION = "description"
    BRAND = "brand"
    CATEGORY = "category"
    PRICE = "price"
    WAS_PRICE = "was_price"
    """The higher price that the price is reduced from, without a time."""
    SALE_PRICE = "sale_price"
    SALE_DATES = "sale_dates"
    """When the sale price holds: two dates of ISO 8601 and a slash between them."""
    CURRENCY = "currency"
    STOCK = "stock"
    AVAILABILITY = "availability"
    PUBLISHED = "published"
    """No keeps the product out of the catalogue."""
    STATUS = "status"
    """Draft, archived and unlisted keep the product out."""
    ADULT = "adult"
    """Yes keeps the product out."""
    GROUP_ID = "group_id"
    IMAGE = "image"
    IMAGE_ALT = "image_alt"
    ATTRIBUTE = "attribute"
    """Kept under its own name, whatever the name suggests."""
    IGNORE = "ignore"

    # A member is only ever itself; Enum's own hash is Python, and asked for at every value.
    __hash__ = object.__hash__


GOOGLE_CATEGORY = "google_product_category"
"""Google's taxonomy: a path, or a number that only Google's list makes one of."""

# The first name present takes the field; the others stay attributes.
_NAMES: dict[Field, tuple[str, ...]] = {
    Field.ID: ("id", "product_id", "productid", "item_id", "sku", "handle", "url_handle"),
    Field.TITLE: ("title", "name", "product_name", "product_title", "product_display_name"),
    Field.DESCRIPTION: ("description", "body", "body_html", "body_(html)", "long_description"),
    Field.BRAND: ("brand", "vendor", "manufacturer", "brand_name"),
    Field.CATEGORY: (
        "category",
        "category_path",
        "product_type",
        "categories",
        "product_category",
        GOOGLE_CATEGORY,
    ),
    Field.PRICE: ("price", "unit_price", "regular_price", "variant_price"),
    Field.WAS_PRICE: ("was_price", "compare_at_price", "variant_compare_at_price", "list_price"),
    Field.SALE_PRICE: ("sale_price", "special_price"),
    Field.SALE_DATES: ("sale_price_effective_date", "sale_dates"),
    Field.CURRENCY: ("currency", "price_currency", "currency_code"),
    Field.STOCK: (
        "stock",
        "quantity",
        "inventory",
        "qty",
        "stock_quantity",
        "inventory_quantity",
        "variant_inventory_qty",
    ),
    Field.AVAILABILITY: ("availability", "stock_status"),
    Field.PUBLISHED: ("published", "published_on_online_store"),
    Field.STATUS: ("status",),
    Field.ADULT: ("adult",),
    Field.GROUP_ID: (
        "group_id",
        "item_group_id",
        "variant_group",
        "variant_group_id",
        "parent_id",
        "parent_sku",
    ),
}

# What the shop pays, and how low it would go: no shopper may see it, so no attribute keeps it.
_CONFIDENTIAL = frozenset(
    {
        "auto_pricing_min_price",
        "cost_of_goods_sold",
        "cost_per_item",
        "cost_price",
        "purchase_price",
        "variant_cost",
        "wholesale_price",
    }
)

# All of these hold pictures, in this order; numbered ones (image_2) come after.
_IMAGES = (
    "image",
    "image_link",
    "image_url",
    "image_path",
    "image_src",
    "image_file",
    "main_image",
    "product_image_url",
    "images",
    "image_urls",
    "additional_image_link",
    "additional_image_links",
    "additional_images",
)
_IMAGE_ALTS = ("image_alt", "image_alt_text", "alt_text", "image_alts")
_NUMBERED_IMAGE = re.compile(r"(?:image|image_link|image_url|picture|photo)_?([0-9]{1,2})")

# Columns that each hold one level of the path, from the widest.
_LEVELS = {
    "master_category": 1,
    "main_category": 1,
    "category": 1,
    "department": 1,
    "sub_category": 2,
    "subcategory": 2,
    "article_type": 3,
    "sub_sub_category": 3,
}
_NUMBERED_LEVEL = re.compile(r"category_?(?:level_?)?([1-9])")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one feed, by what they hold; in order where there may be several."""

    by_field: Mapping[Field, tuple[str, ...]]
    attributes: tuple[str, ...]
    other_categories: tuple[str, ...] = ()
    """Attributes that hold the category where its own column is empty."""

    def names(self, wanted: Field) -> tuple[str, ...]:
        """List the columns that hold a field; empty where the feed has none."""
        return self.by_field.get(wanted, ())


@dataclass(slots=True)
class ColumnMap:
    """Finds out what each column holds.

    ``explicit`` (column to field) wins: a field that it names is taken from its
    columns alone. Columns are compared without regard to case, spaces and hyphens.
    """

    explicit: Mapping[str, Field] = field(default_factory=dict)
    _known: dict[tuple[str, ...], Columns] = field(default_factory=dict, init=False)

    def columns(self, header: tuple[str, ...]) -> Columns:
        """Sort a header's names into fields and attributes."""
        if header not in self._known:
            if len(self._known) >= 256:  # JSON rows may each have keys of their own
                self._known.clear()
            self._known[header] = self._sort(header)
        return self._known[header]

    def missing(self, header: Sequence[str]) -> list[str]:
        """List mapped columns that a header does not have."""
        present = {normalize_name(name) for name in header}
        return [name for name in self.explicit if normalize_name(name) not in present]

    def _sort(self, header: tuple[str, ...]) -> Columns:
        explicit = {normalize_name(name): kind for name, kind in self.explicit.items()}
        mapped: dict[Field, list[str]] = {}
        free: dict[str, str] = {}
        for name in header:
            kind = explicit.get(normalize_name(name))
            if kind is None:
                free.setdefault(normalize_name(name), name)
            elif kind is not Field.ATTRIBUTE:
                mapped.setdefault(kind, []).append(name)
        order = list(explicit)
        for names in mapped.values():
            names.sort(key=lambda name: order.index(normalize_name(name)))
        others = () if Field.CATEGORY in mapped else _other_categories(free)
        for kind, names in _recognise(free).items():
            mapped.setdefault(kind, names)
        used = {name for names in mapped.values() for name in names}
        used |= {own for name, own in free.items() if name in _CONFIDENTIAL}
        return Columns(
            {kind: tuple(names) for kind, names in mapped.items()},
            tuple(name for name in header if name not in used),
            tuple(name for name in others if name not in used),
        )


@lru_cache(maxsize=4096)
def normalize_name(name: str) -> str:
    """Make the spellings of one column name equal.

    >>> normalize_name(" g:Image Link "), normalize_name("masterCategory")
    ('image_link', 'master_category')
    """
    bare = name.strip().removeprefix("g:")
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", bare)
    return re.sub(r"[\s\-_]+", "_", snake).strip("_").lower()


def _recognise(free: Mapping[str, str]) -> dict[Field, list[str]]:
    """Give each field the columns that usually hold it; ``free`` maps normalised to own names."""
    found: dict[Field, list[str]] = {}
    for kind, names in _NAMES.items():
        first = next((free[name] for name in names if name in free), None)
        if first is not None:
            found[kind] = [first]
    levels = sorted((level, name) for name in free if (level := _level_of(name)) is not None)
    if any(name != "category" for _, name in levels):
        found[Field.CATEGORY] = [free[name] for _, name in levels]
    images = [free[name] for name in _IMAGES if name in free]
    numbered = sorted(
        (int(match[1]), name) for name in free if (match := _NUMBERED_IMAGE.fullmatch(name))
    )
    images += [free[name] for _, name in numbered]
    if images:
        found[Field.IMAGE] = images
    alts = [free[name] for name in _IMAGE_ALTS if name in free]
    if alts:
        found[Field.IMAGE_ALT] = alts
    return found


def _other_categories(free: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(free[name] for name in _NAMES[Field.CATEGORY] if name in free)


def is_field_name(name: str) -> bool:
    """Tell whether a column of this name would be taken for a field."""
    columns = ColumnMap().columns((name,))
    return bool(columns.by_field) or not columns.attributes


def _level_of(name: str) -> int | None:
    numbered = _NUMBERED_LEVEL.fullmatch(name)
    return int(numbered[1]) if numbered else _LEVELS.get(name)
