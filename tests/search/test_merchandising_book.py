from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.database import Database, migrate
from catalog.merchandising import add_rule
from catalog.merchandising_rule import Effect, Match, Rule
from indexer.lexical_words import plain_words, stem
from search.merchandising_book import Occasion, RuleBook, refreshed

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def rule(number: int = 1, **changes: object) -> Rule:
    values: dict[str, object] = {"effect": Effect.HIDE, "product_ids": ("p",), "id": number}
    return Rule(**(values | changes))  # type: ignore[arg-type]


def holding(rules: Sequence[Rule], occasion: Occasion) -> list[int]:
    return [each.id for each in RuleBook("r", rules).matching(occasion)]


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("red dress", True),
        ("  RED  Dresses! ", True),
        ("réd dress", True),
        ("dress red", False),
        ("red dress long", False),
        ("", False),
    ],
)
def test_exact_query_is_compared_without_capitals_accents_signs_and_plurals(
    text: str, holds: bool
) -> None:
    rules = [rule(query="Red Dress")]
    assert holding(rules, Occasion(NOON, (text,))) == [1] * holds


@pytest.mark.parametrize(
    ("text", "holds"), [("long dresses in red", True), ("red", False), ("dressed", False)]
)
def test_contained_words_stand_anywhere(text: str, holds: bool) -> None:
    rules = [rule(query="red dress", match=Match.WORDS)]
    assert holding(rules, Occasion(NOON, (text,))) == [1] * holds


def test_rule_holds_for_the_query_as_typed_and_as_mended_once() -> None:
    rules = [rule(query="sneakers", match=Match.WORDS)]
    assert holding(rules, Occasion(NOON, ("red sneekers", "red sneakers"))) == [1]
    assert holding(rules, Occasion(NOON, ("red sneakers", "red sneaker"))) == [1]


def test_query_of_signs_alone_is_like_none() -> None:
    assert holding([rule(query="!!")], Occasion(NOON, ("??",))) == []


@pytest.mark.parametrize(
    ("chosen", "holds"),
    [
        ((), False),
        (("Men",), False),
        (("Men > Shoes",), True),
        (("Men > Shoes > Boots",), True),
        (("Men > Shoestrings",), False),
        (("Men > Shoes", "Men > Shoes > Boots"), True),
        (("Men > Shoes", "Women"), False),
    ],
)
def test_category_rule_holds_where_the_answer_is_narrowed_to_it(
    chosen: tuple[str, ...], holds: bool
) -> None:
    rules = [rule(category="Men > Shoes")]
    assert holding(rules, Occasion(NOON, categories=(frozenset(chosen),))) == [1] * holds


def test_category_rule_holds_where_one_of_several_conditions_narrows_to_it() -> None:
    rules = [rule(category="Men > Shoes")]
    said, chosen = frozenset({"Men > Shoes"}), frozenset({"Men"})
    occasion = Occasion(NOON, categories=(said, chosen), said=1)
    assert holding(rules, occasion) == [1]
    assert holding(rules, occasion.unchosen) == [1]
    assert holding(rules, occasion.without(0)) == []
    assert occasion.without(0) == Occasion(NOON, categories=(chosen,))
    assert occasion.without(1) == Occasion(NOON, categories=(said,), said=1)


def test_rule_holds_from_its_beginning_to_before_its_end() -> None:
    rules = [rule(starts_at=NOON, ends_at=NOON + HOUR)]
    moments = (NOON - HOUR, NOON, NOON + HOUR / 2, NOON + HOUR)
    assert [holding(rules, Occasion(each)) for each in moments] == [[], [1], [1], []]


def test_era_changes_when_a_rule_begins_or_ends_or_the_revision_does() -> None:
    book = RuleBook("r", [rule(starts_at=NOON, ends_at=NOON + HOUR)])
    eras = [book.era(NOON + offset * HOUR / 2) for offset in (-9, -1, 0, 1, 2, 9)]
    assert [era == another for era, another in pairwise(eras)] == [
        True, False, True, False, True,
    ]  # fmt: skip
    assert RuleBook("s", book.rules).era(NOON) != book.era(NOON)


def test_higher_priority_counts_first_then_the_older_rule() -> None:
    rules = [rule(3), rule(1), rule(2, priority=5), rule(4, priority=-1)]
    assert holding(rules, Occasion(NOON)) == [2, 1, 3, 4]


WORDS = ("red", "dress", "shoes", "!")
texts = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)
paths = st.sampled_from(("", "A", "A > B", "B"))
moments = st.sampled_from((None, *(NOON + HOUR * n for n in range(-2, 3))))


@st.composite
def rules_strategy(draw: st.DrawFn) -> list[Rule]:
    made = []
    for number in range(draw(st.integers(0, 6))):
        start, end = draw(moments), draw(moments)
        if start and end and start >= end:
            start = None
        made.append(
            rule(
                number + 1, query=draw(texts), match=draw(st.sampled_from(Match)),
                category=draw(paths), starts_at=start, ends_at=end,
                priority=draw(st.integers(-1, 1)),
            )
        )  # fmt: skip
    return made


def holds_plainly(each: Rule, occasion: Occasion) -> bool:
    said = [[stem(word) for word in plain_words(text)] for text in occasion.texts]
    wanted = [stem(word) for word in plain_words(each.query)]
    exact = each.match is Match.EXACT
    asked = bool(wanted) and any(
        words == wanted if exact else set(wanted) <= set(words) for words in said
    )
    inside = any(
        paths and all(f"{path} > ".startswith(f"{each.category} > ") for path in paths)
        for paths in occasion.categories
    )
    begun = each.starts_at is None or each.starts_at <= occasion.now
    ended = each.ends_at is not None and each.ends_at <= occasion.now
    return (asked or not each.query) and (inside or not each.category) and begun and not ended


@settings(deadline=None)
@given(
    rules_strategy(),
    st.lists(texts, max_size=2),
    st.lists(st.frozensets(st.sampled_from(("A", "A > B", "B")), max_size=2), max_size=2),
    st.integers(-3, 3),
)
def test_book_finds_the_rules_that_a_look_at_each_one_finds(
    rules: list[Rule], said: list[str], categories: list[frozenset[str]], hours: int
) -> None:
    occasion = Occasion(NOON + HOUR * hours, tuple(said), tuple(categories))
    plainly = [each for each in rules if holds_plainly(each, occasion)]
    expected = [each.id for each in sorted(plainly, key=lambda each: (-each.priority, each.id))]
    assert holding(rules, occasion) == expected


def test_refreshed_book_is_the_same_one_until_a_rule_changes(tmp_path: object) -> None:
    url = f"sqlite:///{tmp_path}/rules.db"
    migrate(url)
    database = Database(url)
    book = refreshed(RuleBook(), database)
    assert refreshed(book, database) is book
    with database.write() as session:
        kept = add_rule(session, rule(0, query="red"), NOON)
    changed = refreshed(book, database)
    assert changed is not book
    assert changed.rules == (kept,)
    database.close()
