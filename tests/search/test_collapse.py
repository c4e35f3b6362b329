"""Variants collapsed, against plain Python."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.records import ProductRecord
from indexer.attributes import Columns
from search.collapse import Groups, Hits
from tests.search.plain_shop import PlainShop, columns_of, count_hits, shops


def _group(product: ProductRecord) -> str:
    return product.group_id or f"alone {product.id}"


@settings(derandomize=True, deadline=None, max_examples=100)
@given(
    shop=shops(),
    seed=st.integers(0, 99),
    share=st.sampled_from((0.0, 0.3, 1.0)),
    whole=st.booleans(),
)
def test_the_best_found_variant_stands_for_all_found_ones(
    shop: PlainShop, seed: int, share: float, whole: bool
) -> None:
    rng = np.random.default_rng(seed)
    size = len(shop.products)
    found = rng.random(size) < share
    scores = rng.integers(-2, 3, size).astype(np.int32 if whole else np.float32)
    variants: dict[str, list[int]] = {}
    for position in np.flatnonzero(found).tolist():
        variants.setdefault(_group(shop.products[position]), []).append(position)
    expected = sorted(
        (min(group, key=lambda position: (-scores[position], position)), len(group))
        for group in variants.values()
    )
    collapsed = shop.groups.representatives(scores, found)
    actual = zip(collapsed.positions.tolist(), collapsed.sizes.tolist(), strict=True)
    assert list(actual) == expected
    assert (
        shop.groups.total(found)
        == len(expected)
        == count_hits(
            product for product, counts in zip(shop.products, found, strict=True) if counts
        )
    )


def test_variants_that_score_minus_infinity_are_still_one_hit() -> None:
    products = [ProductRecord(str(number), "t", group_id="g") for number in range(3)]
    with columns_of(products) as columns:
        groups = Groups(columns)
    scores = np.full(3, -np.inf, dtype=np.float32)
    collapsed = groups.representatives(scores, np.array([False, True, True]))
    assert (collapsed.positions.tolist(), collapsed.sizes.tolist()) == ([1], [2])


def test_the_variants_of_a_product_are_its_group() -> None:
    groups_of_products = ("a", "", "b", "a", "only", "b", "a")
    products = [
        ProductRecord(str(number), "t", group_id=group)
        for number, group in enumerate(groups_of_products)
    ]
    with columns_of(products) as columns:
        groups = Groups(columns)
    assert groups.count == 2
    assert [groups.variants(position).tolist() for position in (0, 1, 2, 4)] == [
        [0, 3, 6],
        [1],
        [2, 5],
        [4],
    ]


def test_words_are_counted_once_for_each_group() -> None:
    products = [
        ProductRecord("1", "t", brand="Acme", group_id="g"),
        ProductRecord("2", "t", brand="Acme", group_id="g"),
        ProductRecord("3", "t", brand="Zeta", group_id="g"),
        ProductRecord("4", "t", group_id="g"),
        ProductRecord("5", "t", brand="Zeta"),
    ]
    with columns_of(products) as columns:
        hits = _hits(columns, [True] * 5)
        assert hits.count_words(columns.coded["brand"]).tolist() == [1, 2]
        fewer = _hits(columns, [True, True, False, True, True])
        assert fewer.count_words(columns.coded["brand"]).tolist() == [1, 1]


def _hits(columns: Columns, found: list[bool]) -> Hits:
    return Groups(columns).hits(np.array(found))
