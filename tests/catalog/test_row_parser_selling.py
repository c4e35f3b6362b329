"""What a row says about selling: sale prices and their dates, availability, and who may see it."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.availability import normalize_availability
from catalog.records import Sale
from catalog.row_parser import RowParser
from catalog.rows import ImageReference, ProductRow, RawRow, RefusedRow, WithheldRow
from catalog.sale_dates import parse_sale_dates
from core.errors import PriceError


def parse(values: dict[str, object]) -> ProductRow:
    row = RowParser().parse(RawRow(7, {"id": "1", "title": "Boot", "price": "30 EUR"} | values))
    assert isinstance(row, ProductRow), row
    return row


def codes(row: ProductRow) -> list[str]:
    return [problem.code for problem in row.mended]


def utc(day: int, hour: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def test_a_sale_price_holds_between_its_dates() -> None:
    row = parse(
        {
            "sale_price": "19.90 EUR",
            "sale_price_effective_date": "2026-11-01T13:00-0800/2026-11-05T13:00-0800",
        }
    )
    assert row.mended == ()
    assert row.product.price_minor == 3000
    assert row.product.sale == Sale(1990, utc(1, 21), utc(5, 21))
    on_sale = row.product.sold_at(utc(2))
    assert (on_sale.price_minor, on_sale.was_minor) == (1990, 3000)
    assert row.product.sold_at(utc(5, 21)).price_minor == 3000


@pytest.mark.parametrize(
    ("written", "starts", "ends"),
    [
        ("2026-11-01T09:00+01:00/2026-11-30T23:00Z", utc(1, 8), utc(30, 23)),
        ("2026-11-01T09:00+0100/2026-11-30T23:00+0000", utc(1, 8), utc(30, 23)),
        ("2026-11-01T09:00:00/2026-11-02T09:00:00", utc(1, 9), utc(2, 9)),
        (" 2026-11-01 09:00 +0100 / 2026-11-02 09:00 ", utc(1, 8), utc(2, 9)),
        ("2026-11-01/2026-11-30", utc(1), utc(1, month=12)),
        ("2026-11-01T09:00Z/", utc(1, 9), None),
        ("/2026-11-30", None, utc(1, month=12)),
        ("2026-11-01/2026-11-01", utc(1), utc(2)),
    ],
)
def test_sale_dates_are_read_as_feeds_write_them(
    written: str, starts: datetime | None, ends: datetime | None
) -> None:
    assert parse_sale_dates(written) == (starts, ends)


@pytest.mark.parametrize(
    "written",
    [
        "soon", "/", "2026-11-01", "2026-11-02T00:00Z/2026-11-01T00:00Z", "2026-13-01/2026-14-01",
        "2026-11-01T09:00Z/2026-11-01T09:00Z", "a/b/c", "0001-01-01T00:00+23:00/", "/9999-12-31",
        "2026-11-01/P30D", "1" * 200 + "/",
    ],
)  # fmt: skip
def test_a_sale_whose_dates_cannot_be_read_is_left_out(written: str) -> None:
    row = parse({"sale_price": "19 EUR", "sale_price_effective_date": written})
    assert row.product.sale is None
    assert row.product.price_minor == 3000
    assert codes(row) == ["bad_sale_dates"]


@given(st.text(max_size=60))
def test_any_text_is_sale_dates_or_a_price_error(written: str) -> None:
    moments: tuple[datetime | None, ...] = ()
    with contextlib.suppress(PriceError):
        moments = parse_sale_dates(written)
    assert all(each is None or each.utcoffset() == timedelta(0) for each in moments)


@pytest.mark.parametrize(
    ("values", "sale", "was", "problems"),
    [
        ({"sale_price": "19 EUR"}, 1900, None, []),
        ({"sale_price": Decimal("19.5")}, 1950, None, []),
        ({"sale_price": "30 EUR"}, None, None, []),
        ({"sale_price": "31 EUR"}, None, None, ["bad_sale_price"]),
        ({"sale_price": "0 EUR"}, None, None, ["bad_sale_price"]),
        ({"sale_price": "19 USD"}, None, None, ["currency_conflict"]),
        ({"sale_price": "cheap"}, None, None, ["bad_price"]),
        ({"sale_price": "19 EUR", "price": ""}, None, None, ["no_regular_price"]),
        ({"Variant Compare At Price": "45.00"}, None, 4500, []),
        ({"Compare-at price": "45"}, None, 4500, []),
        ({"compare_at_price": "30.00"}, None, None, []),
        ({"compare_at_price": "0"}, None, None, []),
        ({"was_price": "45 USD"}, None, None, ["currency_conflict"]),
        ({"was_price": "45 EUR", "sale_price": "20 EUR"}, 2000, 4500, []),
    ],
)
def test_second_prices_count_only_where_they_make_sense(
    values: dict[str, object], sale: int | None, was: int | None, problems: list[str]
) -> None:
    row = parse(values)
    assert (row.product.sale.price_minor if row.product.sale else None) == sale
    assert row.product.was_minor == was
    assert codes(row) == problems


def test_true_is_no_price() -> None:
    assert codes(parse({"price": True})) == ["bad_price"]


@pytest.mark.parametrize(
    ("written", "meaning"),
    [
        *((each, "in_stock") for each in ("in stock", "in_stock", "InStock", "In Stock", "IN-STOCK",
          "https://schema.org/InStock", "http://www.schema.org/InStock", "available", "true")),
        *((each, "out_of_stock") for each in ("out of stock", "OutOfStock", "sold out",
          "https://schema.org/SoldOut", "Discontinued", "outofstock")),
        *((each, "preorder") for each in ("preorder", "pre-order", "Pre Order", "PreSale")),
        *((each, "backorder") for each in ("backorder", "back order", "onbackorder")),
        *((each, "") for each in ("", "maybe", "x" * 10_000, "in stock soon")),
    ],
)  # fmt: skip
def test_availability_has_one_word_for_many(written: str, meaning: str) -> None:
    assert normalize_availability(written) == meaning


def test_availability_and_units_are_kept_apart() -> None:
    row = parse({"availability": "in stock", "stock": "0"})
    assert (row.product.availability, row.product.stock) == ("in_stock", 0)
    assert row.product.attributes == {}
    unknown = parse({"availability": "ask us", "stock": 3})
    assert (unknown.product.availability, unknown.product.stock) == ("", 3)
    assert unknown.product.attributes == {"availability": "ask us"}
    assert codes(unknown) == ["unknown_availability"]
    assert parse({}).product.availability == ""


@pytest.mark.parametrize(
    ("values", "code"),
    [
        *(({"adult": value}, "adult") for value in ("yes", "TRUE", True, "1")),
        ({"g:adult": "yes"}, "adult"),
        ({"status": "Draft"}, "draft"),
        ({"status": "archived"}, "archived"),
        *(({"published": value}, "unpublished") for value in (False, "no", "FALSE", 0, "-1")),
        ({"published": False, "title": ""}, "unpublished"),
    ],
)
def test_what_the_feed_keeps_from_shoppers_is_withheld(
    values: dict[str, object], code: str
) -> None:
    row = RowParser().parse(RawRow(7, {"id": "1", "title": "Boot"} | values))
    assert isinstance(row, WithheldRow)
    assert (row.line, row.product_id, row.problem.code) == (7, "1", code)


def test_other_words_withhold_nothing() -> None:
    row = parse({"adult": "no", "published": "true", "status": "active"})
    assert row.product.attributes == {}
    assert parse({"status": "refurbished"}).product.attributes == {"status": "refurbished"}


def test_a_withheld_row_without_an_id_is_refused() -> None:
    row = RowParser().parse(RawRow(7, {"id": "", "title": "Boot", "adult": "yes"}))
    assert isinstance(row, RefusedRow)
    assert row.problem.code == "missing_id"


@pytest.mark.parametrize(
    ("values", "path", "attributes"),
    [
        ({"product_type": "A > B", "google_product_category": "X > Y"}, ("A", "B"),
         {"google_product_category": "X > Y"}),
        ({"product_type": "", "google_product_category": "X > Y"}, ("X", "Y"), {}),
        ({"google_product_category": "X > Y"}, ("X", "Y"), {}),
        ({"google_product_category": "1604"}, (), {"google_product_category": "1604"}),
        ({"product_type": "A", "google_product_category": 1604}, ("A",),
         {"google_product_category": "1604"}),
        ({"category": "2024"}, ("2024",), {}),
        ({"category": "", "product_type": "A"}, ("A",), {}),
    ],
)  # fmt: skip
def test_the_shops_own_path_counts_before_googles(
    values: dict[str, object], path: tuple[str, ...], attributes: dict[str, str]
) -> None:
    row = parse(values)
    assert (row.product.category, row.product.attributes) == (path, attributes)


@pytest.mark.parametrize(
    "value",
    [
        "General:Fit:slim, long,Care:Washing: 30 °C,:Sole:rubber",
        [
            {"section_name": "General", "attribute_name": "Fit", "attribute_value": "slim, long"},
            {"attribute_name": "Washing", "attribute_value": "30 °C"},
            {"attribute_name": "Sole", "attribute_value": "rubber"},
        ],
    ],
)
def test_product_details_become_attributes(value: object) -> None:
    assert parse({"product_detail": value}).product.attributes == {
        "Fit": "slim, long", "Sole": "rubber", "Washing": "30 °C",
    }  # fmt: skip


def test_a_detail_without_its_parts_is_kept_as_it_is() -> None:
    assert parse({"product detail": "just words"}).product.attributes == {
        "product_detail": "just words"
    }


def test_highlights_colours_and_shipping_stay_readable() -> None:
    row = parse(
        {
            "product_highlight": ["Warm", "Dry"],
            "color": "Red/Navy",
            "shipping": [{"country": "DE", "price": "4 EUR"}, {"country": "AT"}],
        }
    )
    assert row.product.attributes == {
        "color": "Red/Navy",
        "product_highlight": "Warm, Dry",
        "shipping": "country: DE, price: 4 EUR, country: AT",
    }


def test_what_the_shop_pays_is_no_attribute() -> None:
    row = parse({"cost_of_goods_sold": "3 EUR", "Cost per item": "3", "wholesale price": "9"})
    assert row.product.attributes == {}


@pytest.mark.parametrize(
    ("written", "locations"),
    [
        ("https://c.example/a?x=1,https://c.example/b", ["https://c.example/a?x=1", "https://c.example/b"]),
        ("https://c.example/w_4,h_3/a.jpg", ["https://c.example/w_4,h_3/a.jpg"]),
        ("https://c.example/w_4,h_3/a.jpg , http://d.example/b,c.jpg",
         ["https://c.example/w_4,h_3/a.jpg", "http://d.example/b,c.jpg"]),
        ("https://c.example/a|https://c.example/b", ["https://c.example/a", "https://c.example/b"]),
    ],
)  # fmt: skip
def test_lists_of_addresses_split_between_addresses(written: str, locations: list[str]) -> None:
    row = parse({"additional_image_link": written})
    assert row.images == tuple(map(ImageReference, locations))
