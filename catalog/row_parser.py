"""From the values of a row to a validated product: mended where sense allows, else refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from catalog import text
from catalog.availability import OUT_OF_STOCK, normalize_availability
from catalog.fields import GOOGLE_CATEGORY, ColumnMap, Field, normalize_name
from catalog.records import CATEGORY_SEPARATOR, ProductRecord
from catalog.row_attributes import read_attributes
from catalog.row_images import read_images
from catalog.row_prices import read_prices
from catalog.row_values import MAX_NAME_CHARS, RowValues, as_text, flatten
from catalog.rows import Problem, ProductRow, RawRow, RefusedRow, WithheldRow

MAX_ID_CHARS = 200
MAX_TITLE_CHARS = 500
MAX_DESCRIPTION_CHARS = 10_000
MAX_LEVELS = 10
MAX_PATH_CHARS = 600
"""PostgreSQL's index takes 2,704 bytes, and a character may have four."""
MAX_STOCK = 10**9

_DOT_SEGMENTS = (".", "..")
"""What a browser takes out of an address, percent-encoded or not. Source: WHATWG URL."""
_STOCK = re.compile(r"(-?[0-9]{1,12})(?:[.,]0+)?\+?")
_YES = frozenset({"yes", "true", "1", "y"})
_NO = frozenset({"no", "false", "0", "-1", "n"})
_WITHHELD_STATUSES = frozenset({"draft", "archived", "unlisted", "unpublished"})
_STATUSES = _WITHHELD_STATUSES | {"active", "published"}


@dataclass(slots=True)
class RowParser:
    """Turns raw rows into products."""

    columns: ColumnMap = field(default_factory=ColumnMap)
    default_currency: str = ""
    """For prices of which nothing else says what they are in."""

    def parse(self, raw: RawRow) -> ProductRow | RefusedRow | WithheldRow:
        """Validate one row."""
        values = RowValues(raw.values, self.columns.columns(tuple(raw.values)))
        product_id, refusal = _read_id(values)
        if refusal:
            return RefusedRow(raw.line, refusal, product_id)
        if reason := _find_reason_to_withhold(values):
            group_id = values.label(Field.GROUP_ID, MAX_ID_CHARS)
            return WithheldRow(raw.line, product_id, reason, group_id)
        title = values.label(Field.TITLE, MAX_TITLE_CHARS)
        if not title:
            problem = Problem("missing_title", "Give the product a title.")
            return RefusedRow(raw.line, problem, product_id)
        prices = read_prices(values, self.default_currency)
        category, category_columns = _read_category(values)
        availability = _read_availability(values)
        names = _list_attributes(values, category_columns, availability)
        product = ProductRecord(
            id=product_id,
            title=title,
            description=_read_description(values),
            brand=values.label(Field.BRAND, MAX_NAME_CHARS),
            category=category,
            price_minor=prices.price_minor,
            currency=prices.currency,
            stock=_read_stock(values, availability),
            group_id=values.label(Field.GROUP_ID, MAX_ID_CHARS),
            attributes=read_attributes(values, names),
            was_minor=prices.was_minor,
            sale=prices.sale,
            availability=availability,
        )
        return ProductRow(raw.line, product, read_images(values), tuple(values.mended))


def _read_id(values: RowValues) -> tuple[str, Problem | None]:
    """Read the id, which is kept as the shop writes it, or say why there is none."""
    value = next((each for each in values.named(Field.ID) if as_text(each).strip()), "")
    if isinstance(value, dict | list | bool):
        hint = "Write the id as one text or number, in one column."
        return "", Problem("bad_id", hint, as_text(value))
    product_id = " ".join(text.strip_controls(values.clean(as_text(value), "id")).split())
    if product_id in _DOT_SEGMENTS:
        hint = "Choose another id: no web address can end in this one."
        return "", Problem("bad_id", hint, product_id)
    if not product_id:
        return "", Problem("missing_id", "Give the product an id, or map its column to id.")
    if len(product_id) > MAX_ID_CHARS:
        hint = f"Shorten the id to {MAX_ID_CHARS} characters."
        return text.cut(product_id, MAX_ID_CHARS), Problem("id_too_long", hint, product_id)
    return product_id, None


def _find_reason_to_withhold(values: RowValues) -> Problem | None:
    """Tell why the feed itself keeps a product from shoppers, if it does."""
    if values.text(Field.ADULT).strip().lower() in _YES:
        return Problem("adult", "Products for adults only are not shown.")
    if (status := values.text(Field.STATUS).strip().lower()) in _WITHHELD_STATUSES:
        return Problem(status, "Make the product active to show it.", status)
    if (published := values.text(Field.PUBLISHED).strip().lower()) in _NO:
        return Problem("unpublished", "Publish the product to show it.", published)
    return None


def _read_description(values: RowValues) -> str:
    found = text.paragraphs(values.clean(values.text(Field.DESCRIPTION), "description"))
    return values.cut(found, MAX_DESCRIPTION_CHARS, "description")


def _read_category(values: RowValues) -> tuple[tuple[str, ...], frozenset[str]]:
    """Read the path, from one column (``Shoes > Boots``) or a column for each level.

    Gives the columns that it was read from, too. A number of Google's taxonomy is no path.
    """
    columns = values.columns.names(Field.CATEGORY)
    levels = [level for name in columns for level in _levels(values, name)]
    others = iter(values.columns.other_categories)
    while not levels and (other := next(others, None)) is not None:
        columns, levels = (other,), _levels(values, other)
    kept = levels[:MAX_LEVELS]
    while len(CATEGORY_SEPARATOR.join(kept)) > MAX_PATH_CHARS:
        kept.pop()
    if len(kept) < len(levels):
        values.mend("category_cut", f"Only the first {len(kept)} levels are kept.")
    return tuple(kept), frozenset(columns if levels else ())


def _levels(values: RowValues, column: str) -> list[str]:
    levels: list[str] = []
    for value in flatten(values[column]):
        plain = text.one_line(values.clean(as_text(value), "category"))
        if plain.isdigit() and normalize_name(column) == GOOGLE_CATEGORY:
            continue
        parts = (part.strip() for part in plain.split(CATEGORY_SEPARATOR.strip()))
        levels += [text.cut(part, MAX_NAME_CHARS) for part in parts if part]
    return levels


def _read_availability(values: RowValues) -> str:
    written = values.text(Field.AVAILABILITY).strip()
    found = normalize_availability(written)
    if written and not found:
        hint = "Write in_stock, out_of_stock, preorder or backorder; it is kept as an attribute."
        values.mend("unknown_availability", hint, written)
    return found


def _read_stock(values: RowValues, availability: str) -> int | None:
    """Read the units on hand; ``out of stock`` means none."""
    written = " ".join(values.text(Field.STOCK).split())
    match = _STOCK.fullmatch(written)
    if match is None:
        if OUT_OF_STOCK in (availability, normalize_availability(written)):
            return 0
        if any(char.isdigit() for char in written):
            values.mend("bad_stock", "Write the stock as a whole number.", written)
        return None
    units = int(match[1])
    if not 0 <= units <= MAX_STOCK:
        values.mend("bad_stock", f"The stock was taken as 0 to {MAX_STOCK}.", written)
    return min(max(units, 0), MAX_STOCK)


def _list_attributes(
    values: RowValues, category_columns: frozenset[str], availability: str
) -> list[str]:
    """List the columns that stay attributes, with those whose field could not use them."""
    columns = values.columns
    names = [name for name in columns.attributes if name not in category_columns]
    for kind, is_used in (
        (Field.AVAILABILITY, bool(availability)),
        (Field.STATUS, values.text(Field.STATUS).strip().lower() in _STATUSES),
    ):
        if not is_used:
            names += columns.names(kind)
    unused = (name for name in columns.names(Field.CATEGORY) if name not in category_columns)
    return names + [name for name in unused if normalize_name(name) == GOOGLE_CATEGORY]
