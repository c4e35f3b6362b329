"""The demonstration catalogue: believable rows, handsome pictures, the same for the same seed."""

import io
import json
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from catalog.demo.catalogue import DemoProduct, demo_products
from catalog.demo.queries import MINIMUM_RELEVANT, demo_queries
from catalog.demo.render import STAGES, render_product
from catalog.demo.write import write_demo


@pytest.fixture(scope="module")
def products() -> list[DemoProduct]:
    return demo_products()


@pytest.fixture(scope="module")
def pictures() -> dict[str, Image.Image]:
    """One first picture of every fourth kind, rendered once for all tests of this file."""
    first_of_kind: dict[str, DemoProduct] = {}
    for product in demo_products():
        first_of_kind.setdefault(product.kind, product)
    return {
        kind: render_product(product)[0] for kind, product in sorted(first_of_kind.items())[::4]
    }


def _jpeg(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=90)
    return stream.getvalue()


def _distance_from_corner_colour(image: Image.Image) -> NDArray[np.int16]:
    pixels = np.asarray(image, dtype=np.int16)
    distances: NDArray[np.int16] = np.abs(pixels - pixels[2, 2]).max(axis=2)
    return distances


def test_catalogue_has_at_least_640_products_in_at_least_36_kinds(
    products: list[DemoProduct],
) -> None:
    assert 640 <= len(products) <= 800
    kinds = Counter(product.kind for product in products)
    assert len(kinds) >= 36
    assert min(kinds.values()) >= 10
    assert set(kinds) == set(STAGES)


def test_same_seed_gives_the_same_products(products: list[DemoProduct]) -> None:
    assert demo_products(0) == products


def test_another_seed_gives_other_products_of_the_same_kinds(products: list[DemoProduct]) -> None:
    others = demo_products(7)
    assert not {product.id for product in others} & {product.id for product in products}
    assert {product.kind for product in others} == {product.kind for product in products}
    shared_titles = {product.title for product in others} & {product.title for product in products}
    assert len(shared_titles) < len(products) / 10


def test_ids_and_titles_are_unique(products: list[DemoProduct]) -> None:
    assert len({product.id for product in products}) == len(products)
    assert len({product.title for product in products}) == len(products)
    assert products[0].id == "VT-0001"


def test_prices_stock_and_categories_are_believable(products: list[DemoProduct]) -> None:
    for product in products:
        assert Decimal("3") < Decimal(product.price) < Decimal("4000"), product
        assert product.price[-3] == "."
        assert product.currency == "EUR"
        assert 0 <= product.stock <= 200
        assert product.category.count(" > ") >= 1, product
    sold_out = sum(product.stock == 0 for product in products) / len(products)
    assert 0.04 < sold_out < 0.13


def test_texts_are_clean(products: list[DemoProduct]) -> None:
    for product in products:
        for text in (product.title, product.description, *product.image_alts):
            assert text == text.strip()
            assert "  " not in text
            assert not set("{}@") & set(text), text
            assert " ," not in text
        assert product.description.endswith(".")
        assert len(product.title) <= 150


def test_variants_of_a_group_share_their_shape_and_differ_in_colour(
    products: list[DemoProduct],
) -> None:
    groups = defaultdict(list)
    for product in products:
        groups[product.group_id].append(product)
    own = {"colour", "material", "size"}
    for variants in groups.values():
        assert 2 <= len(variants) <= 4
        assert len({variant.attributes["colour"] for variant in variants}) == len(variants)
        assert len({variant.model for variant in variants}) == 1
        shapes = [
            {name: value for name, value in variant.attributes.items() if name not in own}
            for variant in variants
        ]
        assert all(shape == shapes[0] for shape in shapes)


def test_variants_have_the_same_silhouette(products: list[DemoProduct]) -> None:
    mugs = [product for product in products if product.kind == "mug"]
    pair = [product for product in mugs if product.group_id == mugs[0].group_id][:2]
    first, second = (render_product(product)[0] for product in pair)
    far = [_distance_from_corner_colour(image) > 60 for image in (first, second)]
    columns = [np.flatnonzero(mask.any(axis=0)) for mask in far]
    assert abs(int(columns[0][0]) - int(columns[1][0])) <= 6
    assert abs(int(columns[0][-1]) - int(columns[1][-1])) <= 6


def test_a_picture_drawn_twice_is_the_same_to_the_byte(products: list[DemoProduct]) -> None:
    for product in products[:120:40]:
        once, again = render_product(product), render_product(product)
        assert [_jpeg(image) for image in once] == [_jpeg(image) for image in again]
        assert len(once) == len(product.images) == len(product.image_alts)


def test_pictures_are_480_by_640_and_show_something(pictures: dict[str, Image.Image]) -> None:
    for kind, image in pictures.items():
        assert image.size == (480, 640)
        assert image.mode == "RGB"
        assert (_distance_from_corner_colour(image) > 40).mean() > 0.015, kind


def test_products_stand_clear_of_the_border_and_near_the_middle(
    pictures: dict[str, Image.Image],
) -> None:
    for kind, image in pictures.items():
        far = _distance_from_corner_colour(image) > 48
        rows, columns = np.nonzero(far)
        assert columns.min() >= 8, kind
        assert columns.max() <= 471, kind
        assert rows.min() >= 8, kind
        assert rows.max() <= 631, kind
        assert abs((columns.min() + columns.max()) / 2 - 240) < 40, kind


def test_a_subset_is_spread_over_the_kinds() -> None:
    some = demo_products(count=60)
    assert len(some) == 60
    assert len({product.kind for product in some}) >= 50


def test_every_query_has_ten_relevant_products_that_exist(products: list[DemoProduct]) -> None:
    queries = demo_queries(products)
    assert 60 <= len(queries) <= 100
    assert len({query.query for query in queries}) == len(queries)
    ids = {product.id for product in products}
    for query in queries:
        assert len(query.relevant) >= MINIMUM_RELEVANT, query
        assert len(set(query.relevant)) == len(query.relevant)
        assert set(query.relevant) <= ids


def test_red_sneakers_are_red_sneakers(products: list[DemoProduct]) -> None:
    (query,) = [query for query in demo_queries(products) if query.query == "red sneakers"]
    found = [product for product in products if product.id in query.relevant]
    assert {(product.kind, product.attributes["colour"]) for product in found} == {
        ("sneakers", "red")
    }


def test_written_catalogue_has_a_row_and_pictures_for_every_product(tmp_path: Path) -> None:
    told: list[int] = []
    feed = write_demo(tmp_path, count=4, processes=1, advance=told.append)
    assert feed == tmp_path / "catalogue.jsonl"
    rows = [json.loads(line) for line in feed.read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == [product.id for product in demo_products(count=4)]
    assert sum(told) == 4
    for row in rows:
        assert {"title", "description", "brand", "category", "price", "currency"} <= set(row)
        assert {"stock", "group_id", "image", "image_alt", "colour", "material"} <= set(row)
        for name in row["image"]:
            with Image.open(tmp_path / name) as image:
                assert image.size == (480, 640)
    assert not list(tmp_path.rglob("*.partial"))


def test_second_write_draws_only_what_was_removed(tmp_path: Path) -> None:
    write_demo(tmp_path, count=3, processes=1)
    names = sorted(path.name for path in (tmp_path / "images").iterdir())
    before = {name: (tmp_path / "images" / name).stat().st_mtime_ns for name in names}
    removed = names[0]
    (tmp_path / "images" / removed).unlink()
    told: list[int] = []
    write_demo(tmp_path, count=3, processes=1, advance=told.append)
    after = {name: (tmp_path / "images" / name).stat().st_mtime_ns for name in names}
    assert {name for name in names if before[name] != after[name]} <= {
        name for name in names if name.split(".")[0].startswith(removed.split(".")[0])
    }
    assert sum(told) == 3


def test_another_seed_is_not_taken_for_a_finished_one(tmp_path: Path) -> None:
    write_demo(tmp_path, count=2, processes=1)
    feed = write_demo(tmp_path, seed=3, count=2, processes=1)
    rows = [json.loads(line) for line in feed.read_text("utf-8").splitlines()]
    assert all((tmp_path / name).is_file() for row in rows for name in row["image"])
    assert all(row["id"].startswith("V3-") for row in rows)
