"""What a row asks for a product: now, before, and for a time."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from catalog.fields import Field
from catalog.money import Price, parse_price
from catalog.records import Sale
from catalog.row_values import RowValues, as_text
from catalog.sale_dates import parse_sale_dates
from core.errors import PriceError


@dataclass(frozen=True, slots=True)
class Prices:
    """A product's prices, in minor units of one currency."""

    price_minor: int | None = None
    currency: str = ""
    was_minor: int | None = None
    sale: Sale | None = None


def read_prices(values: RowValues, default_currency: str) -> Prices:
    """Read all prices; one that cannot be read is left out, for a wrong one does harm."""
    price = _read(values, Field.PRICE, default_currency, "The product is kept without a price.")
    if price is None:
        for other in (Field.SALE_PRICE, Field.WAS_PRICE):
            if shown := values.text(other).strip():
                hint = f"Give the regular price, too; without it {other.value} is left out."
                values.mend("no_regular_price", hint, shown)
        return Prices()
    was = _read_beside(values, Field.WAS_PRICE, price)
    # Shops write the price itself, or 0, where nothing is reduced.
    was_minor = was.minor if was and was.minor > price.minor else None
    return Prices(price.minor, price.currency, was_minor, _read_sale(values, price))


def _read_sale(values: RowValues, price: Price) -> Sale | None:
    sale = _read_beside(values, Field.SALE_PRICE, price)
    if sale is None:
        return None
    if not 0 < sale.minor < price.minor:
        # Equal is a habit of shops where there is no sale, and needs no words.
        if sale.minor != price.minor:
            hint = "A sale price must be above 0 and below the price; it is left out."
            values.mend("bad_sale_price", hint, values.text(Field.SALE_PRICE))
        return None
    written = values.text(Field.SALE_DATES).strip()
    if not written:
        return Sale(sale.minor)
    try:
        return Sale(sale.minor, *parse_sale_dates(written))
    except PriceError as error:
        values.mend(error.code, f"{error} The sale is left out.", written)
        return None


def _read_beside(values: RowValues, wanted: Field, price: Price) -> Price | None:
    """Read a second price, which must be in the first one's currency."""
    consequence = f"The product is kept without its {wanted.value}."
    found = _read(values, wanted, price.currency, consequence)
    if found and found.currency != price.currency:
        hint = f"Write {wanted.value} in {price.currency}, as the price. {consequence}"
        values.mend("currency_conflict", hint, values.text(wanted))
        return None
    return found


def _read(values: RowValues, wanted: Field, default: str, consequence: str) -> Price | None:
    value = values.first(wanted)
    shown = as_text(value).strip()
    if not shown:
        return None
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    number = value if is_number else shown
    try:
        price = parse_price(number, values.text(Field.CURRENCY).strip(), default)  # type: ignore[arg-type]
    except PriceError as error:
        values.mend(error.code, f"{error} {consequence}", shown)
        return None
    if price.rounded:
        values.mend("price_rounded", f"Write {price.currency} in whole minor units.", shown)
    return price
