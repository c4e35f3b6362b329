"""What counts as cheap in a catalogue: prices of the kind that is asked for."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from core.vectors import Mask
from indexer.attributes import Columns
from search.filters import PRICE, AllOf, Filter, In, Range, compile_filter
from search.filters_numbers import number_field

CHEAP_SHARE = 1 / 3
"""The cheapest third of a kind is cheap, and its dearest third expensive. Chosen."""

FEWEST = 12
"""Priced products of a kind; among fewer, thirds say nothing."""


class PriceLevels:
    """Prices of a generation, in thirds of the products that are asked for."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._prices = number_field(PRICE, columns)
        self.known = self._prices is not None and bool(self._prices.known.any())
        currency = columns.coded.get("currency")
        self.currencies: tuple[str, ...] = tuple(currency.values) if currency else ()

    def cheap(self, among: Filter | None) -> Range | None:
        """Give the range of the cheapest third; None where too few have a price."""
        bound = self._bound(among, CHEAP_SHARE)
        return None if bound is None else Range(PRICE, maximum=bound)

    def expensive(self, among: Filter | None) -> Range | None:
        """Give the range of the dearest third; None where too few have a price."""
        bound = self._bound(among, 1 - CHEAP_SHARE)
        return None if bound is None else Range(PRICE, minimum=bound)

    def in_currency(self, wanted: Range, currency: str | None) -> Filter:
        """Hold a range to one currency where the catalogue has that one among others."""
        if currency is None or len(self.currencies) < 2 or currency not in self.currencies:
            return wanted
        return AllOf((wanted, In("currency", frozenset({currency}))))

    def _bound(self, among: Filter | None, share: float) -> Decimal | None:
        # Amounts of several currencies have no common third.
        if self._prices is None or len(self.currencies) > 1:
            return None
        asked: Mask = self._prices.known
        if among is not None:
            asked = asked & compile_filter(among, self._columns)
        prices = self._prices.numbers[asked]
        if len(prices) < FEWEST:
            return None
        place = int(share * (len(prices) - 1))
        bound = self._prices.amount(int(np.partition(prices, place)[place]))
        return bound.quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)
