"""Rules applied to answers, beside a slow reading of what they promise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.merchandising_rule import Effect, Rule
from catalog.records import ProductRecord
from core.vectors import Mask
from indexer.attributes import Columns, ColumnsWriter
from indexer.documents import Documents, DocumentsWriter
from search.collapse import Groups
from search.merchandising import Merchandised, RulesInService
from search.merchandising_book import Occasion, RuleBook
from search.sorting import order_hits

NOW = Occasion(datetime(2026, 6, 1, tzinfo=UTC))
SIZE = 8


USUAL = tuple(
    ProductRecord(f"p{at}", "t", brand="Acme" if at % 2 else "Zeta") for at in range(SIZE)
)


def opened(products: Iterable[ProductRecord]) -> tuple[Columns, Documents]:
    """Write a generation's files and open them; what is mapped outlives its folder."""
    with TemporaryDirectory() as folder:
        directory = Path(folder)
        columns, documents = ColumnsWriter(directory), DocumentsWriter(directory)
        for product in products:
            columns.add(product)
            documents.add(product)
        columns.finish()
        documents.finish()
        return Columns(directory), Documents(directory)


USUAL_COLUMNS, USUAL_DOCUMENTS = opened(USUAL)


def serving(rules: Sequence[Rule]) -> RulesInService:
    return RulesInService(RuleBook("r", rules), USUAL_COLUMNS, USUAL_DOCUMENTS)


def rule(number: int, effect: Effect, *products: int, **changes: Any) -> Rule:
    return Rule(effect, tuple(f"p{at}" for at in products), id=number, **changes)


def falling() -> np.ndarray[Any, np.dtype[np.float32]]:
    """Score the first product 8, the last 1."""
    return np.arange(SIZE, 0, -1, dtype=np.float32)


def applied(rules: Sequence[Rule], relevant: Sequence[int] = range(SIZE)) -> Merchandised:
    return serving(rules).apply(NOW, falling(), mask(relevant))


def mask(positions: Sequence[int]) -> Mask:
    found = np.zeros(SIZE, dtype=np.bool_)
    found[list(positions)] = True
    return found


def order_of(answer: Merchandised, passing: Sequence[int] = range(SIZE)) -> list[int]:
    """Order the hits as an answer does: filter, sort by score, place the pins."""
    found = np.flatnonzero(answer.relevant & mask(passing))
    order = order_hits(found, answer.scores, answer.scores)
    return [int(at) for at in answer.place(order)]


def test_without_a_rule_nothing_is_touched() -> None:
    scores, relevant = falling(), mask([1, 2])
    answer = serving([]).apply(NOW, scores, relevant)
    assert answer.scores is scores
    assert answer.relevant is relevant
    assert answer.keys is scores
    order = np.array([2, 1])
    assert answer.place(order) is order


def test_pins_hold_their_places_and_keep_their_order() -> None:
    assert order_of(applied([rule(1, Effect.PIN, 7, 5, position=2)])) == [0, 7, 5, 1, 2, 3, 4, 6]


def test_pin_behind_the_last_hit_comes_last() -> None:
    answer = applied([rule(1, Effect.PIN, 0, position=240)])
    assert order_of(answer, [0, 1, 2]) == [1, 2, 0]


def test_taken_place_passes_on_to_the_next_free_one() -> None:
    rules = [
        rule(1, Effect.PIN, 7, position=1),
        rule(2, Effect.PIN, 6, position=2),
        rule(3, Effect.PIN, 5, position=1, priority=1),
    ]
    assert order_of(applied(rules))[:4] == [5, 7, 6, 0]


def test_pinned_product_that_the_query_does_not_find_is_found_and_counted() -> None:
    answer = applied([rule(1, Effect.PIN, 7)], relevant=[0, 1])
    assert order_of(answer) == [7, 0, 1]


def test_pinned_product_that_a_filter_keeps_out_is_not_shown_and_leaves_no_gap() -> None:
    answer = applied([rule(1, Effect.PIN, 7, 6, position=1)])
    assert order_of(answer, [0, 1, 6]) == [6, 0, 1]


def test_pin_of_a_category_moves_only_what_is_found() -> None:
    rules = [rule(1, Effect.PIN, 7, 1, category="A")]
    occasion = Occasion(NOW.now, categories=(frozenset({"A"}),))
    answer = serving(rules).apply(occasion, falling(), mask([0, 1]))
    assert order_of(answer) == [1, 0]


def test_hidden_product_is_nowhere() -> None:
    answer = applied([rule(1, Effect.HIDE, 0, 3), rule(2, Effect.PIN, 3)])
    assert order_of(answer) == [1, 2, 4, 5, 6, 7]
    assert answer.hidden is not None
    assert np.flatnonzero(answer.hidden).tolist() == [0, 3]


def test_boost_and_bury_move_by_their_share_of_the_way() -> None:
    # From 8 to 1 are 7: half of that lifts product 5 (3) to 6.5, and sinks product 0 to 4.5.
    rules = [rule(1, Effect.BOOST, 5), rule(2, Effect.BURY, 0)]
    assert order_of(applied(rules)) == [1, 5, 2, 3, 0, 4, 6, 7]


def test_whole_boost_reaches_the_first_and_whole_bury_the_last() -> None:
    rules = [
        rule(1, Effect.BOOST, 7, strength=1.0),
        rule(2, Effect.BURY, 0, strength=1.0),
        rule(3, Effect.BURY, 0, strength=1.0),
    ]
    answer = applied(rules)
    assert answer.scores[7] == answer.scores[: SIZE - 1][1:].max() + 1 == 8
    assert answer.scores[0] == 1


def test_boosts_and_buries_add_up() -> None:
    rules = [rule(1, Effect.BOOST, 3, strength=0.75), rule(2, Effect.BURY, 3, strength=0.25)]
    assert applied(rules).scores[3] == pytest.approx(5 + 0.5 * 7)


def test_boost_orders_what_is_alike() -> None:
    service = serving([rule(1, Effect.BOOST, 6)])
    answer = service.apply(NOW, np.zeros(SIZE, np.float32), mask(range(SIZE)))
    assert order_of(answer)[:2] == [6, 0]


def test_only_rules_of_the_highest_priority_count_for_a_product() -> None:
    rules = [
        rule(1, Effect.HIDE, 2, 3),
        rule(2, Effect.BOOST, 3, priority=1),
        rule(3, Effect.PIN, 4),
        rule(4, Effect.BURY, 4, priority=2, strength=0.1),
    ]
    answer = applied(rules)
    assert np.flatnonzero(~answer.relevant).tolist() == [2]
    assert answer.scores[3] == pytest.approx(8.5)
    assert order_of(answer) == [3, 0, 1, 4, 5, 6, 7]


def test_selection_holds_for_all_that_pass_it() -> None:
    selection = {"field": "brand", "in": ["Acme"]}
    answer = applied([Rule(Effect.HIDE, selection=selection, id=1)])
    assert order_of(answer) == [0, 2, 4, 6]


def test_rule_whose_selection_means_nothing_here_is_passed_over_and_told() -> None:
    broken = Rule(Effect.HIDE, selection={"field": "attribute.fit", "in": ["slim"]}, id=7)
    service = serving([broken, rule(8, Effect.HIDE, 0)])
    answer = service.apply(NOW, falling(), mask(range(SIZE)))
    assert "attribute.fit" in service.unusable[7]
    assert np.flatnonzero(~answer.relevant).tolist() == [0]


def test_products_that_are_gone_are_passed_over() -> None:
    gone = Rule(Effect.PIN, ("nowhere", "p4"), id=1)
    assert order_of(applied([gone]))[0] == 4


def test_effects_are_told_of_what_they_moved() -> None:
    rules = [rule(1, Effect.PIN, 4, position=3, note="autumn"), rule(2, Effect.BOOST, 4, 5)]
    answer = applied(rules)
    assert [str(each) for each in answer.effects_on(4)] == [
        "pinned from place 3 by rule 1 (autumn)"
    ]
    assert [str(each) for each in answer.effects_on(5)] == ["boosted (0.5) by rule 2"]
    assert answer.effects_on(0) == ()


def test_pinned_variant_stands_for_its_group_and_two_pins_of_a_group_are_one_hit() -> None:
    products = [ProductRecord(f"p{at}", "t", group_id=f"g{at // 4}") for at in range(SIZE)]
    rules = [rule(1, Effect.PIN, 6, 5, 2, position=1)]
    columns, documents = opened(products)
    service = RulesInService(RuleBook("r", rules), columns, documents)
    answer = service.apply(NOW, falling(), mask(range(SIZE)))
    hits = Groups(columns).representatives(answer.keys, answer.relevant)
    order = order_hits(hits.positions, answer.scores, answer.scores)
    assert answer.place(order).tolist() == [6, 2]


places = st.lists(st.integers(0, SIZE - 1), min_size=1, max_size=3, unique=True)
rule_lists = st.lists(
    st.tuples(
        st.sampled_from(Effect), places, st.integers(1, 10), st.integers(0, 2),
        st.sampled_from((0.25, 0.5, 1.0)),
    ),
    max_size=6,
).map(
    lambda drawn: [
        rule(at + 1, effect, *products, position=place, priority=priority, strength=strength)
        for at, (effect, products, place, priority, strength) in enumerate(drawn)
    ]
)  # fmt: skip
subsets = st.sets(st.integers(0, SIZE - 1)).map(sorted)


def ordered_plainly(
    rules: Sequence[Rule], relevant: Sequence[int], passing: Sequence[int]
) -> list[int]:
    """Apply rules product by product, in the words of docs/merchandising.md alone."""
    counting: dict[int, list[Rule]] = {}
    for at in range(SIZE):
        named = [each for each in rules if f"p{at}" in each.product_ids]
        top = max((each.priority for each in named), default=0)
        counting[at] = [each for each in named if each.priority == top]

    def has(at: int, effect: Effect) -> bool:
        return any(each.effect is effect for each in counting[at])

    shown = [at for at in relevant if not has(at, Effect.HIDE)]
    way = float(max(shown) - min(shown)) if len(shown) > 1 else 1.0
    score: dict[int, float] = {}
    pins: list[tuple[int, int, int, int]] = []
    hits = []
    for at in range(SIZE):
        if has(at, Effect.HIDE):
            continue
        score[at] = float(SIZE - at)
        if has(at, Effect.PIN):
            first = min(
                (e for e in counting[at] if e.effect is Effect.PIN), key=lambda each: each.id
            )
            order_in_rule = first.product_ids.index(f"p{at}")
            if at in passing:
                pins.append((-first.priority, first.id, order_in_rule, at))
                hits.append(at)
            continue
        push = sum(
            each.strength * (1 if each.effect is Effect.BOOST else -1) for each in counting[at]
        )
        score[at] += way * max(-1.0, min(1.0, push))
        if at in relevant and at in passing:
            hits.append(at)
    pinned: dict[int, int] = {}
    for _, number, _, at in sorted(pins):
        place = next(each.position for each in rules if each.id == number)
        while place in pinned:
            place += 1
        pinned[place] = at
    rest = sorted(set(hits) - set(pinned.values()), key=lambda at: (-score[at], at))
    answer: list[int] = []
    while rest or pinned:
        place = len(answer) + 1
        if place in pinned:
            answer.append(pinned.pop(place))
        elif rest:
            answer.append(rest.pop(0))
        else:
            answer.append(pinned.pop(min(pinned)))
    return answer


@settings(deadline=None)
@given(rule_lists, subsets, subsets)
def test_answer_is_the_one_of_a_plain_reading(
    rules: list[Rule], relevant: list[int], passing: list[int]
) -> None:
    answer = applied(rules, relevant)
    expected = ordered_plainly(rules, relevant, passing)
    assert order_of(answer, passing) == expected
    assert int(np.count_nonzero(answer.relevant & mask(passing))) == len(expected)
    assert answer.relevant.dtype == np.bool_
    assert answer.scores.dtype == np.float32
