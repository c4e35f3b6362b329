"""Who meets whom, with which words, and which pairs are no negatives."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from training.batches import Batch, Codes, batches
from training.pairs import NO_FACTS, TrainingExample, WeightedText
from training.phrases import Phrase, Phrasebook

BOOK = Phrasebook()
FACTS = ("shoe", "red", "men", "", "", "")


def example(
    number: int, *texts: str, image: str = "", product: str = "", weight: float = 1.0
) -> TrainingExample:
    weighted = tuple(WeightedText(text, 1.0) for text in texts or (f"title {number}",))
    return TrainingExample(
        product or str(number), image or str(number), weighted, FACTS, "", weight
    )


def batch_of(texts: list[str]) -> Batch:
    rows = np.arange(len(texts))
    phrases = (Phrase("product", NO_FACTS),) * len(texts)
    return Batch(rows, tuple(texts), phrases, np.ones(len(texts), dtype=np.float32))


def as_values(batch: Batch) -> tuple[object, ...]:
    return batch.rows.tolist(), batch.texts, batch.phrases, batch.weights.tolist()


EXAMPLES = [example(n, f"title {n}", f"text {n}", weight=n + 0.5) for n in range(23)]


def test_an_epoch_deals_every_example_once_but_for_the_last_few() -> None:
    dealt = [batch.rows.tolist() for batch in batches(EXAMPLES, 5, 0, 3, BOOK)]
    assert [len(rows) for rows in dealt] == [5, 5, 5, 5]
    assert Counter(row for rows in dealt for row in rows).most_common(1)[0][1] == 1


def test_seed_and_epoch_decide_rows_and_words() -> None:
    first, again, epoch, seed = (
        [as_values(batch) for batch in batches(EXAMPLES, 5, epoch, seed, BOOK)]
        for epoch, seed in ((0, 3), (0, 3), (1, 3), (0, 4))
    )
    assert first == again
    assert first != epoch
    assert first != seed


def test_a_run_that_goes_on_in_the_middle_of_an_epoch_meets_the_same_batches() -> None:
    whole = [as_values(batch) for batch in batches(EXAMPLES, 5, 2, 3, BOOK)]
    rest = [as_values(batch) for batch in batches(EXAMPLES, 5, 2, 3, BOOK, start=2)]
    assert rest == whole[2:]


def test_a_batch_brings_each_row_its_own_words_and_weight() -> None:
    for batch in batches(EXAMPLES, 5, 0, 3, BOOK):
        for row, text, weight in zip(batch.rows, batch.texts, batch.weights, strict=True):
            assert text in (f"title {row}", f"text {row}")
            assert weight == row + 0.5
        assert batch.weights.dtype == np.float32


def test_texts_are_drawn_by_weight() -> None:
    texts = (WeightedText("often", 3.0), WeightedText("seldom", 1.0))
    examples = [TrainingExample(str(n), str(n), texts, NO_FACTS, "") for n in range(4000)]
    drawn = Counter(text for batch in batches(examples, 500, 0, 0, BOOK) for text in batch.texts)
    assert drawn["often"] / 4000 == pytest.approx(0.75, abs=0.03)


def test_fewer_examples_than_a_batch_make_none() -> None:
    assert list(batches(EXAMPLES, 24, 0, 0, BOOK)) == []


def test_neighbours_meet_in_a_batch_and_each_row_once() -> None:
    clusters = np.arange(60) % 6 * 1000 + 7
    dealt = [
        batch.rows for batch in batches([example(n) for n in range(60)], 20, 0, 1, BOOK, clusters)
    ]
    assert sorted(row for rows in dealt for row in rows.tolist()) == list(range(60))
    assert [len(set(clusters[rows].tolist())) for rows in dealt] == [2, 2, 2]


def test_neighbourhoods_meet_others_in_the_next_epoch() -> None:
    clusters, examples = np.arange(60) // 10, [example(n) for n in range(60)]
    first, second = (
        {
            frozenset(clusters[batch.rows].tolist())
            for batch in batches(examples, 20, epoch, 1, BOOK, clusters)
        }
        for epoch in (0, 1)
    )
    assert first != second


def test_a_cluster_larger_than_a_batch_does_not_fill_the_next_one_too() -> None:
    clusters, examples = np.arange(400) // 100, [example(n) for n in range(400)]
    dealt = [int(clusters[batch.rows[0]]) for batch in batches(examples, 10, 0, 1, BOOK, clusters)]
    changes = sum(one != other for one, other in pairwise(dealt))
    assert changes > 20


def test_equal_drawn_texts_pictures_and_products_are_no_negatives() -> None:
    examples = [
        example(0, "red shoe"),
        example(1, "red shoe"),
        example(2, "boot", image="one"),
        example(3, "blue boot", image="one"),
        example(4, "hat", product="p"),
        example(5, "green hat", product="p"),
        example(6, "sock"),
    ]
    same = Codes(examples).same(batch_of([each.title for each in examples]))
    expected = np.zeros((7, 7), dtype=bool)
    for i, j in ((0, 1), (2, 3), (4, 5)):
        expected[i, j] = expected[j, i] = True
    assert same.numpy().tolist() == expected.tolist()


def test_a_text_that_a_picture_owns_but_did_not_draw_is_no_negative_of_it() -> None:
    examples = [example(0, "polo", "Shirts, Topwear"), example(1, "tee", "Shirts, Topwear")]
    same = Codes(examples).same(batch_of(["polo", "Shirts, Topwear"]))
    assert same.tolist() == [[False, True], [False, False]]


def test_variants_with_other_texts_stay_negatives() -> None:
    variants = [
        TrainingExample(str(n), str(n), (WeightedText(text, 1.0),), NO_FACTS, "one group")
        for n, text in enumerate(("red shoe", "blue shoe"))
    ]
    same = Codes(variants).same(batch_of(["red shoe", "blue shoe"]))
    assert same.tolist() == [[False, False], [False, False]]


def test_rows_of_a_batch_are_looked_up_in_the_examples() -> None:
    examples = [example(0, "a"), example(1, "b"), example(2, "a"), example(3, "c")]
    batch = Batch(
        np.array([3, 2, 0]),
        ("c", "a", "a"),
        (Phrase("product", NO_FACTS),) * 3,
        np.ones(3, dtype=np.float32),
    )
    assert Codes(examples).same(batch).tolist() == [
        [False, False, False],
        [False, False, True],
        [False, True, False],
    ]


def test_a_picture_that_shows_what_a_phrase_states_is_no_negative() -> None:
    red, blue = FACTS, ("shoe", "blue", "men", "", "", "")
    examples = [
        TrainingExample(str(n), str(n), (WeightedText(str(n), 1.0),), facts, "")
        for n, facts in enumerate((red, blue))
    ]
    phrases = (
        Phrase("red shoe", ("shoe", "red", "", "", "", "")),
        Phrase("shoe", ("shoe", *[""] * 5)),
    )
    batch = Batch(np.array([0, 1]), ("0", "1"), phrases, np.ones(2, dtype=np.float32))
    assert Codes(examples).fulfilled(batch).tolist() == [[False, True], [False, False]]
