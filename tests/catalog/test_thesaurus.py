"""Shoppers' words, and which of them fit a product."""

import tomllib

import pytest

from catalog.records import ProductRecord
from catalog.thesaurus import THESAURUS, kind_of, phrases_of_colour, phrases_of_kind

BOOK = tomllib.loads(THESAURUS.read_text(encoding="utf-8"))


def test_phrases_come_in_the_order_of_the_file_whatever_the_case() -> None:
    expected = ("t-shirt", "tee", "tee shirt", "cotton tee", "casual tee", "short sleeved tee")
    assert phrases_of_kind("tshirts") == phrases_of_kind("TShirts") == expected
    assert phrases_of_colour("Navy Blue") == ("navy", "dark blue", "navy blue")


def test_what_is_not_known_has_no_phrases() -> None:
    assert (phrases_of_kind("gizmos"), phrases_of_kind(""), phrases_of_colour("")) == ((), (), ())


def test_every_name_in_the_file_can_be_found_and_says_something() -> None:
    for name, phrases in {**BOOK["kinds"], **BOOK["colours"]}.items():
        assert name == name.lower()
        assert phrases
        assert all(phrase == " ".join(phrase.split()) != "" for phrase in phrases)


@pytest.mark.parametrize("kind", BOOK["kinds"])
def test_a_category_named_like_a_kind_is_that_kind(kind: str) -> None:
    product = ProductRecord("1", "Office Chair", category=("Shop", kind.title()))
    assert kind_of(product) == kind


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Acme Oak Club Chair", "chairs"),
        ("Two Chairs", "chairs"),
        ("Aria Floor Lamp", "floor lamps"),
        ("Aria Lamp", ""),
        ("Chef's Knife", "knives"),
        ("Red Leather Glove", "gloves"),
        ("Silk Scarf", "scarves"),
        ("Oak Bookshelf", "bookshelves"),
        ("SUMMER DRESS", "dresses"),
        ("Acme Automatic Watch", "watches"),
        ("Striped Tie.", "ties"),
        ("Sun Hat", "hat"),
        ("Crew-neck T-Shirt", "t-shirts"),
        ("Polo Shirt", "polo shirts"),
        ("Blue Sneakers", "sneakers"),
        ("Chair", "chairs"),
        ("Chairman", ""),
        ("Chair cover in grey", ""),
        ("Acme 3000", ""),
        ("", ""),
        (" - ", ""),
    ],
)
def test_the_longest_name_that_the_title_ends_with_is_the_kind(title: str, kind: str) -> None:
    assert kind_of(ProductRecord("1", title)) == kind


def test_a_category_counts_in_singular_and_in_plural_and_before_the_title() -> None:
    for category in ("Coffee Table", "coffee tables", "COFFEE TABLES"):
        assert kind_of(ProductRecord("1", "Club Chair", category=("Home", category))) == (
            "coffee tables"
        )


def test_only_the_narrowest_category_counts_and_the_title_helps_where_it_is_unknown() -> None:
    assert kind_of(ProductRecord("1", "Acme 3000", category=("Chairs", "Sale"))) == ""
    assert kind_of(ProductRecord("1", "Acme 3000 desk", category=("Chairs", "Sale"))) == "desks"


def test_a_kind_of_that_name_goes_before_one_that_is_called_so_as_well() -> None:
    assert phrases_of_kind("sports shoes")[0] == "sneakers"
    assert kind_of(ProductRecord("1", "Nice sneaker")) == "sneakers"
