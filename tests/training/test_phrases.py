"""Shoppers' words from a product's facts."""

import random

import numpy as np

from catalog.records import ImageRecord, ProductRecord
from training.batches import Batch, Codes, batches
from training.pairs import TrainingExample, examples_from, is_held_out
from training.phrases import Phrase, Phrasebook, facts_of

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


def test_no_title_is_on_both_sides_and_every_picture_is_an_example() -> None:
    products = [
        ProductRecord(str(n), f"title {n % 50}", images=SHOE.images[:1]) for n in range(200)
    ]
    training, held_out = examples_from(products)
    assert {each.title for each in training}.isdisjoint(each.title for each in held_out)
    assert all(is_held_out(each.title) for each in held_out)
    assert len(training) + len(held_out) == 200
    both = [side for side in examples_from([SHOE]) if side]
    assert [len(side) for side in both] == [2]


def test_an_epoch_deals_every_example_once_and_differs_from_the_next() -> None:
    examples = [TrainingExample(str(n), str(n), str(n), facts_of(SHOE)) for n in range(21)]
    first, again, second = (
        [batch.rows.tolist() for batch in batches(examples, 5, epoch, 3, Phrasebook())]
        for epoch in (0, 0, 1)
    )
    assert first == again != second
    assert len({row for rows in first for row in rows}) == 20


def test_a_picture_that_shows_what_a_phrase_states_is_no_negative() -> None:
    red = ("shoe", "red", "men", "", "", "")
    blue = ("shoe", "blue", "men", "", "", "")
    examples = [
        TrainingExample(str(n), str(n), str(n), facts) for n, facts in enumerate((red, blue))
    ]
    phrases = (
        Phrase("red shoe", ("shoe", "red", "", "", "", "")),
        Phrase("shoe", ("shoe", *[""] * 5)),
    )
    fulfilled = Codes(examples).fulfilled(Batch(np.array([0, 1]), phrases))
    assert fulfilled.tolist() == [[False, True], [False, False]]
