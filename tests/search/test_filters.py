"""Filters against plain Python over the same products."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings

from catalog.records import ProductRecord
from core.errors import InvalidQueryError
from indexer.attributes import NumberColumn
from search.filters import (
    AllOf,
    AnyOf,
    Filter,
    In,
    Not,
    Range,
    all_of,
    compile_filter,
    field_of,
    top_level,
)
from search.filters_arguments import parse_filters
from tests.search.plain_shop import PlainShop, columns_of, filters, passes, shops

PROPERTY = settings(derandomize=True, deadline=None, max_examples=100)


def _in(field: str, *values: str) -> In:
    return In(field, frozenset(values))


def _passing(wanted: Filter, *products: ProductRecord) -> list[str]:
    with columns_of(products) as columns:
        mask = compile_filter(wanted, columns)
        return [product.id for product, passed in zip(products, mask, strict=True) if passed]


@PROPERTY
@given(shop=shops(), wanted=filters())
def test_a_mask_is_what_each_product_alone_says(shop: PlainShop, wanted: Filter) -> None:
    expected = [passes(product, wanted) for product in shop.products]
    assert compile_filter(wanted, shop.columns).tolist() == expected


@PROPERTY
@given(shop=shops(), one=filters(), other=filters())
def test_and_or_and_not_obey_de_morgan(shop: PlainShop, one: Filter, other: Filter) -> None:
    neither = compile_filter(Not(AnyOf((one, other))), shop.columns)
    both_not = compile_filter(AllOf((Not(one), Not(other))), shop.columns)
    assert neither.tolist() == both_not.tolist()


def test_a_category_stands_for_its_whole_subtree_and_for_no_namesake() -> None:
    products = (
        ProductRecord("wide", "t", category=("Men",)),
        ProductRecord("shoes", "t", category=("Men", "Shoes")),
        ProductRecord("boots", "t", category=("Men", "Shoes", "Boots")),
        ProductRecord("women's", "t", category=("Women", "Shoes")),
    )
    assert _passing(_in("category", "Men > Shoes"), *products) == ["shoes", "boots"]
    assert _passing(_in("category", "Men > Shoes > Boots", "Women"), *products) == [
        "boots",
        "women's",
    ]


def test_prices_compare_in_each_currencys_own_decimals() -> None:
    products = (
        ProductRecord("20 €", "t", price_minor=2000, currency="EUR"),
        ProductRecord("2000 ¥", "t", price_minor=2000, currency="JPY"),
        ProductRecord("2 KWD", "t", price_minor=2000, currency="KWD"),
        ProductRecord("20, unknown", "t", price_minor=2000),
        ProductRecord("no price", "t"),
    )
    assert _passing(Range("price", Decimal(20), Decimal("20.00")), *products) == [
        "20 €",
        "20, unknown",
    ]
    assert _passing(Range("price", maximum=Decimal("2.0004")), *products) == ["2 KWD"]
    assert _passing(Range("price", minimum=Decimal("20.001")), *products) == ["2000 ¥"]
    assert _passing(Range("price", Decimal("2.0004"), Decimal(3)), *products) == []


def test_what_is_not_known_is_in_no_range_and_in_every_exclusion() -> None:
    products = (ProductRecord("known", "t", stock=0), ProductRecord("unknown", "t"))
    everything = Range("stock", minimum=Decimal(-5))
    assert _passing(everything, *products) == ["known"]
    assert _passing(Not(everything), *products) == ["unknown"]
    assert _passing(Not(_in("brand", "Acme")), *products) == ["known", "unknown"]


def test_a_range_of_an_attribute_reads_its_words_as_numbers() -> None:
    sizes = ("9", "42", "42.5", "44", "XL", "4e1")
    products = [ProductRecord(size, "t", attributes={"size": size}) for size in sizes]
    wanted = Range("attribute.size", Decimal(10), Decimal("42.5"))
    assert _passing(wanted, *products) == ["42", "42.5"]


def test_a_field_of_ours_that_no_product_has_matches_none() -> None:
    product = ProductRecord("1", "t")
    for field in ("group_id", "currency", "category", "brand", "availability"):
        assert _passing(_in(field, "x"), product) == []


def test_days_are_compared_as_the_seconds_of_their_beginning() -> None:
    products = [
        ProductRecord("december", "t", added_on=date(2025, 12, 31)),
        ProductRecord("january", "t", added_on=date(2026, 1, 1)),
        ProductRecord("unknown", "t"),
    ]
    since = parse_filters([("filter.added", "2026-01-01..")])
    until = parse_filters([("filter.added", "..2025-12-31")])
    assert since is not None
    assert until is not None
    assert (_passing(since, *products), _passing(until, *products)) == (["january"], ["december"])


def test_what_can_be_ordered_later_is_in_stock_as_the_site_says_it() -> None:
    products = [
        ProductRecord("sold out", "t", stock=0, availability="in_stock"),
        ProductRecord("to come", "t", stock=0, availability="preorder"),
        ProductRecord("said", "t", availability="in_stock"),
        ProductRecord("unsaid", "t"),
    ]
    assert _passing(_in("in_stock", "true"), *products) == ["to come", "said"]
    assert _passing(_in("in_stock", "false"), *products) == ["sold out"]
    assert _passing(_in("availability", "preorder"), *products) == ["to come"]


def test_an_attribute_of_numbers_alone_is_asked_as_one() -> None:
    with columns_of([ProductRecord(str(number), "t") for number in range(3)]) as columns:
        weights = NumberColumn(np.array([3, 5, 0]), np.array([True, True, False]))
        columns.numbers = {**columns.numbers, "attribute.weight": weights}
        heavy = compile_filter(Range("attribute.weight", Decimal(5)), columns)
    assert heavy.tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("wanted", "pointer", "code", "words"),
    [
        (_in("attribute.color", "Red"), "/filter.attribute.color", "unknown_field", "colour"),
        (_in("pirce", "20"), "/filter.pirce", "unknown_field", "price"),
        (_in("price", "20"), "/filter.price", "not_a_range", "range"),
        (Range("brand", Decimal(1)), "/filter.brand", "not_a_number", "words"),
        (Range("attribute.x/y", Decimal(1)), "/filter.attribute.x~1y", "unknown_field", "x/y"),
    ],
)
def test_a_field_that_cannot_be_asked_is_named(
    wanted: Filter, pointer: str, code: str, words: str
) -> None:
    with (
        columns_of([ProductRecord("1", "t", attributes={"colour": "Red"})]) as columns,
        pytest.raises(InvalidQueryError, match=words) as caught,
    ):
        compile_filter(wanted, columns)
    assert (caught.value.pointer, caught.value.code) == (pointer, code)


def test_an_error_points_into_the_body_that_the_filter_came_from() -> None:
    wanted = AllOf((_in("brand", "a"), AnyOf((Not(_in("attribute.x", "y")),))))
    with (
        columns_of([ProductRecord("1", "t")]) as columns,
        pytest.raises(InvalidQueryError) as caught,
    ):
        compile_filter(wanted, columns, "/filter")
    assert caught.value.pointer == "/filter/and/1/or/0/not/field"


@pytest.mark.parametrize(
    ("bounds", "code"),
    [
        ((None, None), "no_bounds"),
        ((Decimal(2), Decimal(1)), "swapped_bounds"),
        ((Decimal("NaN"), None), "out_of_range"),
        ((None, Decimal("Infinity")), "out_of_range"),
        ((None, Decimal("1e999999")), "out_of_range"),
    ],
)
def test_a_range_that_can_be_none_is_refused(
    bounds: tuple[Decimal | None, Decimal | None], code: str
) -> None:
    with pytest.raises(InvalidQueryError) as caught:
        Range("price", *bounds)
    assert (caught.value.pointer, caught.value.code) == ("/filter.price", code)


def test_joined_filters_are_flat_and_know_their_field() -> None:
    brand, price = _in("brand", "Acme"), Range("price", Decimal(1))
    joined = all_of([AllOf((brand, AllOf((price,)))), None, Not(brand)])
    assert joined == AllOf((brand, price, Not(brand)))
    assert all_of([None, None]) is None
    assert top_level(None) == ()
    fields = [field_of(each) for each in (*top_level(joined), AnyOf((brand, price)))]
    assert fields == ["brand", "price", None, None]
