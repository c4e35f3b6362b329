"""Ways out of an empty answer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.records import ProductRecord
from search.collapse import Groups
from search.filters import AllOf, Filter, In, Not, Range
from search.relaxation import DROPPED, Relaxation, relax
from tests.search.plain_shop import (
    PlainShop,
    columns_of,
    conditions,
    count_hits,
    passes,
    shops,
)

RED = In("brand", frozenset({"Red"}))


def _relax(products: list[ProductRecord], *parts: Filter) -> tuple[Relaxation, ...]:
    with columns_of(products) as columns:
        return relax(np.ones(len(products), dtype=np.bool_), parts, columns, Groups(columns))


def _bags(brand: str, *prices: float, group: str = "") -> list[ProductRecord]:
    return [
        ProductRecord(
            f"{brand} {number} {price}",
            "bag",
            brand=brand,
            price_minor=round(price * 100),
            currency="EUR",
            group_id=group,
        )
        for number, price in enumerate(prices)
    ]


def test_none_red_under_30_but_12_red_under_45() -> None:
    reds = [31 + number * 1.2 for number in range(12)]
    products = _bags("Red", *reds, 80, 90) + _bags("Blue", 10, 20, 25)
    cheap = Range("price", maximum=Decimal(30))
    assert _relax(products, RED, cheap) == (
        Relaxation(1, cheap, Range("price", maximum=Decimal("45.00")), 12, 0.5),
        Relaxation(0, RED, None, 3, DROPPED),
    )


def test_a_bound_moves_no_further_than_for_enough_hits() -> None:
    reds = [31 + number / 10 for number in range(40)]
    (way, *_) = _relax(_bags("Red", *reds), Range("price", maximum=Decimal(30)))
    assert (way.after, way.count) == (Range("price", maximum=Decimal(33)), 21)


def test_a_far_product_is_reached_all_the_same_after_the_way_that_changes_less() -> None:
    products = _bags("Red", 300) + _bags("Blue", 10)
    cheap = Range("price", maximum=Decimal(30))
    ways = _relax(products, RED, cheap)
    assert [(way.part, way.after, way.count) for way in ways] == [
        (0, None, 1),
        (1, Range("price", maximum=Decimal(300)), 1),
    ]


def test_the_lower_bound_moves_down_and_the_other_one_stays() -> None:
    between = Range("price", Decimal(50), Decimal(60))
    ways = _relax(_bags("Red", 40.5, 66), between)
    assert [(way.after, way.count) for way in ways] == [
        (Range("price", Decimal(50), Decimal(66)), 1),
        (Range("price", Decimal(40), Decimal(60)), 1),
    ]


def test_a_range_in_which_no_number_is_known_is_dropped() -> None:
    products = [ProductRecord("1", "t", brand="Red")]
    cheap = Range("price", maximum=Decimal(30))
    assert _relax(products, RED, cheap) == (Relaxation(1, cheap, None, 1, DROPPED),)


def test_a_date_is_dropped_rather_than_moved_by_seconds() -> None:
    since = Range("added", Decimal(1_767_225_600))
    products = [ProductRecord("1", "t", added_on=date(2025, 12, 31))]
    assert _relax(products, since) == (Relaxation(0, since, None, 1, DROPPED),)


def test_there_is_no_way_where_two_conditions_would_have_to_change() -> None:
    products = _bags("Blue", 10)
    nike = In("brand", frozenset({"Nike"}))
    assert _relax(products, RED, nike) == ()


def test_variants_count_as_the_one_hit_that_they_make() -> None:
    (way,) = _relax(_bags("Blue", 10, 11, 12, group="g"), RED)
    assert (way.after, way.count) == (None, 1)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(shop=shops(), parts=st.lists(conditions() | conditions().map(Not), max_size=4))
def test_each_way_finds_what_it_says_by_changing_one_condition(
    shop: PlainShop, parts: list[Filter]
) -> None:
    relevant = np.random.default_rng(3).random(len(shop.products)) < 0.6
    ways = relax(relevant, parts, shop.columns, shop.groups, limit=100)
    for way in ways:
        changed = [part for number, part in enumerate(parts) if number != way.part]
        changed += [] if way.after is None else [way.after]
        found = [
            product
            for product, counts in zip(shop.products, relevant, strict=True)
            if counts and passes(product, AllOf(tuple(changed)))
        ]
        assert way.count == count_hits(found) > 0
        assert way.before == parts[way.part]
    assert [way.change for way in ways] == sorted(way.change for way in ways)
    assert len(relax(relevant, parts, shop.columns, shop.groups, limit=1)) == min(1, len(ways))
