"""Shopify's exports: blocks of rows, their variants, pictures and what is not for shoppers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.feeds import shopify_feed
from catalog.feeds.detect import open_feed
from catalog.row_parser import RowParser
from catalog.rows import ProductRow, RawRow, RefusedRow, WithheldRow

OLD = (
    "Handle", "Title", "Vendor", "Type", "Published", "Option1 Name", "Option1 Value",
    "Variant SKU", "Variant Inventory Tracker", "Variant Inventory Qty", "Variant Inventory Policy",
    "Variant Price", "Variant Compare At Price", "Image Src", "Image Position", "Image Alt Text",
    "Variant Image", "Status",
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feed"


def export(path: Path, rows: list[dict[str, str]], header: tuple[str, ...] = OLD) -> Path:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, header, restval="")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(buffer.getvalue(), encoding="utf-8")
    return path


def raw(path: Path) -> list[RawRow | RefusedRow]:
    feed = open_feed(path)
    assert feed.format.name == "shopify"
    return list(feed.rows())


def parsed(path: Path) -> Iterator[ProductRow | RefusedRow | WithheldRow]:
    parser = RowParser(default_currency="EUR")
    for row in raw(path):
        yield row if isinstance(row, RefusedRow) else parser.parse(row)


def products(path: Path) -> list[ProductRow]:
    return [row for row in parsed(path) if isinstance(row, ProductRow)]


def variant(option: str, **more: str) -> dict[str, str]:
    return {"Handle": "boot", "Option1 Value": option, "Variant Price": "10.00"} | more


def first(option: str, **more: str) -> dict[str, str]:
    return variant(option, **({"Title": "Boot", "Option1 Name": "Size"} | more))


def test_ids_do_not_depend_on_the_order_of_variants(path: Path) -> None:
    rows = [first("41", **{"Variant SKU": "S-41"}), variant("42 / wide"), variant("43")]
    assert [row.product.id for row in products(export(path, rows))] == [
        "S-41", "boot-42-wide", "boot-43",
    ]  # fmt: skip
    turned = [first("43"), variant("41", **{"Variant SKU": "S-41"}), variant("42 / wide")]
    assert [row.product.id for row in products(export(path, turned))] == [
        "boot-43", "S-41", "boot-42-wide",
    ]  # fmt: skip


def test_a_sku_that_two_variants_share_names_neither(path: Path) -> None:
    rows = [first("41", **{"Variant SKU": "S"}), variant("42", **{"Variant SKU": "S"})]
    assert [row.product.id for row in products(export(path, rows))] == ["boot-41", "boot-42"]


def test_variants_without_any_option_are_counted(path: Path) -> None:
    rows = [first("!"), variant("?"), variant("", **{"Variant SKU": "S"})]
    ids = [row.product.id for row in products(export(path, rows))]
    assert ids == ["boot-1", "boot-2", "S"]


def test_one_variant_is_the_product_itself(path: Path) -> None:
    rows = [
        first("Default Title", **{"Option1 Name": "Title", "Variant SKU": "S-1"}),
        {"Handle": "boot", "Image Src": "b.jpg", "Image Position": "2"},
    ]
    (row,) = products(export(path, rows))
    assert (row.product.id, row.product.group_id) == ("boot", "")
    assert row.product.attributes == {"sku": "S-1"}
    assert [image.location for image in row.images] == ["b.jpg"]


def test_pictures_follow_their_positions_and_no_variant_shows_another(path: Path) -> None:
    rows = [
        first("red", **{"Image Src": "c.jpg", "Image Position": "3", "Variant Image": "red.jpg"}),
        variant("blue", **{"Image Src": "a.jpg", "Image Position": "1", "Image Alt Text": "A"}),
        {"Handle": "boot", "Image Src": "red.jpg", "Image Position": "2", "Image Alt Text": "Red"},
    ]
    red, blue = products(export(path, rows))
    assert [(each.location, each.alt) for each in red.images] == [
        ("red.jpg", "Red"), ("a.jpg", "A"), ("c.jpg", ""),
    ]  # fmt: skip
    assert [(each.location, each.alt) for each in blue.images] == [("a.jpg", "A"), ("c.jpg", "")]


@pytest.mark.parametrize(
    ("values", "stock", "availability"),
    [
        (("shopify", "7", "deny"), 7, "in_stock"),
        (("shopify", "0", "deny"), 0, "out_of_stock"),
        (("shopify", "-3", "deny"), 0, "out_of_stock"),
        (("shopify", "-3", "continue"), 0, "backorder"),
        (("", "", "deny"), None, "in_stock"),
        (("", "0", "deny"), None, "in_stock"),
    ],
)
def test_stock_counts_only_where_it_is_tracked(
    path: Path, values: tuple[str, str, str], stock: int | None, availability: str
) -> None:
    names = ("Variant Inventory Tracker", "Variant Inventory Qty", "Variant Inventory Policy")
    (row,) = products(export(path, [first("41", **dict(zip(names, values, strict=True)))]))
    assert (row.product.stock, row.product.availability) == (stock, availability)
    assert row.mended == ()


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"Status": "draft"}, "draft"),
        ({"Status": "Archived"}, "archived"),
        ({"Status": "unlisted"}, "unlisted"),
        ({"Published": "false"}, "unpublished"),
        ({"Status": "active", "Published": "FALSE"}, "unpublished"),
    ],
)
def test_every_variant_of_a_hidden_product_is_withheld(
    path: Path, values: dict[str, str], code: str
) -> None:
    rows = list(parsed(export(path, [first("41", **values), variant("42")])))
    assert [(type(row), row.line) for row in rows] == [(WithheldRow, 2), (WithheldRow, 3)]
    assert [(row.product_id, row.problem.code) for row in rows if isinstance(row, WithheldRow)] == [
        ("boot-41", code), ("boot-42", code),
    ]  # fmt: skip


def test_what_the_shop_pays_is_kept_nowhere(path: Path) -> None:
    header = (*OLD, "Cost per item", "Tags", "Brand (product.metafields.custom.brand)",
              "Fabric (product.metafields.shopify.fabric)", "Variant Tax Code")  # fmt: skip
    values = {"Cost per item": "1.11", "Tags": "new", "Variant Tax Code": "X", "Vendor": "Acme",
              "Brand (product.metafields.custom.brand)": "B",
              "Fabric (product.metafields.shopify.fabric)": "wool"}  # fmt: skip
    (row,) = products(export(path, [first("41", **values)], header))
    assert row.product.brand == "Acme"
    assert row.product.attributes == {
        "Brand (product.metafields.custom.brand)": "B", "Fabric": "wool", "Size": "41",
        "Tags": "new",
    }  # fmt: skip


def test_an_option_that_is_called_like_a_field_takes_no_field(path: Path) -> None:
    (row,) = products(export(path, [first("Large", **{"Option1 Name": "Title"})]))
    assert (row.product.title, row.product.attributes) == ("Boot", {"option Title": "Large"})


def test_type_is_the_category_where_there_is_no_other(path: Path) -> None:
    header = (*OLD, "Product Category")
    rows = [
        first("41", **{"Handle": "a", "Type": "Boots"}),
        first("41", **{"Handle": "b", "Type": "Boots", "Product Category": "Shoes > Boots"}),
    ]
    found = products(export(path, rows, header))
    assert [row.product.category for row in found] == [("Boots",), ("Shoes", "Boots")]


def test_rows_without_their_product_are_refused_in_their_place(path: Path) -> None:
    rows = [
        variant("40", Handle="lost"),
        first("41"),
        variant("42", Handle="other"),
        first("43", Handle="third"),
        {"Title": "No handle", "Variant Price": "1"},
    ]
    found = [
        (row.line, row.problem.code if isinstance(row, RefusedRow) else row.values["id"])
        for row in raw(export(path, rows))
    ]
    lost = "row_without_product"
    assert found == [(2, lost), (3, "boot"), (4, lost), (5, "third"), (6, "")]


def test_a_ragged_row_stands_between_the_variants_that_are_read(path: Path) -> None:
    export(path, [first("41"), variant("42")])
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines[:2], "boot,ragged\n", lines[2]]), encoding="utf-8")
    assert [(row.line, isinstance(row, RefusedRow)) for row in raw(path)] == [
        (2, False), (3, True), (4, False),
    ]  # fmt: skip


def test_a_handle_with_more_rows_than_any_product_is_bounded(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shopify_feed, "MAX_ROWS_OF_A_PRODUCT", 3)
    rows = raw(export(path, [first("1"), *(variant(str(at)) for at in range(2, 9))]))
    assert [isinstance(row, RawRow) for row in rows].count(True) == 3
    assert {row.problem.code for row in rows if isinstance(row, RefusedRow)} == {"too_many_rows"}
    assert len(rows) == 8


def test_nul_before_the_header_hides_no_export(path: Path) -> None:
    export(path, [first("41"), variant("42")])
    path.write_bytes(b"\0" + path.read_bytes())
    assert [row.product.id for row in products(path)] == ["boot-41", "boot-42"]


@pytest.mark.parametrize(
    "header", ["id,title,price", "handle,title,price", "Handle,Option1 Name,Option1 Value", "\n"]
)
def test_other_tables_are_not_taken_for_an_export(header: str) -> None:
    assert not shopify_feed.matches(header)
