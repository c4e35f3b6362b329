"""Shoppers' words from a product's facts."""

import random

from catalog.records import ImageRecord, ProductRecord
from training.phrases import Phrasebook, facts_of

SHOE = ProductRecord(
    "1",
    "Acme Men's Striped Canvas Sneaker",
    category=("Footwear", "Shoes", "Casual Shoes"),
    attributes={"base_colour": "Navy Blue", "usage": "Casual"},
    images=(ImageRecord("a" * 64, "", 60, 80), ImageRecord("b" * 64, "", 60, 80)),
)


def test_facts_come_from_category_attributes_and_title() -> None:
    assert facts_of(SHOE) == ("casual shoes", "navy blue", "men", "casual", "striped", "canvas")


def test_a_product_that_says_little_has_few_facts() -> None:
    assert facts_of(ProductRecord("2", "Thing")) == ("", "", "", "", "", "")


def test_phrases_state_only_facts_and_use_other_words_than_the_title() -> None:
    book, chance = Phrasebook(), random.Random(0)
    phrases = [book.compose(facts_of(SHOE), chance) for _ in range(200)]
    for phrase in phrases:
        assert all(
            stated in ("", fact) for stated, fact in zip(phrase.facts, facts_of(SHOE), strict=True)
        )
    words = " ".join(phrase.text for phrase in phrases)
    assert "sneakers" in words
    assert "dark blue" in words
    assert "acme" not in words


def test_phrases_are_decided_by_the_seed() -> None:
    book = Phrasebook()
    once, again = (
        [book.compose(facts_of(SHOE), chance).text for _ in range(20)]
        for chance in (random.Random(7), random.Random(7))
    )
    assert once == again
