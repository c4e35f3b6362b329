"""Amounts of money: from minor units to what machines and people read."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import get_currency_symbol

from catalog.money import exponent

LOCALE = "en"
NO_BREAK_SPACE = "\u00a0"


def decimal_amount(minor: int, currency: str) -> str:
    """Write minor units as a decimal number with the currency's own decimals.

    >>> decimal_amount(2990, "EUR"), decimal_amount(2990, "JPY"), decimal_amount(5, "KWD")
    ('29.90', '2990', '0.005')
    """
    return str(Decimal(minor).scaleb(-exponent(currency)))


def shown_amount(minor: int, currency: str) -> str:
    """Write minor units as a shopper reads them.

    >>> shown_amount(129900, "EUR"), shown_amount(2990, "JPY")
    ('€1,299.00', '¥2,990')
    """
    number = f"{Decimal(decimal_amount(minor, currency)):,}"
    symbol = get_currency_symbol(currency, locale=LOCALE) if currency else ""
    return symbol + (NO_BREAK_SPACE if symbol[-1:].isalpha() else "") + number
