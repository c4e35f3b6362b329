from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from catalog.records import ProductRecord
from indexer import attributes, number_attributes
from indexer.attributes import NUMBER_COLUMNS, Columns, ColumnsWriter


def _columns(directory: Path, *products: ProductRecord) -> Columns:
    writer = ColumnsWriter(directory)
    for product in products:
        writer.add(product)
    writer.finish()
    return Columns(directory)


def test_words_become_codes_into_a_sorted_vocabulary(tmp_path: Path) -> None:
    columns = _columns(
        tmp_path,
        ProductRecord("1", "a", brand="Zeta", attributes={"colour": "red"}),
        ProductRecord("2", "b"),
        ProductRecord("3", "c", brand="Acme", attributes={"colour": "blue", "empty": ""}),
    )
    assert sorted(columns.coded) == ["attribute.colour", "brand"]
    brand = columns.coded["brand"]
    assert (brand.values, brand.codes.tolist()) == (("Acme", "Zeta"), [1, -1, 0])
    assert columns.coded["attribute.colour"].codes.tolist() == [1, -1, 0]


def test_categories_are_paths_so_that_shoes_for_men_are_not_those_for_women(
    tmp_path: Path,
) -> None:
    columns = _columns(
        tmp_path,
        ProductRecord("1", "a", category=("Women", "Shoes")),
        ProductRecord("2", "b", category=("Men", "Shoes")),
        ProductRecord("3", "c", category=("Men",)),
    )
    first, second = columns.category_levels
    assert (first.values, first.codes.tolist()) == (("Men", "Women"), [1, 0, 0])
    assert (second.values, second.codes.tolist()) == (("Men > Shoes", "Women > Shoes"), [1, 0, -1])


def test_an_unknown_number_differs_from_zero(tmp_path: Path) -> None:
    columns = _columns(
        tmp_path,
        ProductRecord("1", "a", price_minor=0, stock=None),
        ProductRecord("2", "b", price_minor=None, stock=4),
        ProductRecord("3", "c", price_minor=2**40, stock=0),
    )
    price, stock = columns.numbers["price_minor"], columns.numbers["stock"]
    assert (price.numbers.tolist(), price.known.tolist()) == ([0, 0, 2**40], [True, False, True])
    assert (stock.numbers.tolist(), stock.known.tolist()) == ([0, 4, 0], [False, True, True])


def test_a_sale_is_a_price_below_the_one_before(tmp_path: Path) -> None:
    columns = _columns(
        tmp_path,
        ProductRecord("1", "a", price_minor=900, was_minor=1000),
        ProductRecord("2", "b", price_minor=1000),
        ProductRecord("3", "c"),
        ProductRecord("4", "d", price_minor=1000, was_minor=1000),
    )
    sale = columns.coded["on_sale"]
    assert (sale.values, sale.codes.tolist()) == (("false", "true"), [1, 0, -1, 0])


def test_stock_and_availability_are_words_and_the_day_of_adding_a_number(tmp_path: Path) -> None:
    columns = _columns(
        tmp_path,
        ProductRecord("1", "a", stock=0, availability="in_stock", added_on=date(2026, 1, 31)),
        ProductRecord("2", "b", stock=0, availability="preorder"),
        ProductRecord("3", "c", availability="out_of_stock", added_on=date(1970, 1, 1)),
        ProductRecord("4", "d", stock=3),
        ProductRecord("5", "e"),
    )
    in_stock, availability = columns.coded["in_stock"], columns.coded["availability"]
    assert in_stock.values == ("false", "true")
    assert in_stock.codes.tolist() == [0, 1, 0, 1, -1]
    assert availability.values == ("in_stock", "out_of_stock", "preorder")
    assert availability.codes.tolist() == [0, 2, 1, -1, -1]
    added = columns.numbers["added"]
    assert added.known.tolist() == [True, False, True, False, False]
    assert added.numbers.tolist() == [1_769_817_600, 0, 0, 0, 0]


def test_attribute_of_numbers_alone_is_a_number_besides_a_word(tmp_path: Path) -> None:
    columns = _columns(
        tmp_path,
        ProductRecord("1", "a", attributes={"weight": "2.5", "size": "42", "code": "0815"}),
        ProductRecord("2", "b", attributes={"weight": "10", "size": "XL", "code": "17"}),
        ProductRecord("3", "c", attributes={"weight": "", "height": "-7"}),
    )
    weight = columns.numbers["attribute.weight"]
    assert weight.decimals == 1
    assert weight.numbers.tolist() == [25, 100, 0]
    assert weight.known.tolist() == [True, True, False]
    assert columns.coded["attribute.weight"].values == ("10", "2.5")
    height = columns.numbers["attribute.height"]
    assert (height.decimals, height.numbers.tolist()) == (0, [0, 0, -7])
    names = [name for name in columns.numbers if name.startswith("attribute.")]
    assert names == ["attribute.height", "attribute.weight"]


def test_number_attributes_are_bounded_and_the_commonest_are_kept(tmp_path: Path) -> None:
    most = number_attributes.MAX_NUMBER_ATTRIBUTES
    every = {f"n{at:02d}": "1" for at in range(most + 1)}
    columns = _columns(
        tmp_path,
        ProductRecord("1", "a", attributes=every),
        ProductRecord("2", "b", attributes={name: "2" for name in every if name != "n03"}),
    )
    kept = {name.removeprefix("attribute.") for name in columns.numbers} - {*NUMBER_COLUMNS}
    assert kept == every.keys() - {"n03"}


def test_number_of_more_values_than_a_facet_has_is_still_a_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attributes, "MAX_VALUES", 2)
    columns = _columns(
        tmp_path, *(ProductRecord(str(at), "a", attributes={"mass": str(at)}) for at in range(4))
    )
    assert "attribute.mass" not in columns.coded
    assert columns.numbers["attribute.mass"].numbers.tolist() == [0, 1, 2, 3]


def test_masks_and_counts_follow_the_words(tmp_path: Path) -> None:
    columns = _columns(tmp_path, *(ProductRecord(id, id, brand=id[0]) for id in ("a1", "b1", "a2")))
    brand = columns.coded["brand"]
    assert brand.mask(["a"]).tolist() == [True, False, True]
    assert brand.mask(["b", "unknown"]).tolist() == [False, True, False]
    assert brand.mask([]).tolist() == [False] * 3
    assert brand.counts().tolist() == [2, 1]
    assert (brand.code("b"), brand.code("c")) == (1, None)


def test_an_attribute_with_too_many_values_is_no_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attributes, "MAX_VALUES", 3)
    products = [
        ProductRecord(
            str(each), "t", brand=f"b{each}", attributes={"code": f"c{each}", "kind": "k"}
        )
        for each in range(5)
    ]
    columns = _columns(tmp_path, *products)
    assert sorted(columns.coded) == ["attribute.kind", "brand"]
    assert columns.coded["brand"].counts().tolist() == [1] * 5


def test_of_too_many_attributes_the_commonest_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attributes, "MAX_ATTRIBUTES", 1)
    columns = _columns(
        tmp_path,
        ProductRecord("1", "a", attributes={"rare": "x", "common": "y"}),
        ProductRecord("2", "b", attributes={"common": "z"}),
    )
    assert sorted(columns.coded) == ["attribute.common", "brand"]


def test_values_in_any_script_come_back(tmp_path: Path) -> None:
    columns = _columns(tmp_path, ProductRecord("1", "a", attributes={"farbe/größe": "红 \ud800"}))
    assert columns.coded["attribute.farbe/größe"].values == ("红 \ud800",)
