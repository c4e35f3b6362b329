from __future__ import annotations

import contextlib
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.money import CURRENCIES, MAX_PRICE_MINOR, Price, exponent, parse_currency, parse_price
from core.errors import PriceError


@pytest.mark.parametrize(
    ("written", "minor", "currency"),
    [
        ("29.90 EUR", 2990, "EUR"),
        ("29,90 €", 2990, "EUR"),
        ("EUR 29.90", 2990, "EUR"),
        ("€29", 2900, "EUR"),
        ("1.299,00 €", 129900, "EUR"),
        ("1.299 €", 129900, "EUR"),
        ("1,299.00 USD", 129900, "USD"),
        ("$1,299", 129900, "USD"),
        ("US$ 1,299,000.5", 129900050, "USD"),
        ("CHF 1'299.50", 129950, "CHF"),
        ("CHF 1’299.50", 129950, "CHF"),
        ("Fr. 29.90", 2990, "CHF"),
        ("1 299,90 zł", 129990, "PLN"),
        ("1\u202f299,90\xa0€", 129990, "EUR"),
        ("₹1,29,900.00", 12990000, "INR"),
        ("R$ 1.299,00", 129900, "BRL"),
        ("29,- €", 2900, "EUR"),
        ("29.- CHF", 2900, "CHF"),
        (".99 USD", 99, "USD"),
        ("0.999 USD", 100, "USD"),
        ("29.9000 USD", 2990, "USD"),
        ("¥2,980", 2980, "JPY"),
        ("2980.00 JPY", 2980, "JPY"),
        ("￥２９８０", 2980, "JPY"),
        ("1.299 KRW", 1299, "KRW"),
        ("KWD 1.250", 1250, "KWD"),
        ("KWD 1.25", 1250, "KWD"),
        ("0 EUR", 0, "EUR"),
        ("US$ 29 USD", 2900, "USD"),
        ("$ 29 CAD", 2900, "CAD"),
    ],
)
def test_prices_are_read_as_shops_write_them(written: str, minor: int, currency: str) -> None:
    price = parse_price(written)
    assert (price.minor, price.currency) == (minor, currency)


@pytest.mark.parametrize(
    ("written", "own", "default", "expected"),
    [
        ("29.90", "EUR", "", Price(2990, "EUR")),
        ("29.90", "", "EUR", Price(2990, "EUR")),
        ("29.90", "€", "USD", Price(2990, "EUR")),
        ("29.90 USD", "", "EUR", Price(2990, "USD")),
        ("$29.90", "CAD", "", Price(2990, "CAD")),
        ("$29.90", "", "AUD", Price(2990, "AUD")),
        ("299 kr", "SEK", "", Price(29900, "SEK")),
        ("299 kr", "", "DKK", Price(29900, "DKK")),
        ("2980", "jpy", "", Price(2980, "JPY")),
        (2980, "JPY", "", Price(2980, "JPY")),
        (Decimal("19.990"), "EUR", "", Price(1999, "EUR")),
        (Decimal("19.995"), "EUR", "", Price(2000, "EUR", rounded=True)),
        ("2980.50", "JPY", "", Price(2981, "JPY", rounded=True)),
        (Decimal("0E-999"), "EUR", "", Price(0, "EUR")),
        ("0.005", "EUR", "", Price(1, "EUR", rounded=True)),
    ],
)
def test_the_currency_comes_from_the_price_then_the_row_then_the_default(
    written: str | int | Decimal, own: str, default: str, expected: Price
) -> None:
    assert parse_price(written, own, default) == expected


@pytest.mark.parametrize(
    ("written", "own", "code"),
    [
        ("abc", "EUR", "bad_price"),
        ("29.90 - 39.90", "EUR", "bad_price"),
        ("-5 EUR", "", "bad_price"),
        ("−5 EUR", "", "bad_price"),
        ("from 29.90", "EUR", "bad_price"),
        ("12,34,56.7.8", "EUR", "bad_price"),
        ("1.299.00", "EUR", "bad_price"),
        ("12 99 EUR", "", "bad_price"),
        ("9" * 63, "EUR", "bad_price"),
        ("9" * 5000, "EUR", "bad_price"),
        ("=1+1", "EUR", "bad_price"),
        ("٢٩", "EUR", "bad_price"),
        ("1.299", "EUR", "ambiguous_price"),
        ("1.299 EUR", "", "ambiguous_price"),
        ("KWD 1,250", "", "ambiguous_price"),
        ("29.90", "", "no_currency"),
        ("299 kr", "", "no_currency"),
        ("29.90", "XYZ", "unknown_currency"),
        ("29.90 USD", "EUR", "currency_conflict"),
        ("US$ 29 EUR", "", "currency_conflict"),
        (Decimal("1E+999999"), "EUR", "bad_price"),
        (Decimal("NaN"), "EUR", "bad_price"),
        (Decimal("-1"), "EUR", "bad_price"),
        (10**30, "EUR", "bad_price"),
        (Decimal("1E-999"), "EUR", "bad_price"),
        (Decimal("1E-99999999"), "EUR", "bad_price"),
        ("0.004 EUR", "", "bad_price"),
        ("0.4", "JPY", "bad_price"),
    ],
)
def test_prices_that_could_be_wrong_are_refused(
    written: str | int | Decimal, own: str, code: str
) -> None:
    with pytest.raises(PriceError) as caught:
        parse_price(written, own)
    assert caught.value.code == code


def test_currencies_have_the_decimals_of_iso_4217() -> None:
    assert [exponent(code) for code in ("EUR", "JPY", "KWD", "ISK", "TND")] == [2, 0, 3, 0, 3]
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)
    assert parse_currency("usd") == "USD"


def grouped(whole: str, separator: str) -> str:
    head = len(whole) % 3
    groups = [whole[:head]] * bool(head)
    groups += [whole[at : at + 3] for at in range(head, len(whole), 3)]
    return separator.join(groups)


def is_ambiguous(number: str, currency: str) -> bool:
    """Tell where both readings are usual: dinars with a comma (1,250: 1.25 or 1250)."""
    return exponent(currency) == 3 and re.fullmatch(r"[1-9][0-9]{0,2},[0-9]{3}", number) is not None


@given(
    minor=st.integers(0, MAX_PRICE_MINOR),
    currency=st.sampled_from(sorted(CURRENCIES)),
    style=st.sampled_from([("", "."), ("", ","), (",", "."), (".", ","), (" ", ","), ("'", ".")]),
    before=st.booleans(),
)
def test_every_written_style_reads_back_as_the_amount(
    minor: int, currency: str, style: tuple[str, str], before: bool
) -> None:
    decimals = exponent(currency)
    digits = str(minor).rjust(decimals + 1, "0")
    whole, fraction = digits[: len(digits) - decimals], digits[len(digits) - decimals :]
    separator, point = style
    number = grouped(whole, separator) if separator else whole
    number += point + fraction if fraction else ""
    written = f"{currency} {number}" if before else f"{number} {currency}"
    if is_ambiguous(number, currency):
        with pytest.raises(PriceError) as caught:
            parse_price(written)
        assert caught.value.code == "ambiguous_price"
    else:
        assert parse_price(written) == Price(minor, currency)


@given(st.text(max_size=80))
def test_any_text_is_a_price_or_a_price_error(written: str) -> None:
    with contextlib.suppress(PriceError):
        assert 0 <= parse_price(written, default="EUR").minor <= MAX_PRICE_MINOR
