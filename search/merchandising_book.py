"""Which merchandising rules hold for a query: an immutable book, asked without a database."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from catalog.database import Database
from catalog.merchandising import load_rules, revision
from catalog.merchandising_rule import Match, Rule
from catalog.records import CATEGORY_SEPARATOR
from indexer.lexical_words import plain_words, stem

QueryKey: TypeAlias = tuple[str, ...]
"""Stems of a query's words: capitals, accents, signs and plurals do not count."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """All that decides which rules hold."""

    now: datetime
    """Aware."""
    texts: tuple[str, ...] = ()
    """The query as it was typed and, where it was mended or translated, as it was read."""
    categories: tuple[frozenset[str], ...] = ()
    """Paths that the answer is narrowed to: of one set any of them, and that for every set."""
    said: int = 0
    """How many of ``categories``, from the first, the sentence says; the others are chosen."""

    likeness: bool = False
    """Whether it is asked what is like a product: then of all effects hiding alone counts."""

    @property
    def unchosen(self) -> Occasion:
        """The same before any category was chosen."""
        return replace(self, categories=self.categories[: self.said])

    def without(self, number: int) -> Occasion:
        """Give the same without one of the categories."""
        left = (*self.categories[:number], *self.categories[number + 1 :])
        return replace(self, categories=left, said=self.said - (number < self.said))

    def is_within(self, path: str) -> bool:
        """Tell whether the answer is narrowed to a category, or to some below it."""
        below = path + CATEGORY_SEPARATOR
        return not path or any(
            bool(paths) and all(each == path or each.startswith(below) for each in paths)
            for paths in self.categories
        )


class RuleBook:
    """All rules of one revision. Immutable; safe in any number of threads."""

    def __init__(self, revision: str = "", rules: Iterable[Rule] = ()) -> None:
        self.revision = revision
        self.rules = tuple(sorted(rules, key=_precedence))
        """In the order in which they count."""
        self._exact: dict[QueryKey, list[Rule]] = defaultdict(list)
        self._by_word: dict[str, list[tuple[frozenset[str], Rule]]] = defaultdict(list)
        self._of_any_query: list[Rule] = []
        for rule in self.rules:
            self._enter(rule)
        moments = {moment for rule in self.rules for moment in (rule.starts_at, rule.ends_at)}
        self._moments: Sequence[datetime] = sorted(each for each in moments if each is not None)

    def matching(self, occasion: Occasion) -> tuple[Rule, ...]:
        """List the rules that hold, in the order in which they count."""
        return tuple(
            rule for rule in self.in_any_category(occasion) if occasion.is_within(rule.category)
        )

    def in_any_category(self, occasion: Occasion) -> tuple[Rule, ...]:
        """List those, and the rules that would hold if a certain category were chosen."""
        candidates = {rule.id: rule for rule in self._of_these_words(occasion.texts)}
        live = (
            rule
            for rule in (*candidates.values(), *self._of_any_query)
            if rule.is_live(occasion.now)
        )
        return tuple(sorted(live, key=_precedence))

    def era(self, now: datetime) -> tuple[str, int]:
        """Name the stretch of time in which the same rules hold, for whoever keeps answers."""
        return self.revision, bisect_right(self._moments, now)

    def _enter(self, rule: Rule) -> None:
        if not rule.query:
            self._of_any_query.append(rule)
            return
        key = query_key(rule.query)
        if rule.match is Match.EXACT and key:  # signs alone are like no query
            self._exact[key].append(rule)
        elif key:
            # Found by one of its words; the longest is the rarest, as words go.
            rarest = max(key, key=lambda word: (len(word), word))
            self._by_word[rarest].append((frozenset(key), rule))

    def _of_these_words(self, texts: Iterable[str]) -> Iterator[Rule]:
        for text in texts:
            key = query_key(text)
            words = frozenset(key)
            yield from self._exact.get(key, ())
            for word in words:
                yield from (r for needed, r in self._by_word.get(word, ()) if needed <= words)


def refreshed(book: RuleBook, database: Database) -> RuleBook:
    """Give the rules as they are now: the same book where none has changed.

    An unchanged one costs one row. Not for the thread that answers queries.

    Raises:
        DatabaseError: it cannot be read; the book that is there goes on holding.
    """
    with database.read() as session:
        if revision(session) == book.revision:
            return book
        kept = load_rules(session)
    return RuleBook(kept.revision, kept.rules)


def query_key(text: str) -> QueryKey:
    """Write a query as rules compare it.

    >>> query_key("Red DRESSES!") == query_key("red dress")
    True
    """
    return tuple(map(stem, plain_words(text)))


def _precedence(rule: Rule) -> tuple[int, int]:
    return -rule.priority, rule.id
