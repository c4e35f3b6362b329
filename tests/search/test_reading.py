"""A sentence read in a shop's words: what its chips let through, and whether it says more."""

import pytest

from catalog.records import ProductRecord
from search.filters import AllOf, In, Not, Range
from search.reading import Reading, as_it_stands
from search.understand.sentence import understand
from search.understand.vocabulary import Vocabulary
from tests.search.understand.shop import columns_of, read


def reading(text: str) -> Reading:
    return Reading(text, (), read(text))


def test_the_filters_of_all_chips_hold_together() -> None:
    found = reading("nike shoes under 50, not red").filter
    assert isinstance(found, AllOf)
    assert In("brand", frozenset({"Nike"})) in found.filters
    assert any(isinstance(each, Range) and each.maximum == 50 for each in found.filters)
    assert any(isinstance(each, Not) for each in found.filters)


def test_a_sentence_without_filters_lets_everything_through() -> None:
    assert reading("birthday surprise").filter is None
    assert reading("shirt without stripes").filter == AllOf(
        (In("category", frozenset({"Men > Clothing > Shirts"})),)
    )


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("nike", False), ("Nike shoes", False), ("the red dress", False),
        ("show me watches", False), ("dress shoes", False),
        ("black dresses by Nike under 50", False), ("dresses in stock", False),
        ("summer dress", True), ("nike runners", True), ("birthday surprise", True),
        ("shirt without stripes", False), ("", False),
    ],
)  # fmt: skip
def test_filters_alone_decide_only_where_every_word_has_one(text: str, more: bool) -> None:
    assert reading(text).says_more is more


def test_a_chip_without_a_filter_leaves_its_words_to_the_search() -> None:
    """A shop without prices answers "shoes under 50" with shoes, and by likeness."""
    plain = Vocabulary.of(columns_of([ProductRecord("1", "Shoe")]))
    found = Reading("shoes under 50", (), understand("shoes under 50", plain))
    assert found.filter is None
    assert found.says_more


def test_a_sentence_to_the_letter_has_no_chips() -> None:
    found = as_it_stands("nike shoes not red")
    assert found.understanding.positive == "nike shoes not red"
    assert (found.filter, found.rewrites, found.understanding.chips) == (None, (), ())
    assert found.says_more
