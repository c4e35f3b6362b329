from decimal import Decimal

import pytest

from catalog.records import ProductRecord
from search.filters import AllOf, In, Range, compile_filter
from search.understand.chips import ChipKind
from search.understand.sentence import understand
from search.understand.vocabulary import Vocabulary
from tests.search.understand.shop import chip, columns, columns_of, products, read


@pytest.mark.parametrize(
    ("text", "minimum", "maximum"),
    [
        ("bag under 50", None, "50"), ("bag below 49.99", None, "49.99"),
        ("bag less than €50", None, "50"), ("bag max 50", None, "50"), ("bag 50 max", None, "50"),
        ("bag up to 1,000 euros", None, "1000"), ("bag no more than 50", None, "50"),
        ("bag not over 50", None, "50"), ("bag 50 or less", None, "50"),
        ("bag $50", None, "50"), ("bag for 50 bucks", None, "50"), ("bag 50 bucks", None, "50"),
        ("bag over 20", "20", None), ("bag from 20 €", "20", None), ("bag at least 20", "20", None),
        ("bag more than 20 dollars", "20", None), ("bag 20€ or more", "20", None),
        ("bag between 20 and 40 €", "20", "40"), ("bag between 40 and 20", "20", "40"),
        ("bag 20-40 €", "20", "40"), ("bag 20–40€", "20", "40"), ("bag €20-40", "20", "40"),
        ("bag $20-$40", "20", "40"), ("bag from 20 to 40 euros", "20", "40"),
        ("bag for women under 50", None, "50"), ("bag for men below 9.5", None, "9.5"),
        ("bag around 30", "24.0", "36.0"), ("bag ~30 €", "24.0", "36.0"),
    ],
)  # fmt: skip
def test_a_price_is_a_range_and_leaves_the_text(
    text: str, minimum: str | None, maximum: str | None
) -> None:
    found = chip(text, ChipKind.PRICE)
    bounds = [None if bound is None else Decimal(bound) for bound in (minimum, maximum)]
    assert found.filter == Range("price", *bounds)
    # For whom a bag is, stays.
    assert read(text).positive == text[: text.find(" under 50")] if "women" in text else "bag"
    assert found.without == read(text).positive


@pytest.mark.parametrize(
    "text",
    [
        "perfume under 50 ml", "shoes for women over 50", "shoes for kids under 10",
        "boys under 12", "bag over 30 l", "toys for 3 years",
        "shirt 20-40", "pack of 3", "bag for 2", "Under Armour 2", "50 shades", "bag 0815x",
        "jacket from 2024", "lamp over 40 cm", "socks 3 pairs", "bag under 12345678901234567890",
        "20 inch bag", "20-inch bag", "bag under 20 in", "bag under 20 in tall",
        "bag under 20 in, red", "bag under 20 in x 30 in",
    ],
)  # fmt: skip
def test_a_number_that_is_no_price_stays_in_the_text(text: str) -> None:
    assert [c for c in read(text).chips if c.kind is ChipKind.PRICE] == []
    assert read(text).positive == text


@pytest.mark.parametrize(
    ("text", "positive"),
    [
        ("handbag under 50 in red", "handbag in red"),
        ("handbag under 50 in stock", "handbag"),
        ("handbag between 20 and 50 in stock", "handbag"),
    ],
)
def test_in_after_a_price_is_no_inch(text: str, positive: str) -> None:
    found = chip(text, ChipKind.PRICE).filter
    assert isinstance(found, Range)
    assert found.maximum == 50
    assert read(text).positive == positive


def test_a_currency_counts_where_the_catalogue_has_several() -> None:
    two = [
        ProductRecord(str(at), "x", price_minor=at * 100, currency=("EUR", "USD")[at % 2])
        for at in range(20)
    ]
    understood = understand("x under $7", Vocabulary.of(columns_of(two)))
    assert understood.chips[0].filter == AllOf(
        (Range("price", maximum=Decimal(7)), In("currency", frozenset({"USD"})))
    )
    assert understood.chips[0].label == "under 7 USD"


def test_cheap_is_the_cheapest_third_of_the_kind() -> None:
    cheap = chip("cheap handbag", ChipKind.PRICE)
    assert cheap.filter == Range("price", maximum=Decimal("480.00"))
    assert cheap.label == "cheap (under 480.00)"
    assert chip("cheap shirt", ChipKind.PRICE).filter == Range("price", maximum=Decimal("48.00"))
    costly = chip("expensive shirts", ChipKind.PRICE).filter
    assert costly == Range("price", minimum=Decimal("88.00"))
    passing = compile_filter(costly, columns()) & compile_filter(
        In("category", frozenset({"Men > Clothing > Shirts"})), columns()
    )
    assert passing.sum() == 21


def test_cheap_without_a_known_kind_stays_in_the_text() -> None:
    assert read("cheap thing").positive == "cheap thing"
    assert read("cheap thing").chips == ()


def test_a_price_without_data_is_told_and_filters_nothing() -> None:
    unpriced = Vocabulary.of(columns_of([ProductRecord("1", "a", brand="Nike")]))
    (found,) = understand("a under 50", unpriced).chips
    assert (found.label, found.filter, found.negative) == ("under 50", None, "")


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("shoes in stock", "true"), ("shoes available now", "true"), ("in-stock shoes", "true"),
        ("shoes, not sold out", "true"), ("available shoes", "true"),
        ("shoes out of stock", "false"), ("shoes not in stock", "false"),
    ],
)  # fmt: skip
def test_stock_is_a_filter(text: str, flag: str) -> None:
    assert chip(text, ChipKind.STOCK).filter == In("in_stock", frozenset({flag}))
    assert read(text).positive == "shoes"


def test_available_in_red_says_nothing_of_stock() -> None:
    assert read("shoes available in red").positive == "shoes available in red"


def test_a_sale_is_a_filter() -> None:
    assert chip("shoes on sale", ChipKind.PRICE).filter == In("on_sale", frozenset({"true"}))
    assert read("shoes on sale").positive == "shoes"


def test_a_sale_is_understood_where_nothing_has_a_price() -> None:
    unpriced = Vocabulary.of(columns_of([ProductRecord("1", "A shoe", category=("Shoes",))]))
    (said,) = (each for each in understand("shoes on sale", unpriced).chips if not each.filter)
    assert (said.kind, said.words) == (ChipKind.PRICE, "on sale")


def test_prices_of_the_shop_are_what_the_tests_think() -> None:
    assert max(p.price_minor or 0 for p in products()) == 128_000
