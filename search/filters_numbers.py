"""Numbers of products made comparable: prices of any currency, stock, dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from catalog.money import exponent
from core.vectors import Mask
from indexer.attributes import CodedColumn, Columns

PRICE_DECIMALS = 3
"""The most that any currency has, so that amounts of all currencies compare as whole numbers."""

_LOWEST, _HIGHEST = Decimal(-(2**63)), Decimal(2**63 - 1)


@dataclass(frozen=True, slots=True)
class NumberField:
    """One number for each product, as whole numbers of the same small unit."""

    numbers: NDArray[np.int64]
    """Shape (products,); 0 where not known."""
    known: Mask
    """Shape (products,)."""
    decimals: int = 0
    """A whole one is 10 to the power of this in ``numbers``."""
    used: int = 0
    """How many of the decimals any of them has: 2 of 3 where all prices are in euros."""

    @property
    def unit(self) -> int:
        """The smallest difference of two numbers."""
        return int(10 ** (self.decimals - self.used))

    def amount(self, number: int) -> Decimal:
        """Give one of ``numbers``, or a multiple of the unit, as people write it.

        >>> nothing = np.empty(0)
        >>> print(NumberField(nothing, nothing, decimals=3, used=2).amount(29_900))
        29.90
        """
        return Decimal(number // self.unit).scaleb(-self.used)


_prices: WeakKeyDictionary[Columns, NumberField] = WeakKeyDictionary()
"""Per generation in memory. Two threads that make the same one make the same value."""


def number_field(field: str, columns: Columns) -> NumberField | None:
    """Find a field's numbers; None where the generation has none of that name."""
    if field == "price":
        if (prices := _prices.get(columns)) is None:
            prices = _prices[columns] = _comparable_prices(columns)
        return prices
    column = columns.numbers.get(field)
    if column is None:
        return None
    return NumberField(column.numbers, column.known, column.decimals, used=column.decimals)


def bounds_mask(field: NumberField, minimum: Decimal | None, maximum: Decimal | None) -> Mask:
    """Tell which products have a known number within bounds, both included."""
    mask = field.known.copy()
    if minimum is not None:
        mask &= field.numbers >= _whole(minimum, field.decimals, ROUND_CEILING)
    if maximum is not None:
        mask &= field.numbers <= _whole(maximum, field.decimals, ROUND_FLOOR)
    return mask


def word_numbers(words: Sequence[str], minimum: Decimal | None, maximum: Decimal | None) -> Mask:
    """Tell which words are numbers within bounds, as the values of an attribute can be.

    >>> word_numbers(("9", "42.5", "XL", "44"), Decimal(10), Decimal(44)).tolist()
    [False, True, False, True]
    """
    return np.fromiter(
        (
            (number := parse_number(word)) is not None
            and (minimum is None or number >= minimum)
            and (maximum is None or number <= maximum)
            for word in words
        ),
        dtype=np.bool_,
        count=len(words),
    )


def parse_number(word: str) -> Decimal | None:
    """Read a plain decimal number; None where the word is anything else.

    >>> [parse_number(word) for word in ("42", "-1.50", "1e9", "NaN", " 7", "1_0", "٤")]
    [Decimal('42'), Decimal('-1.50'), None, None, None, None, None]
    """
    digits = word.removeprefix("-").replace(".", "", 1)
    if not (len(word) <= 40 and digits.isascii() and digits.isdigit()):
        return None
    try:
        return Decimal(word)
    except InvalidOperation:  # "1.-" and the like
        return None


def _comparable_prices(columns: Columns) -> NumberField:
    """Bring minor units of all currencies to the smallest that any has."""
    prices = columns.numbers["price_minor"]
    currencies = columns.coded.get("currency") or CodedColumn(
        np.full(columns.products, -1, dtype=np.int32), ()
    )
    decimals = [exponent(currency) for currency in currencies.values]
    # The last is for products without a currency, whose code is -1.
    factors = [10 ** (PRICE_DECIMALS - each) for each in (*decimals, exponent(""))]
    return NumberField(
        prices.numbers * np.array(factors, dtype=np.int64)[currencies.codes],
        prices.known,
        PRICE_DECIMALS,
        used=max(decimals, default=exponent("")),
    )


def _whole(bound: Decimal, decimals: int, rounding: str) -> np.int64:
    scaled = bound.scaleb(decimals).to_integral_value(rounding)
    return np.int64(int(min(max(scaled, _LOWEST), _HIGHEST)))
