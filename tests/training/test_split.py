"""No product on both sides, no published title trained on, and nothing lost uncounted."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.pairs import NO_FACTS, TrainingExample, WeightedText
from training.skipped import Skipped
from training.split import MAX_PRODUCTS_OF_PICTURE, is_held_out, split

TITLES = [f"title {number}" for number in range(200)]
HELD = [title for title in TITLES if is_held_out(title)]
FREE = [title for title in TITLES if not is_held_out(title)]


def example(
    title: str, product: str = "", image: str = "", group: str = "", *more: str
) -> TrainingExample:
    texts = tuple(WeightedText(text, 1.0) for text in (title, *more))
    return TrainingExample(product or title, image or title, texts, NO_FACTS, group)


def folded(title: str) -> str:
    return " ".join(title.split()).casefold()


def titles(examples: Iterable[TrainingExample]) -> list[str]:
    return [each.title for each in examples]


def test_the_published_rule_is_unchanged() -> None:
    """The validation split of a published catalogue was made with it."""
    assert is_held_out("109F Women White Tunic")
    assert is_held_out("ADIDAS Celtics Black Unisex Backpack")
    assert not is_held_out("Nike Men Blue T20 Indian Cricket Jersey")


# Few values, so that much is shared; a third of the titles are held out, and one in two
# pairs of titles differs in case or spaces alone.
SOME_TITLES = [*HELD[:4], *FREE[:6], HELD[0].upper(), FREE[0].replace(" ", "  ")]
EXAMPLES = st.lists(
    st.builds(
        example,
        st.sampled_from(SOME_TITLES),
        st.sampled_from([str(number) for number in range(25)]),
        st.sampled_from([f"picture {number}" for number in range(25)]),
        st.sampled_from(["", "", "", "g1", "g2", "g3"]),
        st.sampled_from([*SOME_TITLES, "a query", "another query"]),
    ),
    max_size=30,
)


@given(EXAMPLES)
@settings(max_examples=300, derandomize=True, deadline=None)
def test_the_sides_share_nothing_and_what_is_on_neither_is_counted(
    examples: list[TrainingExample],
) -> None:
    skipped = Skipped()
    training, held_out = split(examples, skipped=skipped)
    for key in (
        lambda each: folded(each.title),
        lambda each: each.product_id,
        lambda each: each.image,
        lambda each: each.group or None,
    ):
        shared = {key(each) for each in training} & {key(each) for each in held_out}
        assert shared - {None} == set()
    taught = {text.text for each in training for text in each.texts}
    assert not any(is_held_out(text) for text in taught if text in titles(examples))
    assert taught.isdisjoint(titles(held_out))
    lost = skipped.total - skipped.counts["text_is_held_out_title"]
    assert len(training) + len(held_out) + lost == len(examples)


@given(EXAMPLES, st.randoms(use_true_random=False))
@settings(max_examples=50, derandomize=True, deadline=None)
def test_the_order_of_the_examples_does_not_matter(
    examples: list[TrainingExample], chance: object
) -> None:
    shuffled = list(examples)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    for side, again in zip(split(examples), split(shuffled), strict=True):
        assert sorted(side, key=repr) == sorted(again, key=repr)


def test_each_side_keeps_the_order_of_the_examples() -> None:
    training, held_out = split(example(title) for title in reversed(TITLES))
    assert titles(training) == list(reversed(FREE))
    assert titles(held_out) == list(reversed(HELD))


def test_what_shares_a_picture_with_a_held_out_title_is_on_neither_side() -> None:
    skipped = Skipped()
    sides = split(
        [
            example(HELD[0], image="one"),
            example(FREE[0], image="one"),
            example(FREE[0], image="two", product="second"),
            example(FREE[1], image="two"),
            example(FREE[2], image="three"),
        ],
        skipped=skipped,
    )
    assert [titles(side) for side in sides] == [[FREE[2]], [HELD[0]]]
    assert skipped.counts == {"shares_picture_with_held_out": 3}


def test_a_variant_group_goes_by_its_smallest_title() -> None:
    early, late = min(HELD), max(HELD)
    first, last = min(FREE), max(FREE)
    assert first < early < last, "the titles suit the test"
    skipped = Skipped()
    sides = split(
        [
            example(early, group="held"),
            example(last, group="held"),
            example(first, group="trained"),
            example(late, group="trained"),
        ],
        skipped=skipped,
    )
    assert [titles(side) for side in sides] == [[first], [early, last]]
    assert skipped.counts == {"held_out_title_of_trained_group": 1}


@pytest.mark.parametrize("variants", [1, 4, 20])
def test_one_in_twenty_is_held_out_however_large_the_groups_are(variants: int) -> None:
    examples = [
        example(f"model {number // variants} colour {number}", group=str(number // variants))
        for number in range(1000 * variants)
    ]
    training, held_out = split(examples)
    assert len(held_out) / len(examples) == pytest.approx(0.05, abs=0.02)
    assert len(training) / len(examples) > 0.88


def test_a_size_chart_on_every_product_does_not_join_the_shop() -> None:
    skipped = Skipped()
    products = [*HELD, *FREE][: MAX_PRODUCTS_OF_PICTURE + 1]
    charts = [example(title, image="size chart") for title in products]
    photos = [example(title, image=f"photo of {title}") for title in products]
    training, held_out = split(charts + photos, skipped=skipped)
    assert {each.title for each in training} == set(products) & set(FREE)
    assert {each.title for each in held_out} == set(products) & set(HELD)
    assert "size chart" not in {each.image for each in training + held_out}
    assert skipped.counts == {"picture_of_many_products": MAX_PRODUCTS_OF_PICTURE + 1}


def test_the_variants_of_one_group_may_share_one_picture() -> None:
    sizes = [example(title, image="shoe", group="shoe") for title in FREE[:40]]
    training, held_out = split(sizes)
    assert (titles(training), held_out) == (FREE[:40], [])


def test_named_titles_are_held_out_whatever_their_case_and_spaces() -> None:
    folded_at_import, other = FREE[0], FREE[1]
    published = folded_at_import.replace(" ", "  ").upper()
    training, held_out = split([example(folded_at_import), example(other)], [published])
    assert [titles(training), titles(held_out)] == [[other], [folded_at_import]]


def test_a_query_that_is_a_held_out_title_is_not_trained_on() -> None:
    skipped = Skipped()
    query = HELD[0].upper()
    training, _ = split(
        [example(HELD[0]), example(FREE[0], "p", "i", "", query, "a query")], skipped=skipped
    )
    assert [text.text for each in training for text in each.texts] == [FREE[0], "a query"]
    assert skipped.counts == {"text_is_held_out_title": 1}


def test_an_example_without_its_title_among_its_texts_goes_by_the_title() -> None:
    texts = (WeightedText(FREE[0], 1.0),)
    line = TrainingExample("1", "1", texts, NO_FACTS, "", product_title=HELD[0])
    assert split([line]) == ([], [line])
