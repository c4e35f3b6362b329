import time

import pytest

from indexer.lexical import LexicalIndex
from search.wording import Rewrite, Wording
from tests.search.wording_shop import clothing

__all__ = ["clothing"]


@pytest.fixture(scope="module")
def wording(clothing: LexicalIndex) -> Wording:
    return Wording.of(clothing)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("adiddas sneekers", "adidas sneakers"),
        ("Nike tshrt, blak!", "Nike tshirt, black!"),
        ("-lether wallet under 50", "-leather wallet under 50"),
        ("t-shrt", "tshirt"),
        ("wach for men, 38mm", "watch for men, 38mm"),
        ("  two   spaces ", "  two   spaces "),
        ("", ""),
        ("€ 50 🎁", "€ 50 🎁"),
    ],
)
def test_mistyped_words_are_mended_and_the_rest_stays(
    wording: Wording, text: str, expected: str
) -> None:
    assert wording.rewrite(text).text == expected


def test_right_query_has_no_changes(wording: Wording) -> None:
    assert wording.rewrite("red leather wallet by Zolta").changes == ()


def test_change_tells_what_was_typed(wording: Wording) -> None:
    assert wording.rewrite("Red Sneekers").changes == (Rewrite("Sneekers", "sneakers", "spelling"),)


def test_quotation_keeps_its_words(wording: Wording) -> None:
    assert wording.rewrite('"sneekers" blak').text == '"sneekers" black'
    assert wording.rewrite("“zapatos rojos” zapatos").text == "“zapatos rojos” shoes"


def test_unfinished_last_word_waits(wording: Wording) -> None:
    assert wording.rewrite("blak sneak", last_is_prefix=True).text == "black sneak"
    assert wording.rewrite("sungla", last_is_prefix=True).text == "sungla"
    assert wording.rewrite("sunlga", last_is_prefix=True).text == "sunlga"


def test_text_of_unknown_words_is_left_alone(wording: Wording) -> None:
    text = " ".join(f"blak{letter}{letter}" for letter in "bcdfghjk")
    assert wording.rewrite(text).text == text


def test_longest_query_is_reworded_in_time(wording: Wording) -> None:
    text = ("sneekers rote schuhe " * 50)[:1000]
    started = time.perf_counter()
    wording.rewrite(text)
    assert time.perf_counter() - started < 0.5
