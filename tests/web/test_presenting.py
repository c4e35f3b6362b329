from __future__ import annotations

from itertools import pairwise

import pytest

from catalog.records import ImageRecord, ProductRecord
from search.query import Page
from search.results import SearchHit, SearchResults
from web.cards import card_of, grid_of, picture_of, product_page_of
from web.listing import Listing
from web.money import decimal_amount, shown_amount
from web.pagination import paginate, shown_numbers
from web.urls import product_url, similar_url


@pytest.mark.parametrize(
    ("minor", "currency", "amount", "shown"),
    [
        (2990, "EUR", "29.90", "€29.90"),
        (0, "EUR", "0.00", "€0.00"),
        (5, "USD", "0.05", "$0.05"),
        (129900, "GBP", "1299.00", "£1,299.00"),
        (2990, "JPY", "2990", "¥2,990"),
        (1250, "KWD", "1.250", "KWD\u00a01.250"),
        (990, "CHF", "9.90", "CHF\u00a09.90"),
        (10**12, "EUR", "10000000000.00", "€10,000,000,000.00"),
    ],
)
def test_an_amount_has_its_currencys_decimals(
    minor: int, currency: str, amount: str, shown: str
) -> None:
    assert decimal_amount(minor, currency) == amount
    assert shown_amount(minor, currency) == shown


def test_addresses_hold_any_text() -> None:
    assert product_url("a/b c?d#é%") == "/products/a%2Fb%20c%3Fd%23%C3%A9%25"
    assert similar_url("7", 2) == "/products/7/similar?page=2"
    assert Listing("red & blue").url == "/search?q=red+%26+blue"
    assert Listing("in blue", upload="token", page=3).url == "/search/image/token?q=in+blue&page=3"
    assert Listing(upload="token").url == "/search/image/token"


def results(total: int, page: int, size: int = 24) -> SearchResults:
    return SearchResults((), total, Page(page, size), "g", "f", True, {})


@pytest.mark.parametrize(
    ("total", "page", "labels", "previous", "following"),
    [
        (0, 1, [], "", ""),
        (24, 1, ["1"], "", ""),
        (25, 1, ["1", "2"], "", "2"),
        (240, 5, ["1", "…", "4", "5", "6", "…", "10"], "4", "6"),
        (240, 10, ["1", "…", "9", "10"], "9", ""),
        (240, 12, ["1", "…", "10"], "10", ""),
        (10**6, 416, ["1", "…", "415", "416"], "415", ""),
    ],
)
def test_page_lists_show_the_ends_and_the_neighbours(
    total: int, page: int, labels: list[str], previous: str, following: str
) -> None:
    pagination = paginate(results(total, page), str)
    assert [link.label for link in pagination.links] == labels
    assert (pagination.previous_url, pagination.next_url) == (previous, following)
    assert [link.label for link in pagination.links if link.current] == [str(page)] * (
        str(page) in labels
    )


@pytest.mark.parametrize(
    ("total", "page", "out_of_reach"),
    [(0, 1, 0), (25, 1, 0), (25, 2, 0), (9984, 416, 0), (20_036, 415, 0), (20_036, 416, 10_052)],
)
def test_the_last_page_tells_what_is_behind_it(total: int, page: int, out_of_reach: int) -> None:
    assert paginate(results(total, page), str).out_of_reach == out_of_reach


def test_every_page_number_shown_can_be_asked_for() -> None:
    for last in range(1, 12):
        for current in range(1, last + 1):
            numbers = shown_numbers(current, last)
            assert numbers == sorted(set(numbers))
            assert {1, current, last} <= set(numbers) <= set(range(1, last + 1))
            assert 2 not in [b - a for a, b in pairwise(numbers)]


def image(width: int, alt: str = "") -> ImageRecord:
    return ImageRecord("a" * 64, alt, width, width * 4 // 3)


def hit(**fields: object) -> SearchHit:
    pictures = fields.pop("images", ())
    product = ProductRecord(id="1", title="Lamp", images=pictures, **fields)  # type: ignore[arg-type]
    return SearchHit(product, 0.5, product.images[0] if product.images else None)


def test_a_tiny_picture_is_shown_at_twice_its_size_at_most() -> None:
    shown = picture_of(image(60), "Lamp", 480)
    assert (shown.width, shown.height, shown.srcset) == (120, 160, "")
    assert (shown.tiny, shown.modest) == (True, True)
    assert picture_of(image(168), "Lamp", 480).tiny is False
    assert picture_of(image(480), "Lamp", 480).modest is False


def test_cards_stand_closer_where_most_pictures_are_small() -> None:
    small, large = hit(images=(image(60),)), hit(images=(image(480),))
    assert grid_of([small, small, large]).compact is True
    assert grid_of([small, large]).compact is False
    assert grid_of([hit()]).compact is False


def test_a_cards_picture_does_not_say_the_title_again() -> None:
    silent, told = (
        card_of(hit(images=(image(480),))),
        card_of(hit(images=(image(480, "On a desk"),))),
    )
    assert silent.picture is not None
    assert told.picture is not None
    assert (silent.picture.alt, told.picture.alt) == ("", "On a desk")
    page = product_page_of(hit(images=(image(480),)).product)
    assert page.pictures[0].alt == "Lamp"


@pytest.mark.parametrize(
    ("availability", "stock", "on_card", "on_page", "in_stock"),
    [
        ("in_stock", None, "", "In stock", True),
        ("out_of_stock", None, "Out of stock", "Out of stock", False),
        ("out_of_stock", 9, "Out of stock", "Out of stock", False),
        ("in_stock", 0, "Out of stock", "Out of stock", False),
        ("preorder", None, "Pre-order", "Pre-order", True),
        ("backorder", 0, "On back-order", "On back-order", True),
    ],
)
def test_availability_is_told_where_the_stock_does_not_say_more(
    availability: str, stock: int | None, on_card: str, on_page: str, in_stock: bool
) -> None:
    given = hit(stock=stock, availability=availability)
    page = product_page_of(given.product)
    assert card_of(given).stock_note == on_card
    assert (page.stock_note, page.in_stock) == (on_page, in_stock)


@pytest.mark.parametrize(("was", "shown"), [(None, ""), (5000, "€50.00"), (2000, "")])
def test_a_former_price_is_told_only_where_it_was_higher(was: int | None, shown: str) -> None:
    given = hit(price_minor=2990, currency="EUR", was_minor=was)
    assert (card_of(given).was, product_page_of(given.product).was) == (shown, shown)


@pytest.mark.parametrize(
    ("stock", "on_card", "on_page", "in_stock"),
    [
        (None, "", "", None),
        (0, "Out of stock", "Out of stock", False),
        (1, "Only 1 left", "Only 1 left", True),
        (4, "", "In stock", True),
    ],
)
def test_stock_is_told_as_far_as_it_is_known(
    stock: int | None, on_card: str, on_page: str, in_stock: bool | None
) -> None:
    given = hit(stock=stock)
    page = product_page_of(given.product)
    assert card_of(given).stock_note == on_card
    assert (page.stock_note, page.in_stock) == (on_page, in_stock)
