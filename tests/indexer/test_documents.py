from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.records import ImageRecord, ProductRecord, Sale
from core.errors import SnapshotError
from indexer.documents import DOCUMENTS, IDS, Documents, DocumentsWriter

_text = st.text(max_size=20)
_products = st.builds(
    ProductRecord,
    id=st.text(min_size=1, max_size=8),
    title=_text,
    description=_text,
    brand=_text,
    category=st.lists(_text, max_size=3).map(tuple),
    price_minor=st.none() | st.integers(0, 2**53),
    currency=st.sampled_from(["", "EUR"]),
    stock=st.none() | st.integers(0, 10**6),
    was_minor=st.none() | st.integers(0, 2**53),
    availability=st.sampled_from(["", "in_stock", "preorder"]),
    group_id=_text,
    attributes=st.dictionaries(_text, _text, max_size=4),
    images=st.lists(
        st.builds(ImageRecord, st.just("0" * 64), _text, st.integers(1, 9), st.integers(1, 9)),
        max_size=2,
    ).map(tuple),
)


def _write(directory: Path, products: list[ProductRecord]) -> Documents:
    writer = DocumentsWriter(directory)
    for product in products:
        writer.add(product)
    writer.finish()
    return Documents(directory)


@settings(deadline=None, max_examples=50, derandomize=True)
@given(products=st.lists(_products, max_size=6, unique_by=lambda product: product.id))
def test_every_product_comes_back_exactly_by_position_and_by_id(
    products: list[ProductRecord], tmp_path_factory: pytest.TempPathFactory
) -> None:
    documents = _write(tmp_path_factory.mktemp("documents"), products)
    assert list(documents) == products
    for position, product in enumerate(products):
        assert documents[position] == product
        assert documents.position(product.id) == position


def test_an_unknown_id_has_no_position(tmp_path: Path) -> None:
    documents = _write(tmp_path, [ProductRecord("a", "A"), ProductRecord("b", "B")])
    assert documents.position("c") is None
    assert documents.position("") is None


def test_two_ids_of_one_hash_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.documents._id_hash", lambda product_id: 7)
    documents = _write(tmp_path, [ProductRecord(each, each) for each in "abc"])
    assert [documents.position(each) for each in ("a", "b", "c", "d")] == [0, 1, 2, None]


def test_two_products_with_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="two products with the id 'a'"):
        _write(tmp_path, [ProductRecord(each, each) for each in "aba"])


def test_a_line_of_a_generation_made_before_sales_were_known_is_read(tmp_path: Path) -> None:
    documents = _write(tmp_path, [ProductRecord("a", "A", price_minor=5, currency="EUR")])
    path = tmp_path / DOCUMENTS
    line = path.read_text()
    older = line.replace('"was_minor":null,', "").replace('"availability":"",', "")
    assert older != line
    # Padded with what JSON overlooks, so that the offsets stay right.
    path.write_text(older.rstrip("\n").ljust(len(line) - 1) + "\n")
    assert list(Documents(tmp_path)) == list(documents)


def test_the_day_of_adding_comes_back(tmp_path: Path) -> None:
    day = date(2026, 1, 31)
    dated, undated = _write(
        tmp_path, [ProductRecord("a", "A", added_on=day), ProductRecord("b", "B")]
    )
    assert (dated.added_on, undated.added_on) == (day, None)


def test_a_sale_to_come_has_no_place_in_a_generation(tmp_path: Path) -> None:
    writer = DocumentsWriter(tmp_path)
    with pytest.raises(AssertionError, match="the price of a moment"):
        writer.add(ProductRecord("a", "A", price_minor=5, sale=Sale(4)))
    writer.abandon()


@pytest.mark.parametrize("position", [-1, 2])
def test_positions_outside_are_refused(tmp_path: Path, position: int) -> None:
    documents = _write(tmp_path, [ProductRecord("a", "A"), ProductRecord("b", "B")])
    with pytest.raises(IndexError):
        documents[position]


def test_ids_are_hashed_the_same_on_every_machine(tmp_path: Path) -> None:
    _write(tmp_path, [ProductRecord("p1", "x")])
    # `printf p1 | b2sum -l 64` gives e81665c97894ce91, read little-endian.
    assert np.load(tmp_path / IDS).tolist() == [[10506498227197777640], [0]]
