"""Orders against Python's own sort, and what a filter may do to a ranking."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from catalog.records import ProductRecord
from core.errors import InvalidQueryError
from core.vectors import Mask, normalize
from search.collapse import Groups
from search.diversity import defer_near_duplicates, mmr
from search.filters import Filter, Range, compile_filter
from search.sorting import Sort, order_hits, sort_keys
from tests.search.plain_shop import PlainShop, columns_of, filters, shops

SETTINGS = settings(derandomize=True, deadline=None, max_examples=80)
SCORES = (0.0, -0.0, 0.25, 0.5, -0.5, 1.0, -1.0, float("inf"), float("-inf"), 1e-45, -1e-45)


def _ranked(
    shop: PlainShop, found: Mask, scores: NDArray[np.float32], sort: Sort = Sort.RELEVANCE
) -> list[int]:
    """Rank as the engine does: keys, one hit of each group, order."""
    keys = sort_keys(sort, scores, shop.columns)
    hits = shop.groups.representatives(keys, found)
    ordered: list[int] = order_hits(hits.positions, scores, keys).tolist()
    return ordered


@SETTINGS
@given(st.lists(st.sampled_from(SCORES) | st.floats(width=32, allow_nan=False), max_size=40))
def test_hits_are_sorted_as_python_sorts_and_equals_stay_in_the_catalogues_order(
    scores: list[float],
) -> None:
    array = np.array(scores, dtype=np.float32)
    positions = np.flatnonzero(np.arange(len(scores)) % 3)
    expected = sorted(positions.tolist(), key=lambda position: (-scores[position], position))
    assert order_hits(positions, array, array).tolist() == expected


@SETTINGS
@given(shop=shops(), seed=st.integers(0, 9))
def test_prices_sort_with_the_unknown_last_and_equals_by_relevance(
    shop: PlainShop, seed: int
) -> None:
    scores = np.random.default_rng(seed).integers(0, 3, len(shop.products)).astype(np.float32)
    positions = np.arange(len(shop.products))
    for sort, sign in ((Sort.PRICE_ASCENDING, 1), (Sort.PRICE_DESCENDING, -1)):

        def key(position: int, sign: int = sign) -> tuple[bool, float, float, int]:
            product = shop.products[position]
            digits = {"JPY": 0, "KWD": 3}.get(product.currency, 2)
            price = None if product.price_minor is None else product.price_minor / 10**digits
            return price is None, sign * (price or 0), -float(scores[position]), position

        keys = sort_keys(sort, scores, shop.columns)
        ordered = order_hits(positions, scores, keys).tolist()
        assert ordered == sorted(positions.tolist(), key=key)


def test_a_sort_by_price_shows_the_cheapest_found_variant() -> None:
    products = [
        ProductRecord(str(number), "t", group_id="g", price_minor=price, currency="EUR")
        for number, price in enumerate((3000, 1000, 2000))
    ]
    scores = np.array([0.9, 0.1, 0.5], dtype=np.float32)
    with columns_of(products) as columns:
        shop = PlainShop(tuple(products), columns, Groups(columns))
        found = np.array([True, False, True])
        assert _ranked(shop, found, scores, Sort.PRICE_ASCENDING) == [2]
        assert _ranked(shop, found, scores, Sort.PRICE_DESCENDING) == [0]
        assert _ranked(shop, found, scores, Sort.RELEVANCE) == [0]


def test_the_newest_come_first_and_those_of_no_known_date_last() -> None:
    days = (20, 30, None, 30, 10)
    products = [
        ProductRecord(str(number), "t", added_on=date(2026, 1, day) if day else None)
        for number, day in enumerate(days)
    ]
    with columns_of(products) as columns:
        scores = np.array([5, 1, 9, 2, 5], dtype=np.float32)
        keys = sort_keys(Sort.NEWEST, scores, columns)
        assert order_hits(np.arange(5), scores, keys).tolist() == [3, 1, 0, 4, 2]


def test_sorts_are_named() -> None:
    assert Sort.parse("") is Sort.RELEVANCE
    assert Sort.parse("price_desc") is Sort.PRICE_DESCENDING
    with pytest.raises(InvalidQueryError, match="price_asc") as caught:
        Sort.parse("cheapest")
    assert (caught.value.pointer, caught.value.code) == ("/sort", "unknown_sort")


@SETTINGS
@given(shop=shops(), wanted=filters(), sort=st.sampled_from(Sort), seed=st.integers(0, 9))
def test_a_filter_never_loses_a_hit_that_ranks_above_one_that_stays(
    shop: PlainShop, wanted: Filter, sort: Sort, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 4, len(shop.products)).astype(np.float32)
    relevant = rng.random(len(scores)) < 0.7
    passed = compile_filter(wanted, shop.columns)
    before = _ranked(shop, relevant, scores, sort)
    after = _ranked(shop, relevant & passed, scores, sort)
    assert [position for position in before if passed[position]] == [
        position for position in after if position in set(before)
    ]


@pytest.mark.parametrize("staying", [1, 2, 4, 40, 200, 400])
def test_at_any_selectivity_the_filtered_ranking_is_the_ranking_of_what_stays(staying: int) -> None:
    rng = np.random.default_rng(staying)
    prices = rng.permutation(400)
    products = [
        ProductRecord(str(number), "t", price_minor=int(price), currency="JPY")
        for number, price in enumerate(prices)
    ]
    scores = rng.integers(0, 50, 400).astype(np.float32)
    with columns_of(products) as columns:
        shop = PlainShop(tuple(products), columns, Groups(columns))
        passed = compile_filter(Range("price", maximum=Decimal(staying - 1)), columns)
        everything = _ranked(shop, np.ones(400, dtype=np.bool_), scores)
        filtered = _ranked(shop, passed, scores)
    assert filtered == [position for position in everything if prices[position] < staying]
    assert len(filtered) == staying


@SETTINGS
@given(shop=shops(), sort=st.sampled_from(Sort), size=st.integers(1, 9))
def test_pages_part_the_ranking_whatever_is_deferred_and_spread(
    shop: PlainShop, sort: Sort, size: int
) -> None:
    rng = np.random.default_rng(size)
    scores = rng.integers(0, 3, len(shop.products)).astype(np.float32)
    pictures = normalize(rng.choice([-1.0, 1.0], (len(scores), 3)))
    ranking = np.array(_ranked(shop, scores > 0, scores, sort), dtype=np.int64)
    ranking = defer_near_duplicates(ranking, pictures[ranking])
    ranking = mmr(ranking, scores[ranking], pictures[ranking], 0.3)
    pages = [ranking[start : start + size].tolist() for start in range(0, len(ranking), size)]
    found = {_group(shop, position) for position in np.flatnonzero(scores > 0).tolist()}
    assert sorted(_group(shop, position) for page in pages for position in page) == sorted(found)
    assert all(len(page) == size for page in pages[:-1])


def _group(shop: PlainShop, position: int) -> str:
    product = shop.products[position]
    return product.group_id or f"alone {product.id}"
