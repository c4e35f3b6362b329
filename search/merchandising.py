"""Merchandising: pinned, boosted, buried and hidden products of one query's answer.

Rules change which products are relevant and how they are ordered, never what passes a filter.
So they are applied between the scores and the filters, and totals and facets are counted from
what they leave: a hidden product is in none, a pinned one only where the filters let it through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from catalog.merchandising_rule import Effect, Rule
from catalog.records import CATEGORY_SEPARATOR
from core.errors import InvalidQueryError
from core.vectors import Mask
from indexer.attributes import Columns
from indexer.documents import Documents
from search.collapse import Positions
from search.cursor import digest_query
from search.filters import CATEGORY, Filter, In, compile_filter
from search.filters_json import parse_filter_tree
from search.merchandising_book import Occasion, RuleBook
from search.ranking import ProductScores


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """What one rule does to an answer."""

    rule: Rule
    positions: Positions
    """The products that it counts for, in its order; others have a rule above them."""

    def __str__(self) -> str:
        """Say it in words, for who asks why a product stands where it does."""
        rule = self.rule
        note = f" ({rule.note})" if rule.note else ""
        return f"{describe_effect(rule)} by rule {rule.id}{note}"


@dataclass(frozen=True, slots=True)
class Merchandised:
    """One query's view of the catalogue after the rules."""

    scores: ProductScores
    """To order hits by: boosted and buried."""
    relevant: Mask
    """Without what is hidden, and with what is pinned for the query."""
    applied: tuple[AppliedRule, ...] = ()
    """In the order in which they count."""
    hidden: Mask | None = None
    """Shape (products,): not to be shown at all, not even as the nearest; None where none is."""
    by_level: tuple[Mask, ...] = ()
    """What is relevant once a category is chosen, to count those of each level; empty where
    choosing one changes nothing."""
    lifted: Mapping[int, Mask] = field(default_factory=dict)
    """What is relevant without one of the occasion's categories, where that is something else."""

    @property
    def state(self) -> str:
        """Name the rules that formed the answer; empty where none did."""
        return digest_query(*(repr(each.rule) for each in self.applied)) if self.applied else ""

    @property
    def keys(self) -> ProductScores:
        """The scores to choose the best variant of a group by: a pinned one stands for its."""
        pins = [position for position, _ in self._pins()]
        if not pins:
            return self.scores
        keys = self.scores.copy()
        highest, step = _range_of(keys, np.isfinite(keys))
        keys[pins] = highest + step * np.arange(len(pins), 0, -1, dtype=np.float32)
        return keys

    def place(self, order: Positions) -> Positions:
        """Put the pinned hits into their places; no hit is lost or added.

        A place that is taken by a pin of higher precedence passes on to the next free one.
        A product that was pinned, but is not among the hits, leaves no gap.

        Args:
            order: All hits, best first.
        """
        is_hit = np.zeros(len(self.scores), dtype=np.bool_)
        is_hit[order] = True
        at_place: dict[int, int] = {}
        for position, place in self._pins():
            if is_hit[position]:
                while place in at_place:
                    place += 1
                at_place[place] = position
        if not at_place:
            return order
        is_hit[list(at_place.values())] = False
        rest = order[is_hit[order]]
        places = sorted(at_place)
        # Before the place of pin number i stand i pins; where hits run out, pins follow on.
        before = [min(place - 1 - i, len(rest)) for i, place in enumerate(places)]
        return np.insert(rest, before, [at_place[place] for place in places])

    def effects_on(self, position: int) -> tuple[AppliedRule, ...]:
        """List the rules that moved a product."""
        return tuple(each for each in self.applied if position in each.positions)

    def _pins(self) -> list[tuple[int, int]]:
        """Give each pinned product, and the place it wants, in the order in which they count."""
        wanted: dict[int, int] = {}
        for each in self.applied:
            if each.rule.effect is Effect.PIN:
                for position in each.positions.tolist():
                    wanted.setdefault(position, each.rule.position)
        return list(wanted.items())


class RulesInService:
    """A book's rules over one generation. Immutable; safe in any number of threads.

    Looking up the products that rules name costs some 30 µs each, so it is done once for a
    generation and a book, and not on the thread that answers queries.
    """

    def __init__(self, book: RuleBook, columns: Columns, documents: Documents) -> None:
        self.book = book
        self._columns = columns
        self._named: dict[int, Positions] = {}
        self._selections: dict[int, Filter] = {}
        unusable: dict[int, str] = {}
        for rule in book.rules:
            if rule.selection is None:
                found = map(documents.position, rule.product_ids)
                known = [position for position in found if position is not None]
                self._named[rule.id] = np.array(known, dtype=np.int64)
                continue
            try:
                selection = parse_filter_tree(rule.selection, "/selection")
                compile_filter(selection, columns, "/selection")
                self._selections[rule.id] = selection
            except InvalidQueryError as error:
                unusable[rule.id] = str(error)
        self.unusable: Mapping[int, str] = unusable
        """Why a rule's selection means nothing in this generation; it is passed over."""
        self._hidden_in: tuple[tuple[str, int] | None, Mask | None] = (None, None)
        """What is hidden whatever is asked, and in which era of the book."""

    def apply(self, occasion: Occasion, scores: ProductScores, relevant: Mask) -> Merchandised:
        """Change an answer as the rules that hold want it; the arrays given stay as they are.

        Of the rules that name a product, those of the highest priority count. Of these, hiding
        wins over pinning, and that over boosts and buries, which are added up.

        Args:
            occasion: Which rules hold.
            scores: Of every product.
            relevant: Which products the query finds, before any filter.
        """
        candidates = self.book.in_any_category(occasion)
        if not candidates:
            return Merchandised(scores, relevant)
        applied = self._applied([r for r in candidates if occasion.is_within(r.category)], occasion)
        hidden = self._mask(each for each in applied if each.rule.effect is Effect.HIDE)
        return Merchandised(
            scores=_pushed(scores, relevant & ~hidden, applied),
            relevant=self._found(applied, relevant),
            applied=applied,
            hidden=hidden if hidden.any() else None,
            by_level=self._by_level(candidates, occasion, relevant),
            lifted=self._lifted(candidates, occasion, relevant),
        )

    def hidden(self, now: datetime) -> Mask | None:
        """Tell what is hidden whatever is asked; None where nothing is."""
        era = self.book.era(now)
        if self._hidden_in[0] != era:
            applied = self._applied(self.book.matching(Occasion(now)), Occasion(now))
            mask = self._mask(each for each in applied if each.rule.effect is Effect.HIDE)
            self._hidden_in = era, mask if mask.any() else None
        return self._hidden_in[1]

    def _found(self, applied: Sequence[AppliedRule], relevant: Mask) -> Mask:
        """Tell what is relevant after the rules."""
        hidden = self._mask(each for each in applied if each.rule.effect is Effect.HIDE)
        # What a category's page begins with is chosen from what the query finds: else the
        # total before the category was chosen would not hold what is found after.
        pins = (each for each in applied if each.rule.effect is Effect.PIN)
        pinned = self._mask(each for each in pins if not each.rule.category)
        return np.asarray((relevant | pinned) & ~hidden)

    def _by_level(
        self, candidates: Sequence[Rule], occasion: Occasion, relevant: Mask
    ) -> tuple[Mask, ...]:
        """Tell for each level of categories what is relevant once one of it is chosen.

        A product is in one category of a level, so that each is judged by the rules for that
        one and for those above it.
        """
        before = occasion.unchosen
        held = {rule.id for rule in candidates if before.is_within(rule.category)}
        if len(held) == len(candidates) or not _change_what_is_found(candidates):
            return ()
        within = {
            rule.id: compile_filter(In(CATEGORY, frozenset({rule.category})), self._columns)
            for rule in candidates
            if rule.id not in held
        }
        masks: list[Mask] = []
        for level in range(len(self._columns.category_levels)):
            rules = [r for r in candidates if r.id in held or _level(r.category) <= level]
            masks.append(self._found(self._applied(rules, occasion, within), relevant))
        return tuple(masks)

    def _lifted(
        self, candidates: Sequence[Rule], occasion: Occasion, relevant: Mask
    ) -> dict[int, Mask]:
        """Tell what is relevant without each of the occasion's categories."""
        if not _change_what_is_found(candidates):
            return {}
        holding = [rule for rule in candidates if occasion.is_within(rule.category)]
        masks: dict[int, Mask] = {}
        for number in range(len(occasion.categories)):
            less = occasion.without(number)
            left = [rule for rule in holding if less.is_within(rule.category)]
            if len(left) < len(holding):
                masks[number] = self._found(self._applied(left, occasion), relevant)
        return masks

    def _applied(
        self, rules: Sequence[Rule], occasion: Occasion, within: Mapping[int, Mask] = {}
    ) -> tuple[AppliedRule, ...]:
        """Leave each product to the rules that count for it.

        Args:
            rules: In the order in which they count.
            occasion: Which of their effects count.
            within: Where a rule, by its id, holds for some products only.
        """
        decided = np.zeros(self._columns.products, dtype=np.bool_)
        applied: list[AppliedRule] = []
        strengths = (Effect.HIDE,), (Effect.PIN,), (Effect.BOOST, Effect.BURY)
        for _, equals in groupby(rules, key=lambda rule: rule.priority):
            of_priority = list(equals)
            for effects in strengths:
                chosen = [rule for rule in of_priority if rule.effect in effects]
                found = [
                    AppliedRule(rule, self._undecided(rule, decided, within.get(rule.id)))
                    for rule in chosen
                ]
                for each in found:
                    decided[each.positions] = True
                if Effect.HIDE in effects or not occasion.likeness:
                    applied += (each for each in found if each.positions.size)
        return tuple(applied)

    def _undecided(self, rule: Rule, decided: Mask, within: Mask | None) -> Positions:
        open_to_it = ~decided if within is None else within & ~decided
        if rule.id in self._selections:
            mask = compile_filter(self._selections[rule.id], self._columns)
            return np.flatnonzero(mask & open_to_it)
        named = self._named.get(rule.id, np.empty(0, dtype=np.int64))
        return named[open_to_it[named]]

    def _mask(self, applied: Iterable[AppliedRule]) -> Mask:
        mask = np.zeros(self._columns.products, dtype=np.bool_)
        for each in applied:
            mask[each.positions] = True
        return mask


def describe_effect(rule: Rule) -> str:
    """Say what a rule does to its products.

    >>> describe_effect(Rule(Effect.PIN, ("a",), position=3))
    'pinned from place 3'
    """
    if rule.effect is Effect.PIN:
        return f"pinned from place {rule.position}"
    if rule.effect is Effect.HIDE:
        return "hidden"
    return f"{'boosted' if rule.effect is Effect.BOOST else 'buried'} ({rule.strength:g})"


def _change_what_is_found(rules: Iterable[Rule]) -> bool:
    """Tell whether some of these rules hide, or find what the query does not."""
    return any(
        rule.effect is Effect.HIDE or (rule.effect is Effect.PIN and not rule.category)
        for rule in rules
    )


def _level(path: str) -> int:
    """Tell how far down a category is, from 0."""
    return path.count(CATEGORY_SEPARATOR)


def _pushed(scores: ProductScores, relevant: Mask, applied: Sequence[AppliedRule]) -> ProductScores:
    """Boost and bury, by shares of the way from the lowest relevant score to the highest."""
    push = np.zeros(len(scores), dtype=np.float32)
    for each in applied:
        if each.rule.effect is Effect.BOOST:
            push[each.positions] += np.float32(each.rule.strength)
        elif each.rule.effect is Effect.BURY:
            push[each.positions] -= np.float32(each.rule.strength)
    if not push.any():
        return scores
    _, step = _range_of(scores, relevant & np.isfinite(scores))
    return np.asarray(scores + step * np.clip(push, -1, 1), dtype=np.float32)


def _range_of(scores: NDArray[np.float32], counted: Mask) -> tuple[np.float32, np.float32]:
    """Give the highest score and the way to the lowest; 1 where all are alike or none is."""
    among = scores[counted]
    if not among.size:
        return np.float32(0), np.float32(1)
    highest, way = among.max(), among.max() - among.min()
    return highest, way if way > 0 else np.float32(1)
