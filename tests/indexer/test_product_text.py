from __future__ import annotations

from catalog.records import ProductRecord
from indexer.product_text import MAX_CHARS, product_text, product_texts


def test_the_most_telling_comes_first() -> None:
    product = ProductRecord(
        "1",
        "Sahara Jersey",
        description="Breathable.\n  For hot days.",
        brand="Nike",
        category=("Apparel", "Topwear", "Tshirts"),
        attributes={"usage": "Sports", "base_colour": "Blue"},
    )
    assert product_text(product) == (
        "Sahara Jersey. Tshirts. Topwear. Apparel. Nike. base colour Blue. usage Sports. "
        "Breathable. For hot days"
    )


def test_parts_that_repeat_what_was_said_are_left_out() -> None:
    product = ProductRecord(
        "1", "Nike Blue Shoes", brand="NIKE", category=("Shoes",), attributes={"colour": "blue"}
    )
    assert product_text(product) == "Nike Blue Shoes"


def test_values_that_no_picture_shows_are_left_out() -> None:
    attributes = {"has_large_image": "0", "gtin": "4006381333931", "link": "https://shop/a"}
    assert product_text(ProductRecord("1", "Lamp", attributes=attributes)) == "Lamp"


def test_the_order_of_attributes_does_not_matter() -> None:
    one = ProductRecord("1", "Lamp", attributes={"a": "x", "b": "y"})
    two = ProductRecord("1", "Lamp", attributes={"b": "y", "a": "x"})
    assert product_text(one) == product_text(two) == "Lamp. a x. b y"


def test_long_descriptions_are_bounded() -> None:
    assert len(product_text(ProductRecord("1", "Lamp", description="long " * 5000))) == MAX_CHARS


def test_a_product_without_words_has_no_text() -> None:
    assert product_text(ProductRecord("1", " ")) == ""


def test_a_product_of_a_known_kind_has_a_second_text_in_shoppers_words() -> None:
    product = ProductRecord("1", "Sahara Jersey", category=("Apparel", "Tshirts"))
    assert product_texts(product) == (
        product_text(product),
        "t-shirt, tee, tee shirt, cotton tee, casual tee, short sleeved tee",
    )


def test_a_product_of_no_known_kind_has_its_own_text_alone() -> None:
    assert product_texts(ProductRecord("1", "Sahara", category=("Gizmos",))) == ("Sahara. Gizmos",)
    assert product_texts(ProductRecord("1", " ")) == ()


def test_a_text_that_is_its_kinds_words_is_not_given_twice() -> None:
    assert product_texts(ProductRecord("1", "perfume gift set")) == ("perfume gift set",)
