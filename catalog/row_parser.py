"""From the values of a row to a validated product: mended where sense allows, else refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from catalog import text
from catalog.fields import ColumnMap, Columns, Field
from catalog.money import Price, parse_price
from catalog.records import CATEGORY_SEPARATOR, ProductRecord
from catalog.rows import ImageReference, Problem, ProductRow, RawRow, RefusedRow
from core.errors import PriceError

MAX_ID_CHARS = 200
MAX_TITLE_CHARS = 500
MAX_DESCRIPTION_CHARS = 10_000
MAX_LABEL_CHARS = 200
"""For a brand, a level of a category, an attribute's name."""
MAX_VALUE_CHARS = 1_000
MAX_LEVELS = 10
MAX_PATH_CHARS = 600
"""PostgreSQL's index takes 2,704 bytes, and a character may have four."""
MAX_ATTRIBUTES = 100
MAX_IMAGES = 20
MAX_STOCK = 10**9

_DOT_SEGMENTS = (".", "..")
"""What a browser takes out of an address, percent-encoded or not. Source: WHATWG URL."""
_FILE_NAME = re.compile(r"\S.*\.[A-Za-z0-9]{2,5}(?:[?#].*)?", re.DOTALL)
_STOCK = re.compile(r"(-?[0-9]{1,12})(?:[.,]0+)?\+?")
_OUT_OF_STOCK = frozenset({"out of stock", "sold out", "discontinued"})


@dataclass(slots=True)
class RowParser:
    """Turns raw rows into products."""

    columns: ColumnMap = field(default_factory=ColumnMap)
    default_currency: str = ""
    """For prices of which nothing else says what they are in."""

    def parse(self, raw: RawRow) -> ProductRow | RefusedRow:
        """Validate one row."""
        values = _Values(raw.values, self.columns.columns(tuple(raw.values)))
        product_id, refusal = values.product_id()
        title = values.label(Field.TITLE, MAX_TITLE_CHARS)
        if not refusal and not title:
            refusal = Problem("missing_title", "Give the product a title.")
        if refusal:
            return RefusedRow(raw.line, refusal, product_id)
        price = values.price(self.default_currency)
        product = ProductRecord(
            id=product_id,
            title=title,
            description=values.description(),
            brand=values.label(Field.BRAND, MAX_LABEL_CHARS),
            category=values.category(),
            price_minor=price.minor if price else None,
            currency=price.currency if price else "",
            stock=values.stock(),
            group_id=values.label(Field.GROUP_ID, MAX_ID_CHARS),
            attributes=values.attributes(),
        )
        return ProductRow(raw.line, product, values.images(), tuple(values.mended))


class _Values:
    """One row's values by field; what had to be mended gathers in ``mended``."""

    def __init__(self, values: Mapping[str, object], columns: Columns) -> None:
        self._values = values
        self._columns = columns
        self.mended: list[Problem] = []

    def product_id(self) -> tuple[str, Problem | None]:
        """Read the id, which is kept as the shop writes it, or say why there is none."""
        written = (self._values[name] for name in self._columns.names(Field.ID))
        value = next((each for each in written if as_text(each).strip()), "")
        if isinstance(value, dict | list | bool):
            hint = "Write the id as one text or number, in one column."
            return "", Problem("bad_id", hint, as_text(value))
        product_id = " ".join(text.strip_controls(self._clean(as_text(value), "id")).split())
        if product_id in _DOT_SEGMENTS:
            hint = "Choose another id: no web address can end in this one."
            return "", Problem("bad_id", hint, product_id)
        if not product_id:
            return "", Problem("missing_id", "Give the product an id, or map its column to id.")
        if len(product_id) > MAX_ID_CHARS:
            hint = f"Shorten the id to {MAX_ID_CHARS} characters."
            return text.cut(product_id, MAX_ID_CHARS), Problem("id_too_long", hint, product_id)
        return product_id, None

    def label(self, wanted: Field, max_chars: int) -> str:
        """Read a text of one line."""
        found = text.one_line(self._clean(self._text(wanted), wanted.value))
        return self._cut(found, max_chars, wanted.value)

    def description(self) -> str:
        """Read the long text."""
        found = text.paragraphs(self._clean(self._text(Field.DESCRIPTION), "description"))
        return self._cut(found, MAX_DESCRIPTION_CHARS, "description")

    def category(self) -> tuple[str, ...]:
        """Read the path, from one column (``Shoes > Boots``) or a column for each level."""
        levels: list[str] = []
        for name in self._columns.names(Field.CATEGORY):
            for value in _flatten(self._values[name]):
                plain = text.one_line(self._clean(as_text(value), "category"))
                parts = (part.strip() for part in plain.split(CATEGORY_SEPARATOR.strip()))
                levels += [text.cut(part, MAX_LABEL_CHARS) for part in parts if part]
        kept = levels[:MAX_LEVELS]
        while len(CATEGORY_SEPARATOR.join(kept)) > MAX_PATH_CHARS:
            kept.pop()
        if len(kept) < len(levels):
            self._mend("category_cut", f"Only the first {len(kept)} levels are kept.")
        return tuple(kept)

    def price(self, default_currency: str) -> Price | None:
        """Read the price; one that cannot be read is left out, for a wrong one does harm."""
        value = self._first(Field.PRICE)
        shown = as_text(value).strip()
        if not shown:
            return None
        number = value if isinstance(value, int | Decimal) else shown
        try:
            price = parse_price(number, self._text(Field.CURRENCY).strip(), default_currency)
        except PriceError as error:
            self._mend(error.code, f"{error} The product is kept without a price.", shown)
            return None
        if price.rounded:
            self._mend("price_rounded", f"Write {price.currency} in whole minor units.", shown)
        return price

    def stock(self) -> int | None:
        """Read the units on hand; ``out of stock`` means none."""
        written = " ".join(self._text(Field.STOCK).split())
        available = self._text(Field.AVAILABILITY) or written
        match = _STOCK.fullmatch(written)
        if match is None:
            if " ".join(re.split(r"[\s_\-]+", available.strip().lower())) in _OUT_OF_STOCK:
                return 0
            if any(char.isdigit() for char in written):
                self._mend("bad_stock", "Write the stock as a whole number.", written)
            return None
        units = int(match[1])
        if not 0 <= units <= MAX_STOCK:
            self._mend("bad_stock", f"The stock was taken as 0 to {MAX_STOCK}.", written)
        return min(max(units, 0), MAX_STOCK)

    def attributes(self) -> dict[str, str]:
        """Keep what no field takes, by name; empty values and their names are dropped."""
        kept: dict[str, str] = {}
        names = self._columns.names(Field.AVAILABILITY) + self._columns.attributes
        for name, value in _name_values((name, self._values[name]) for name in names):
            label = text.cut(text.one_line(name), MAX_LABEL_CHARS)
            plain = text.one_line(self._clean(value, label))
            if not label or not plain:
                continue
            if len(kept) == MAX_ATTRIBUTES:
                self._mend("too_many_attributes", f"Only {MAX_ATTRIBUTES} are kept.", label)
                break
            kept[label] = self._cut(plain, MAX_VALUE_CHARS, label)
        # Sorted, so that the catalogue does not depend on the order of a feed's columns.
        return dict(sorted(kept.items()))

    def images(self) -> tuple[ImageReference, ...]:
        """List the pictures, each once, with the text that stands for them."""
        found: dict[str, str] = {}
        for name in self._columns.names(Field.IMAGE):
            for location, alt in _locations(self._values[name]):
                found.setdefault(text.strip_controls(location).strip(), alt)
        found.pop("", None)
        alts = [
            alt
            for name in self._columns.names(Field.IMAGE_ALT)
            for alt in _alts(self._values[name])
        ]
        if len(found) > MAX_IMAGES:
            self._mend("too_many_images", f"Only the first {MAX_IMAGES} are kept.")
        return tuple(
            ImageReference(
                location[: 4 * MAX_VALUE_CHARS],
                text.cut(
                    text.one_line(alt or (alts[at] if at < len(alts) else "")), MAX_TITLE_CHARS
                ),
            )
            for at, (location, alt) in enumerate(list(found.items())[:MAX_IMAGES])
        )

    def _first(self, wanted: Field) -> object:
        """Find the first value of a field's columns that is not empty."""
        values = (self._values[name] for name in self._columns.names(wanted))
        return next(
            (each for value in values for each in _flatten(value) if as_text(each).strip()), ""
        )

    def _text(self, wanted: Field) -> str:
        return as_text(self._first(wanted))

    def _clean(self, value: str, name: str) -> str:
        """Note characters that cannot be kept; the text functions replace them."""
        if text.is_damaged(value):
            hint = f"Remove control characters and undecodable bytes from {name}."
            self._mend("unreadable_characters", hint, value.strip())
        return value

    def _cut(self, value: str, max_chars: int, name: str) -> str:
        if len(value) > max_chars:
            self._mend("text_cut", f"Shorten {name} to {max_chars} characters.", value)
        return text.cut(value, max_chars)

    def _mend(self, code: str, hint: str, value: str = "") -> None:
        self.mended.append(Problem(code, hint, value))


def as_text(value: object) -> str:
    """Write a value of a feed as text; lists are joined, nothing is empty."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case list():
            return ", ".join(filter(None, map(as_text, value)))
        case _:
            return str(value)


def _flatten(value: object) -> Iterator[object]:
    if isinstance(value, list):
        yield from value
    else:
        yield value


def _name_values(items: Iterable[tuple[str, object]]) -> Iterator[tuple[str, str]]:
    """Write nested values flat; an object called ``attributes`` lends its names to the product."""
    for name, value in items:
        if isinstance(value, dict):
            prefix = "" if name.lower() == "attributes" else f"{name}."
            yield from ((f"{prefix}{key}", as_text(each)) for key, each in value.items())
        else:
            yield name, as_text(value)


def _locations(value: object) -> Iterator[tuple[str, str]]:
    """List (location, alt) of an image value: a text, a list of them, or objects."""
    for each in _flatten(value):
        if isinstance(each, dict):
            keys = (key for key in ("path", "src", "url", "link", "image") if each.get(key))
            yield as_text(each.get(next(keys, ""))), as_text(each.get("alt"))
        else:
            yield from ((part, "") for part in _split_locations(as_text(each)))


def _split_locations(value: str) -> list[str]:
    """Split a cell of several pictures; a comma may also belong to a name."""
    for separator in ("|", ","):
        parts = [part.strip() for part in value.split(separator) if part.strip()]
        if len(parts) > 1 and (separator == "|" or all(map(_FILE_NAME.fullmatch, parts))):
            return parts
    return [value]


def _alts(value: object) -> list[str]:
    return (
        [as_text(each) for each in value] if isinstance(value, list) else as_text(value).split("|")
    )
