"""One product of a Shopify export, and its variants as rows that any feed could have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from catalog.fields import is_field_name
from catalog.rows import RawRow

OPTIONS = 3
DEFAULT_OPTION = "Default Title"
"""What Shopify writes where a product has no options."""

# Both generations' names, normalised, by what they hold.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "handle": ("handle", "url_handle"),
    "title": ("title",),
    "sku": ("variant_sku", "sku"),
    "price": ("variant_price", "price"),
    "compare_at_price": ("variant_compare_at_price", "compare_at_price"),
    "quantity": ("variant_inventory_qty", "inventory_quantity"),
    "tracker": ("variant_inventory_tracker", "inventory_tracker"),
    "policy": ("variant_inventory_policy", "continue_selling_when_out_of_stock"),
    "barcode": ("variant_barcode", "barcode"),
    "image": ("image_src", "product_image_url"),
    "position": ("image_position",),
    "alt": ("image_alt_text",),
    "variant_image": ("variant_image", "variant_image_url"),
    "published": ("published", "published_on_online_store"),
    "status": ("status",),
    "category": ("product_category",),
    "type": ("type", "custom_product_type"),
}
# A shop's own affairs: costs, which no shopper may see, and how it ships, taxes and is found.
_LEFT_OUT = re.compile(
    r"cost_per_item|charge_tax|tax_code|requires_shipping|fulfillment_service|gift_card|seo_.*"
    r"|weight_.*|unit_price_.*|variant_(?:grams|weight_unit|tax_.*|taxable|requires_.*|fulfill.*)"
    r"|variant_cost|option[0-9]+_.*|image_.*|.*_/_international.*|included_/_.*|price_/_.*"
    r"|compare_at_price_/_.*|.*\(product\.metafields\.shopify--discovery.*"
)
_METAFIELD = re.compile(r"\s*\((?:product|variant)\.metafields\..*\)\s*$")
_SHOPPING = re.compile(r"^Google Shopping / ", re.IGNORECASE)
_CONTINUES = frozenset({"continue", "true", "yes"})


@dataclass(frozen=True, slots=True)
class ShopifyRow:
    """One row of the file, readable under the names of either generation."""

    line: int
    values: Mapping[str, object]
    own_names: Mapping[str, str]
    """From normalised names to the file's."""

    @property
    def handle(self) -> str:
        """The product's name in web addresses; the rows of one product share it."""
        return self.text("handle")

    def text(self, what: str) -> str:
        """Read a value by what it is, or by a normalised name."""
        for name in _NAMES.get(what, (what,)):
            if name in self.own_names:
                return str(self.values[self.own_names[name]]).strip()
        return ""

    def has(self, what: str) -> bool:
        """Tell whether the file has a column."""
        return any(name in self.own_names for name in _NAMES[what])

    def is_variant(self) -> bool:
        """Tell whether the row sells something; others only add a picture."""
        return any(map(self.text, ("option1_value", "sku", "price")))

    def options(self) -> list[str]:
        """List the values that tell the variant from the others."""
        values = (self.text(f"option{at}_value") for at in range(1, OPTIONS + 1))
        return [value for value in values if value and value != DEFAULT_OPTION]


class ShopifyProduct:
    """Gathers the rows of one handle."""

    def __init__(self, first: ShopifyRow) -> None:
        self._first = first
        self._variants = [first]
        self._images: list[tuple[int, str, str]] = []
        """(position, location, alt) of each."""
        self._add_image(first)
        self.size = 1

    def add(self, row: ShopifyRow) -> None:
        """Take a later row: a variant, a picture, or both."""
        self.size += 1
        if row.is_variant():
            self._variants.append(row)
        self._add_image(row)

    def variants(self) -> Iterator[RawRow]:
        """Give a row for each variant, as a feed of single products would have it."""
        shared = self._shared()
        ids = self._ids()
        assigned = {location for row in self._variants if (location := row.text("variant_image"))}
        for row, product_id in zip(self._variants, ids, strict=True):
            values = shared | self._own(row)
            values["id"] = product_id
            values["group_id"] = self._first.handle if len(self._variants) > 1 else ""
            values["image"] = self._pictures(row, assigned)
            yield RawRow(row.line, values)

    def _ids(self) -> list[str]:
        """Name the variants so that another order of the file's rows changes no name.

        A SKU that tells the variants apart is theirs; else handle and options, which
        Shopify keeps apart; where both are missing or double, only the place is left.
        """
        if len(self._variants) == 1:
            return [self._first.handle]
        skus = Counter(row.text("sku") for row in self._variants)
        slugs = ["-".join([row.handle, *map(_slug, row.options())]) for row in self._variants]
        known = Counter(slugs)
        return [
            sku
            if (sku := row.text("sku")) and skus[sku] == 1
            else slug
            if known[slug] == 1 and slug != row.handle
            else f"{row.handle}-{place}"
            for place, (row, slug) in enumerate(zip(self._variants, slugs, strict=True), start=1)
        ]

    def _shared(self) -> dict[str, object]:
        """Take what the first row says of the whole product."""
        kept: dict[str, object] = {}
        structural = {name for names in _NAMES.values() for name in names}
        for normal, own in self._first.own_names.items():
            if normal not in structural and not _LEFT_OUT.fullmatch(normal):
                short = _METAFIELD.sub("", _SHOPPING.sub("", own))
                # Under its long name a metafield that is called Price stays an attribute.
                name = own if short != own and is_field_name(short) else short
                kept.setdefault(name, self._first.values[own])
        category, kind = self._first.text("category"), self._first.text("type")
        return kept | {
            "title": self._first.text("title"),
            "category": category or kind,
            "type": kind if category else "",
            "published": self._first.text("published"),
            "status": self._first.text("status"),
        }

    def _own(self, row: ShopifyRow) -> dict[str, object]:
        """Take what a variant's row says of itself."""
        values: dict[str, object] = {}
        for at in range(1, OPTIONS + 1):
            name, value = self._first.text(f"option{at}_name"), row.text(f"option{at}_value")
            if value and value != DEFAULT_OPTION:
                # Shops call options as they like, Title and Price among the names.
                values[f"option {name or at}" if not name or is_field_name(name) else name] = value
        return values | {
            "sku": row.text("sku"),
            "barcode": row.text("barcode"),
            "price": row.text("price"),
            "compare_at_price": row.text("compare_at_price"),
            **_stock(row),
        }

    def _add_image(self, row: ShopifyRow) -> None:
        location, position = row.text("image"), row.text("position")
        if location:
            is_number = position.isascii() and position.isdigit() and len(position) < 9
            at = int(position) if is_number else len(self._images) + 1
            self._images.append((at, location, row.text("alt")))

    def _pictures(self, row: ShopifyRow, assigned: set[str]) -> list[object]:
        """List a variant's own picture first, and none that shows another variant."""
        own = row.text("variant_image")
        ordered = sorted(self._images, key=lambda each: each[0])
        alts = {location: alt for _, location, alt in reversed(ordered)}
        shared = [location for location in alts if location not in assigned]
        locations = [own] if own else []
        locations += [each for _, each, _ in ordered if each in shared]
        if not locations:
            locations = [each for _, each, _ in ordered]
        return [{"src": each, "alt": alts.get(each, "")} for each in dict.fromkeys(locations)]


def _stock(row: ShopifyRow) -> dict[str, object]:
    """Tell the units and whether they can be ordered; untracked ones always can."""
    quantity = row.text("quantity")
    if row.has("tracker") and not row.text("tracker"):
        return {"availability": "in stock"}
    try:
        units = int(quantity[:12])
    except ValueError:
        return {"stock": quantity}
    if units > 0:
        return {"stock": quantity, "availability": "in stock"}
    # Sold beyond what is there, Shopify counts below zero.
    continues = row.text("policy").lower() in _CONTINUES
    return {"stock": "0", "availability": "backorder" if continues else "out of stock"}


def _slug(value: str) -> str:
    return re.sub(r"\W+", "-", value.casefold()).strip("-")
