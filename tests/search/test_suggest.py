"""Suggestions against a slow and obvious reading of what they promise."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.records import ProductRecord
from indexer.attributes import Columns, ColumnsWriter
from indexer.documents import Documents, DocumentsWriter
from indexer.lexical import LexicalIndex
from indexer.lexical_words import indexed_words, plain_words
from indexer.lexical_writer import LexicalWriter
from search.filters import In
from search.suggest import MAX_LIMIT, Suggester, Suggestion
from search.suggest_entries import SuggestionKind
from search.suggest_spans import spans_of

SHOP = (
    ProductRecord("1", "Nike Air Running Shoe", brand="Nike", category=("Men", "Shoes")),
    ProductRecord("2", "NIKE  Air running shoe", brand="NIKE", category=("Men", "Shoes")),
    ProductRecord("3", "Acme Red Leather Handbag", brand="Acme", category=("Women", "Bags")),
    ProductRecord("4", "Puma Blue Sneaker", brand="Puma", category=("Women", "Shoes")),
    ProductRecord("5", "Crème T-Shirt", brand="Nimbus", category=("Men", "Tops", "Tops")),
    ProductRecord("6", "红色连衣裙", category=("Women", "Dresses")),
    ProductRecord("7", "Puma Sneaker Cleaner", brand="Puma", category=("Care",)),
    ProductRecord("8", "", brand="Puma", category=("Care",)),
)
CLICKED = {
    "running shoes": 9,
    "Running  Shoes": 3,
    "red handbag": 5,
    "snaekers xqz": 50,
    "jane doe 0171 555": 2,
    "shoes": 4,
}


@contextmanager
def suggesting(
    products: Sequence[ProductRecord], clicked: Mapping[str, int] = {}
) -> Iterator[Suggester]:
    with TemporaryDirectory() as folder:
        directory = Path(folder)
        writers = ColumnsWriter(directory), DocumentsWriter(directory), LexicalWriter(directory)
        for product in products:
            for writer in writers:
                writer.add(product)
        for writer in writers:
            writer.finish()
        lexical = LexicalIndex(directory)
        yield Suggester.of(Columns(directory), lexical, Documents(directory), clicked)


@pytest.fixture(scope="module")
def suggester() -> Iterator[Suggester]:
    with suggesting(SHOP, CLICKED) as made:
        yield made


def told(found: Sequence[Suggestion], kind: SuggestionKind) -> list[tuple[str, int]]:
    return [(each.text, each.count) for each in found if each.kind is kind]


def test_each_kind_is_suggested_with_its_count_and_what_it_stands_for(
    suggester: Suggester,
) -> None:
    running = suggester.suggest("run")
    assert told(running, SuggestionKind.QUERY) == [("running shoes", 12)]
    (title,) = [each for each in running if each.kind is SuggestionKind.TITLE]
    assert (title.text, title.count, title.product_id) == ("Nike Air Running Shoe", 2, "1")
    (category,) = suggester.suggest("dress")
    assert (category.text, category.path) == ("Dresses", ("Women", "Dresses"))
    assert category.filter == In("category", frozenset({"Women > Dresses"}))
    assert category.count == 1
    (brand,) = [each for each in suggester.suggest("nik") if each.kind is SuggestionKind.BRAND]
    assert (brand.text, brand.count) == ("NIKE", 2)
    assert brand.filter == In("brand", frozenset({"Nike", "NIKE"}))


def test_kinds_follow_each_other_and_the_frequent_comes_first(suggester: Suggester) -> None:
    found = suggester.suggest("sh")
    assert [(each.kind.value, each.text, each.path) for each in found] == [
        ("query", "shoes", ()),
        ("query", "running shoes", ()),
        ("category", "Shoes", ("Men", "Shoes")),
        ("category", "Shoes", ("Women", "Shoes")),
        ("title", "Nike Air Running Shoe", ()),
        ("title", "Crème T-Shirt", ()),
    ]


def test_text_that_begins_as_typed_comes_before_more_frequent_ones() -> None:
    products = [ProductRecord(str(at), "Blue red") for at in range(3)]
    with suggesting([*products, ProductRecord("4", "Red blue")]) as suggester:
        assert [each.text for each in suggester.suggest("re")] == ["Red blue", "Blue red"]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("shoe nik", "Nike Air Running Shoe"),
        ("creme", "Crème T-Shirt"),
        ("tshi", "Crème T-Shirt"),
        ("t-shi", "Crème T-Shirt"),
        ("shir", "Crème T-Shirt"),
        ("连衣", "红色连衣裙"),
        ("LEATHER hand", "Acme Red Leather Handbag"),
    ],
)
def test_any_word_may_be_begun_in_any_order(suggester: Suggester, typed: str, title: str) -> None:
    texts = [each.text for each in suggester.suggest(typed)]
    assert title in texts


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("niek", "Nike Air Running Shoe"),
        ("runnnig", "Nike Air Running Shoe"),
        ("sneeker", "Puma Blue Sneaker"),
        ("acme lether", "Acme Red Leather Handbag"),
        ("leater handbga", "Acme Red Leather Handbag"),
    ],
)
def test_mistyped_words_find_what_was_meant(suggester: Suggester, typed: str, title: str) -> None:
    assert title in [each.text for each in suggester.suggest(typed)]


def test_nothing_is_suggested_where_a_word_is_unknown_or_nothing_is_typed(
    suggester: Suggester,
) -> None:
    for typed in ("", "  ", "!?", "qqq", "nike locomotive", "xy" * 200):
        assert suggester.suggest(typed) == ()
    assert suggester.suggest("nike", limit=0) == ()


def test_category_is_found_by_its_path_but_only_by_words_of_its_own_too(
    suggester: Suggester,
) -> None:
    paths = [each.path for each in suggester.suggest("men sho")]
    assert paths == [("Men", "Shoes")]
    assert suggester.suggest("men qqq") == ()
    assert [each.path for each in suggester.suggest("men")] == [("Men",)]


def test_words_that_are_all_in_the_path_above_do_not_suggest_a_category() -> None:
    with suggesting([ProductRecord("1", "", category=("Men", "Summer Tops", "Knits"))]) as made:
        assert [each.path[-1] for each in made.suggest("men tops")] == ["Summer Tops"]
        assert [each.path[-1] for each in made.suggest("men tops kn")] == ["Knits"]


def test_category_that_repeats_the_one_above_it_is_suggested_once(suggester: Suggester) -> None:
    assert [each.path for each in suggester.suggest("tops")] == [("Men", "Tops")]


def test_rare_and_misspelt_past_queries_are_not_suggested(suggester: Suggester) -> None:
    texts = {each.text for typed in ("jan", "doe", "snae") for each in suggester.suggest(typed)}
    assert texts.isdisjoint({"jane doe 0171 555", "snaekers xqz"})


def test_same_text_of_two_kinds_is_suggested_once() -> None:
    products = [ProductRecord("1", "Acme", brand="Acme")]
    with suggesting(products, {"acme": 7}) as suggester:
        assert [each.kind.value for each in suggester.suggest("acm")] == ["query"]


def test_no_kind_takes_more_than_its_share_and_no_list_is_longer_than_asked() -> None:
    products = [ProductRecord(str(at), f"Shoe {at:02}", brand=f"Shoe{at}") for at in range(40)]
    with suggesting(products) as suggester:
        found = suggester.suggest("sho", limit=10)
        assert [each.kind.value for each in found] == ["brand"] * 2 + ["title"] * 6
        for limit in range(1, 12):
            assert len(suggester.suggest("sho", limit=limit)) <= limit
        assert len(suggester.suggest("sho", limit=10_000)) <= MAX_LIMIT


def test_letters_that_were_typed_are_told(suggester: Suggester) -> None:
    (found,) = suggester.suggest("lea handb")
    assert [found.text[start:end] for start, end in found.spans] == ["Lea", "Handb"]
    mended = suggester.suggest("sneeker")[0]
    assert [mended.text[start:end] for start, end in mended.spans] == ["Sneaker"]


@pytest.mark.parametrize(
    ("text", "beginnings", "marked"),
    [
        ("Weiße Straße", ["weiss", "strass"], ["Weiß", "Straß"]),
        ("Men's Shoes", ["mens"], ["Men's"]),
        ("size 2.5 cm", ["2.5"], ["2.5"]),
        ("红色连衣裙", ["连衣", "衣裙"], ["连衣裙"]),
        ("shoe shoe", ["s", "sho"], ["sho", "sho"]),
        ("", ["a"], []),
    ],
)
def test_marked_letters(text: str, beginnings: list[str], marked: list[str]) -> None:
    assert [text[start:end] for start, end in spans_of(text, beginnings)] == marked


WORDS = ("red", "reed", "shoe", "shoes", "t-shirt", "shirt", "blue", "bluebird", "a", "9")
typed_words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 50), typed_words, st.integers(1, 8))
def test_titles_are_those_that_a_plain_reading_finds(
    seed: int, words: list[str], kept: int
) -> None:
    draw = random.Random(seed)
    titles = [" ".join(draw.choices(WORDS, k=draw.randint(0, 4))) for _ in range(12)]
    typed = " ".join(words)[: kept + 3 * len(words)].strip()
    expected = {
        title
        for title in titles
        if all(
            any(word.startswith(begun) for word in indexed_words(title))
            for begun in plain_words(typed)
        )
    }
    with suggesting([ProductRecord(str(at), title) for at, title in enumerate(titles)]) as made:
        found = [each.text for each in made.suggest(typed, limit=MAX_LIMIT)]
    assert len(found) == len(set(found))
    # Where little is found, more may follow: what was perhaps meant.
    assert set(found[: len(expected)]) == expected
    if expected:
        assert found[0] in expected
