"""What an example is called by."""

import random

from training.pairs import NO_FACTS, TrainingExample, WeightedText
from training.phrases import Phrasebook

TEXTS = (WeightedText("Red shoe", 1.0), WeightedText("a shoe for runners", 0.5))


def test_an_example_is_called_by_its_first_text() -> None:
    assert TrainingExample("1", "a" * 64, TEXTS, NO_FACTS, "").title == "Red shoe"


def test_a_title_that_is_no_text_is_still_what_an_example_is_called_by() -> None:
    example = TrainingExample("1", "a" * 64, TEXTS[1:], NO_FACTS, "", product_title="Red shoe")
    assert example.title == "Red shoe"


def test_an_example_without_facts_still_makes_a_phrase() -> None:
    phrase = Phrasebook().compose(NO_FACTS, random.Random(0))
    assert (phrase.text, phrase.facts) == ("product", ("", "", "", "", "", ""))
