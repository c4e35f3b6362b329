"""What holds for any sentence."""

import re
import time
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from search.filters import compile_filter
from search.understand import english
from search.understand.tokens import PhraseBook
from tests.search.understand.shop import BRANDS, COLOURS, columns, read

WORDS = (
    *english.EXCLUDING, *english.LACKING, *english.AT_MOST, *english.AT_LEAST, *english.NEAR,
    *english.CHEAP, *english.IN_STOCK, *english.OUT_OF_STOCK, *english.ON_SALE, *english.FIXED,
    *BRANDS, *COLOURS, "dress", "dresses", "shirt", "shoes", "dress shoes", "bag", "laces",
    "stripes",
    "leather", "and", "or", ",", ", ", "with", "for men", "in", "by", "20", "50 €", "$50", "20-40",
    "size", "42", "UK 9", "XL", "-red", "-", "leather-free", "non-", "👟", "ß", "红", "'", '"', "/",
    "&", "%", "~", "(", ")", "1.000,50", "free", "the", "men's",
)  # fmt: skip
PHRASES = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
ANYTHING = st.one_of(PHRASES, st.text(max_size=80))


def said(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


@settings(max_examples=150, deadline=None)
@given(ANYTHING)
@example("0A0 under ٣ 1²")
@example("without any of the")
@example("not not red")
@example("but and , or no")
def test_no_word_is_lost(text: str) -> None:
    understood = read(text)
    kept = said(understood.positive)
    for chip in understood.chips:
        kept |= said(chip.words) + Counter()
    assert said(text).keys() <= kept.keys()
    assert understood.text == text


def test_what_is_no_word_stays_where_it_stands() -> None:
    assert read("👟 shoes ✨ not red 🎁").positive == "👟 shoes ✨ 🎁"


@settings(max_examples=120, deadline=None)
@given(ANYTHING)
def test_taking_all_chips_off_ends_in_a_sentence_without_chips(text: str) -> None:
    left = len(said(text)) + sum(said(text).values())
    while chips := read(text).chips:
        text = chips[0].without
        now = len(said(text)) + sum(said(text).values())
        assert now < left, text
        left = now


@settings(max_examples=80, deadline=None)
@given(ANYTHING)
def test_every_filter_is_one_that_the_catalogue_answers(text: str) -> None:
    for chip in read(text).chips:
        assert chip.label
        assert chip.words
        if chip.filter is not None:
            assert compile_filter(chip.filter, columns()).shape == (columns().products,)


@settings(max_examples=80, deadline=None)
@given(PHRASES)
def test_understanding_the_rest_again_finds_no_exclusion_in_it(text: str) -> None:
    understood = read(text)
    if len(understood.chips) < 12:  # beyond, further ones stay in the text on purpose
        again = read(understood.positive)
        assert said(again.positive).keys() <= said(understood.positive).keys()


@pytest.mark.parametrize(
    "text",
    ["a " * 256, "not red, " * 56, "no a or " * 64, "without, " * 56, "- " * 256, "red " * 128,
     "under " * 85, "20-40-" * 85, "in by for " * 51, "black and decker " * 30],
)  # fmt: skip
def test_the_longest_sentence_is_read_fast(text: str) -> None:
    read("warm")
    quickest = min(timed(text[:512]) for _ in range(3))
    assert quickest < 0.1  # about 0.01 s; a quadratic reading of these takes seconds


@pytest.mark.parametrize(
    "text",
    ["red leather bag without laces or buckles, under 50 but not by Acme, ", "not red, ", "a ",
     "without ", "red, ", "20-40 € ", "in black or ", "off white and "],
)  # fmt: skip
def test_reading_twice_the_words_looks_up_twice_as_much(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    once, twice = text * (128 // len(text)), text * (256 // len(text))
    looked_up = []
    match = PhraseBook.match
    monkeypatch.setattr(PhraseBook, "match", lambda *a: looked_up.append(a[2]) or match(*a))  # type: ignore[func-returns-value]
    counts = []
    for sentence in (once, twice):
        looked_up.clear()
        read(sentence)
        counts.append(len(looked_up) / len(sentence.split()))
    assert counts[1] <= 1.25 * counts[0] + 1


def timed(text: str) -> float:
    begun = time.perf_counter()
    read(text)
    return time.perf_counter() - begun
