"""Facets against plain Python: a count is the total that choosing the value gives."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.records import ProductRecord
from core.errors import InvalidQueryError
from core.vectors import Mask
from search import facets as facets_module
from search.collapse import Groups
from search.facets import Facet, FacetValue, count_facets, usual_fields
from search.filters import AllOf, AnyOf, Filter, In, Not, Range, all_of, field_names, field_of
from search.filters_arguments import parse_filters
from tests.search.plain_shop import (
    PlainShop,
    columns_of,
    conditions,
    count_hits,
    passes,
    shops,
)

FIELDS = (
    "category",
    "brand",
    "price",
    "in_stock",
    "attribute.colour",
    "attribute.size",
    "stock",
    "currency",
    "group_id",
)
SETTINGS = settings(derandomize=True, deadline=None, max_examples=60)


def _in(field: str, *values: str) -> In:
    return In(field, frozenset(values))


def _relevant(shop: PlainShop, share: float) -> Mask:
    return np.random.default_rng(7).random(len(shop.products)) < share


def _total(shop: PlainShop, relevant: Mask, wanted: Filter | None) -> int:
    return count_hits(
        product
        for product, counts in zip(shop.products, relevant, strict=True)
        if counts and (wanted is None or passes(product, wanted))
    )


def selections() -> st.SearchStrategy[tuple[Filter, ...]]:
    """Strategies of what can be chosen: conditions, exclusions, and either of a field."""
    either = st.lists(conditions(), min_size=2, max_size=2).map(lambda two: AnyOf(tuple(two)))
    return st.lists(conditions() | conditions().map(Not) | either, max_size=4).map(tuple)


def _facets(shop: PlainShop, relevant: Mask, parts: tuple[Filter, ...]) -> tuple[Facet, ...]:
    fields = [field for field in FIELDS if field in field_names(shop.columns)]
    return count_facets(relevant, all_of(parts), fields, shop.columns, shop.groups)


@SETTINGS
@given(shop=shops(), parts=selections(), share=st.sampled_from((0.0, 0.1, 0.5, 1.0)))
def test_each_values_count_is_the_total_after_choosing_it(
    shop: PlainShop, parts: tuple[Filter, ...], share: float
) -> None:
    relevant = _relevant(shop, share)
    for facet in _facets(shop, relevant, parts):
        others = [part for part in parts if field_of(part) != facet.field]
        for each in facet.values:
            chosen = parse_filters([(f"filter.{facet.field}", each.value)])
            assert each.count == _total(shop, relevant, all_of([*others, chosen])), each


@SETTINGS
@given(shop=shops(), parts=selections())
def test_every_value_that_would_find_something_is_listed_and_every_chosen_one(
    shop: PlainShop, parts: tuple[Filter, ...]
) -> None:
    relevant = _relevant(shop, 0.8)
    for facet in _facets(shop, relevant, parts):
        if facet.field in ("category", "price", "stock", "in_stock"):
            continue
        others = all_of(part for part in parts if field_of(part) != facet.field)
        column = shop.columns.coded.get(facet.field)
        finding = {
            word
            for word in (() if column is None else column.values)
            if _total(shop, relevant, all_of([others, _in(facet.field, word)]))
        }
        chosen = {
            word
            for part in parts
            if isinstance(part, In) and part.field == facet.field
            for word in part.values
        }
        listed = {each.value for each in facet.values}
        assert listed >= finding | chosen
        assert facet.left_out == 0
        assert chosen <= {each.value for each in facet.values if each.selected}


@SETTINGS
@given(shop=shops(), parts=selections())
def test_the_bounds_of_prices_are_those_of_what_is_found_at_any_price(
    shop: PlainShop, parts: tuple[Filter, ...]
) -> None:
    relevant = _relevant(shop, 0.8)
    (facet,) = count_facets(relevant, all_of(parts), ("price",), shop.columns, shop.groups)
    others = AllOf(tuple(part for part in parts if field_of(part) != "price"))
    found = [
        product
        for product, counts in zip(shop.products, relevant, strict=True)
        if counts and passes(product, others) and product.price_minor is not None
    ]
    for bound, open_ended in ((facet.minimum, "maximum"), (facet.maximum, "minimum")):
        if not found:
            assert bound is None
            continue
        assert bound is not None
        at_bound = Range("price", bound, bound)
        assert any(passes(product, at_bound) for product in found)
        beyond = Range("price", **{open_ended: bound})
        equal_or_beyond = [product for product in found if passes(product, beyond)]
        assert all(passes(product, at_bound) for product in equal_or_beyond)


def _count(
    products: list[ProductRecord], field: str, filters: Filter | None = None
) -> list[tuple[str, int, bool]]:
    with columns_of(products) as columns:
        everything = np.ones(len(products), dtype=np.bool_)
        (facet,) = count_facets(everything, filters, [field], columns, Groups(columns))
    return [(each.value, each.count, each.selected) for each in facet.values]


def _with_paths(*paths: str) -> list[ProductRecord]:
    return [
        ProductRecord(str(number), "t", category=tuple(path.split(" > ")))
        for number, path in enumerate(paths)
    ]


PATHS = _with_paths("Men > Shoes", "Men > Shoes", "Men > Hats", "Women > Shoes > Boots", "Pets")


def test_unopened_categories_are_the_widest_ones() -> None:
    assert _count(PATHS, "category") == [("Men", 3, False), ("Pets", 1, False), ("Women", 1, False)]


def test_a_chosen_category_shows_the_way_down_to_it_and_what_is_below() -> None:
    assert _count(PATHS, "category", _in("category", "Men")) == [
        ("Men", 3, True),
        ("Men > Shoes", 2, False),
        ("Men > Hats", 1, False),
        ("Pets", 1, False),
        ("Women", 1, False),
    ]
    assert _count(PATHS, "category", _in("category", "Women > Shoes")) == [
        ("Men", 3, False),
        ("Pets", 1, False),
        ("Women", 1, False),
        ("Women > Shoes", 1, True),
        ("Women > Shoes > Boots", 1, False),
    ]


def test_an_only_category_is_opened() -> None:
    assert _count(_with_paths("Men > Shoes", "Men > Hats"), "category") == [
        ("Men", 2, False),
        ("Men > Hats", 1, False),
        ("Men > Shoes", 1, False),
    ]


def test_a_chosen_category_that_nothing_is_in_stays_to_be_unchosen() -> None:
    chosen = _count(PATHS[:3], "category", _in("category", "Pets > Dogs"))
    assert chosen[-1] == ("Pets > Dogs", 0, True)


def _priced(*prices: str, currency: str = "EUR", digits: int = 2) -> list[ProductRecord]:
    return [
        ProductRecord(
            str(number), "t", price_minor=int(Decimal(price).scaleb(digits)), currency=currency
        )
        for number, price in enumerate(prices)
    ]


def test_prices_come_in_round_ranges_that_share_no_product() -> None:
    prices = [str(price) for price in range(5, 105)]
    counted = _count(_priced(*prices), "price")
    assert counted == [
        ("..24.99", 20, False),
        ("25..39.99", 15, False),
        ("40..74.99", 35, False),
        ("75..", 30, False),
    ]


def test_yen_have_no_decimals() -> None:
    products = _priced("800", "900", "1500", "2500", "4000", currency="JPY", digits=0)
    assert _count(products, "price") == [
        ("..999", 2, False),
        ("1500..2499", 1, False),
        ("2500..3999", 1, False),
        ("4000..", 1, False),
    ]


def test_a_range_that_a_shopper_set_is_listed_beside_the_offered_ones() -> None:
    products = _priced("10", "20", "30", "40", "50")
    counted = _count(products, "price", Range("price", Decimal(11), Decimal(12)))
    assert counted[-1] == ("11..12", 0, True)
    offered = _count(products, "price", Range("price", Decimal(20), Decimal("29.99")))
    assert ("20..29.99", 1, True) in offered
    assert [selected for *_, selected in offered].count(True) == 1


def test_a_group_counts_once_for_each_of_its_colours() -> None:
    products = [
        ProductRecord("1", "t", group_id="g", attributes={"colour": "Red"}),
        ProductRecord("2", "t", group_id="g", attributes={"colour": "Red"}),
        ProductRecord("3", "t", group_id="g", attributes={"colour": "Blue"}),
        ProductRecord("4", "t", attributes={"colour": "Red"}),
        ProductRecord("5", "t", group_id="alone"),
    ]
    assert _count(products, "attribute.colour") == [("Red", 2, False), ("Blue", 1, False)]


def test_a_long_list_is_cut_but_keeps_what_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facets_module, "MAX_VALUES", 2)
    products = [
        ProductRecord(f"{number} {copy}", "t", brand=f"b{number}")
        for number in range(6)
        for copy in range(6 - number)
    ]
    with columns_of(products) as columns:
        everything = np.ones(len(products), dtype=np.bool_)
        chosen = _in("brand", "b4", "gone")
        (facet,) = count_facets(everything, chosen, ["brand"], columns, Groups(columns))
    assert facet.values == (
        FacetValue("b0", 6, False),
        FacetValue("b1", 5, False),
        FacetValue("b4", 2, True),
        FacetValue("gone", 0, True),
    )
    assert facet.left_out == 3


def test_a_facet_of_no_field_is_refused() -> None:
    with (
        columns_of([ProductRecord("1", "t", attributes={"colour": "Red"})]) as columns,
        pytest.raises(InvalidQueryError, match=r"attribute\.colour") as caught,
    ):
        count_facets(
            np.ones(1, dtype=np.bool_), None, ["attribute.color"], columns, Groups(columns)
        )
    assert (caught.value.pointer, caught.value.code) == ("/facets", "unknown_field")


def test_fields_of_ours_that_the_generation_lacks_are_empty_facets() -> None:
    with columns_of([ProductRecord("1", "t")]) as columns:
        columns.coded = {}
        nothing = count_facets(
            np.ones(1, dtype=np.bool_),
            None,
            ["availability", "category", "price", "in_stock"],
            columns,
            Groups(columns),
        )
    assert [(each.field, each.values) for each in nothing] == [
        ("availability", ()),
        ("category", ()),
        ("price", ()),
        ("in_stock", ()),
    ]


def test_usual_facets_are_those_that_tell_products_apart() -> None:
    products = [
        ProductRecord(
            str(number),
            "t",
            brand=f"b{number % 2}",
            category=("Men",),
            price_minor=100,
            attributes={
                "same": "yes",
                "code": f"c{number}",
                "rare": f"r{number % 3}" if number < 50 else "",
                "colour": f"c{number % 5}",
                "exported": f"{number % 2}",
            },
        )
        for number in range(100)
    ]
    with columns_of(products) as columns:
        assert usual_fields(columns) == (
            "category",
            "brand",
            "price",
            "attribute.colour",
            "attribute.rare",
        )
        assert usual_fields(columns, limit=2) == ("category", "brand")
