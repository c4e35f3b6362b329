"""What fields and their values are called on the pages."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from catalog.money import exponent
from catalog.records import CATEGORY_SEPARATOR, ProductRecord
from indexer.attributes import ATTRIBUTE
from search.filters import CATEGORY, FLAG_FIELDS, IN_STOCK, NUMBER_FIELDS, ON_SALE, PRICE
from search.filters_arguments import EXCLUDE, FILTER, QUOTE, SPAN
from search.filters_numbers import parse_number
from web.listing import GROUP, Pair, is_excluding
from web.money import shown_amount

_NAMES = {
    CATEGORY: "Category",
    PRICE: "Price",
    IN_STOCK: "Stock",
    ON_SALE: "Sale",
    "brand": "Brand",
    "added": "New since",
    "stock": "Pieces in stock",
    GROUP: "Model",
}
_FLAGS = {
    IN_STOCK: {"true": "In stock", "false": "Out of stock"},
    ON_SALE: {"true": "On sale", "false": "Not on sale"},
}
_SELF_EXPLAINING = frozenset({CATEGORY, PRICE, *FLAG_FIELDS, "brand"})
"""Fields whose values need no name beside them."""


def field_name(field: str) -> str:
    """Name a field for people.

    >>> field_name("attribute.base_colour"), field_name("in_stock")
    ('Base colour', 'Stock')
    """
    name = field.removeprefix(ATTRIBUTE).replace("_", " ")
    return _NAMES.get(field) or name[:1].upper() + name[1:]


def value_name(field: str, value: str, currency: str = "") -> str:
    """Name a value for people, as an address has it.

    >>> value_name("category", "Men > Shoes"), value_name("price", "20..49.90", "EUR")
    ('Shoes', '€20 – €49.90')
    >>> value_name("price", "..20", "EUR"), value_name("attribute.size", "40..")
    ('up to €20', '40 or more')
    """
    if field == CATEGORY:
        return value.split(CATEGORY_SEPARATOR)[-1]
    if field in FLAG_FIELDS:
        return _FLAGS[field].get(value, value)
    if field == GROUP:
        return "Variants of one model"
    if _is_range(field, value):
        return _range_name(value, currency if field == PRICE else "")
    quoted = len(value) > 1 and value[0] == value[-1] == QUOTE
    return value[1:-1] if quoted else value


def pair_name(pair: Pair, currency: str = "") -> str:
    """Name one condition of an address.

    >>> pair_name(("exclude.brand", "Acme")), pair_name(("filter.attribute.fit", "Slim"))
    ('not Acme', 'Fit: Slim')
    """
    field = pair[0].removeprefix(FILTER).removeprefix(EXCLUDE)
    name = value_name(field, pair[1], currency)
    if field not in _SELF_EXPLAINING and field != GROUP:
        name = f"{field_name(field)}: {name}"
    return f"not {name}" if is_excluding(pair) else name


def _is_range(field: str, value: str) -> bool:
    """Tell whether a value, as addresses have it, is a range."""
    if field in NUMBER_FIELDS:
        return True
    begin, span, end = value.partition(SPAN)
    numbers = all(parse_number(each) is not None for each in (begin, end) if each)
    return field.startswith(ATTRIBUTE) and bool(span) and numbers


def common_currency(products: Iterable[ProductRecord]) -> str:
    """Find the one currency that products are sold in; empty where there are several."""
    found = {product.currency for product in products if product.price_minor is not None}
    return found.pop() if len(found) == 1 else ""


def _range_name(value: str, currency: str) -> str:
    begin, span, end = value.partition(SPAN)
    if not span or begin == end:
        return _number_name(begin, currency)
    low, high = (_number_name(each, currency) if each else "" for each in (begin, end))
    if low and high:
        return f"{low} – {high}"
    return f"up to {high}" if high else f"{low} or more"


def _number_name(number: str, currency: str) -> str:
    """Write a number with its currency; a whole one without decimals.

    >>> _number_name("20", "EUR"), _number_name("1299.9", "USD"), _number_name("2026-01-01", "")
    ('€20', '$1,299.90', '2026-01-01')
    """
    amount = parse_number(number)
    if amount is None or not currency:
        return number
    minor = int(amount.scaleb(exponent(currency)))
    shown = shown_amount(minor, currency)
    whole = amount == amount.to_integral_value() and exponent(currency)
    return shown.removesuffix("." + "0" * exponent(currency)) if whole else shown


def plain_number(number: Decimal | None) -> str:
    """Write a bound as a field of a form shows it."""
    if number is None:
        return ""
    return f"{number:.0f}" if number == number.to_integral_value() else f"{number:f}"
