"""Under rules, too, a count beside a choice is the total after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.merchandising_rule import Effect, Rule
from indexer.documents import Documents
from search.filters import CATEGORY, Filter, In, Not, all_of, field_of, top_level
from search.fusion import Evidence
from search.generation import ServedGeneration
from search.merchandising import RulesInService
from search.merchandising_answer import Heeded
from search.merchandising_book import RuleBook
from search.query import SearchQuery
from search.reading import as_it_stands
from search.scoring import Scored
from search.selection import Selection, select
from tests.search.plain_shop import PlainShop, conditions, plain_shop, words

NOW = datetime(2026, 6, 1, tzinfo=UTC)
FIELDS = (CATEGORY, "brand", "in_stock", "currency")
CATEGORIES = ("Men", "Men > Shoes", "Men > Shoes > Boots", "Women > Shoes")
SHOPS = (12, 41, 60)


class Ids:
    """Finds products as a generation's documents do."""

    def __init__(self, shop: PlainShop) -> None:
        self._ids = [product.id for product in shop.products]

    def position(self, product_id: str) -> int | None:
        return self._ids.index(product_id) if product_id in self._ids else None


class Asked:
    """One query's scores under rules, to be narrowed in one way after another."""

    def __init__(self, shop: PlainShop, rules: Sequence[Rule], seed: int) -> None:
        draw = np.random.default_rng(seed)
        size = len(shop.products)
        scores = draw.permutation(size).astype(np.float32)
        relevant = draw.random(size) < draw.choice((0.1, 0.5, 1.0))
        self._scored = Scored(Evidence(None, None, None), scores, relevant, None)
        documents = cast(Documents, Ids(shop))
        self._rules = Heeded(RulesInService(RuleBook("r", rules), shop.columns, documents), NOW)
        self._generation = cast(
            ServedGeneration,
            SimpleNamespace(columns=shop.columns, groups=lambda _: shop.groups, id="g"),
        )

    def select(self, said: Filter | None, chosen: Filter | None) -> Selection:
        query = SearchQuery("red", filter=chosen, facets=FIELDS, repeats=True)
        shown = self._rules.apply(as_it_stands("red"), said, chosen, self._scored)
        found = select(query, self._scored, said, self._generation, shown)
        if shown.hidden is not None:
            assert not shown.hidden[found.positions].any()
        return found


@st.composite
def rule_books(draw: st.DrawFn) -> list[Rule]:
    rules = []
    for number in range(draw(st.integers(1, 5))):
        effect = draw(st.sampled_from((Effect.HIDE, *Effect)))
        named: dict[str, Any] = {"product_ids": tuple(
            map(str, draw(st.lists(st.integers(0, 11), min_size=1, max_size=6, unique=True)))
        )}  # fmt: skip
        if effect is not Effect.PIN and draw(st.booleans()):
            named = {
                "selection": {"field": "brand", "in": [draw(st.sampled_from(("Acme", "Nike")))]}
            }
        rules.append(
            Rule(
                effect, **named, id=number + 1, query=draw(st.sampled_from(("", "red"))),
                category=draw(st.sampled_from(("", *CATEGORIES))),
                priority=draw(st.integers(0, 2)),
            )
        )  # fmt: skip
    return rules


shops = st.sampled_from(SHOPS).map(plain_shop)
narrowed = st.none() | words(CATEGORY, CATEGORIES) | conditions()


@settings(deadline=None, max_examples=120, derandomize=True)
@given(shops, rule_books(), st.integers(0, 9), narrowed, narrowed)
def test_each_count_is_the_total_after_choosing_it(
    shop: PlainShop, rules: list[Rule], seed: int, said: Filter | None, chosen: Filter | None
) -> None:
    asked = Asked(shop, rules, seed)
    for facet in asked.select(said, chosen).facets:
        others = [each for each in top_level(chosen) if field_of(each) != facet.field]
        for value in facet.values:
            choice = all_of([*others, In(facet.field, frozenset({value.value}))])
            assert asked.select(said, choice).total == value.count, (facet.field, value)


@settings(deadline=None, max_examples=120, derandomize=True)
@given(shops, rule_books(), st.integers(0, 9), narrowed, narrowed)
def test_each_way_out_finds_what_it_counts(
    shop: PlainShop, rules: list[Rule], seed: int, said: Filter | None, chosen: Filter | None
) -> None:
    asked = Asked(shop, rules, seed)
    for way in asked.select(said, chosen).relaxations:
        parts: list[Filter | None] = [*top_level(said), *top_level(chosen)]
        parts[way.part] = way.after
        split = len(top_level(said))
        after = asked.select(all_of(parts[:split]), all_of(parts[split:]))
        assert after.total == way.count


def test_rule_that_hides_in_a_category_is_in_the_counts_of_it_and_of_those_below() -> None:
    shop = plain_shop(41)
    in_boots = [p.id for p in shop.products if p.category == ("Men", "Shoes", "Boots")]
    hide = Rule(Effect.HIDE, tuple(in_boots[:2]), id=1, category="Men > Shoes")
    asked, before = Asked(shop, [hide], 3), Asked(shop, [], 3)

    def counts(of: Asked) -> dict[str, int]:
        chosen = In(CATEGORY, frozenset({"Men > Shoes > Boots"}))
        (facet,) = [each for each in of.select(None, chosen).facets if each.field == CATEGORY]
        return {each.value: each.count for each in facet.values}

    less = {path: was - counts(asked)[path] for path, was in counts(before).items()}
    assert {path for path, fewer in less.items() if fewer} == {"Men > Shoes", "Men > Shoes > Boots"}
    assert set(less.values()) == {0, 2}


def test_way_out_that_drops_a_category_counts_what_was_hidden_in_it_alone() -> None:
    shop = plain_shop(41)
    shoes, zeta = In(CATEGORY, frozenset({"Men > Shoes"})), In("brand", frozenset({"Zeta"}))
    both = [p.id for p in shop.products if p.category[:2] == ("Men", "Shoes") and p.brand == "Zeta"]
    asked = Asked(shop, [Rule(Effect.HIDE, tuple(both), id=1, category="Men > Shoes")], 3)
    narrowed_to_both = asked.select(None, all_of([shoes, zeta]))
    assert narrowed_to_both.total == 0
    ways = {way.part: way.count for way in narrowed_to_both.relaxations if way.after is None}
    total = asked.select(None, zeta).total
    assert ways[0] == total
    elsewhere = all_of([zeta, Not(shoes)])
    assert asked.select(None, elsewhere).total < total
