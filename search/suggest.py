"""Suggestions while a shopper types: past queries, categories, brands and titles."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np

from catalog.lexicon.folding import fold
from core.vectors import Mask
from indexer.attributes import Columns
from indexer.documents import Documents
from indexer.lexical import LexicalIndex
from indexer.lexical_words import compounds, han_pairs, is_han
from search.collapse import Groups
from search.filters import Filter
from search.suggest_entries import (
    Entry,
    SuggestionKind,
    Titles,
    brands,
    categories,
    past_queries,
    titles,
)
from search.suggest_index import WordIndex, WordLists, WordRange
from search.suggest_spans import Span, spans_of
from search.suggest_typos import PrefixSpeller

USUAL_LIMIT, MAX_LIMIT = 10, 50
SHARES = {
    SuggestionKind.QUERY: 0.3,
    SuggestionKind.CATEGORY: 0.3,
    SuggestionKind.BRAND: 0.2,
    SuggestionKind.TITLE: 0.6,
}
"""The largest part of a list that one kind takes, so that no kind crowds out the others."""
MAX_CHARS = 100
MAX_WORDS = 8
"""Of what was typed: the first ones count."""
MAX_MENDED = 2
"""Words of which other readings are looked up: each costs most of what a suggestion may."""
MENDED_KEPT = 4_096
"""Words whose other readings are remembered, some 400 bytes each."""
ENOUGH = 3
"""With so many suggestions nothing was mistyped."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line below the search field."""

    kind: SuggestionKind
    text: str
    spans: tuple[Span, ...]
    """The characters of ``text`` that were typed, to be set apart."""
    count: int
    """Clicks of a past query; products with a title; hits of a category or a brand."""
    path: tuple[str, ...] = ()
    """Of a category, from the widest to itself."""
    filter: Filter | None = None
    """What a category or a brand stands for."""
    product_id: str = ""
    """Of a title: its first product."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read what was typed."""

    words: tuple[tuple[str, ...], ...]
    """The folded beginnings that each typed word may stand for."""
    whole: int = 0
    """How many of the words, from the first, are finished."""
    is_mended: bool = False

    def ranges(self, index: WordIndex) -> Iterator[list[WordRange]]:
        """Look each word up."""
        for at, beginnings in enumerate(self.words):
            find = index.exactly if at < self.whole else index.beginning_with
            yield [find(each) for each in beginnings]


class Suggester:
    """Suggests from one generation. Immutable; safe in any number of threads.

    Titles are read from ``documents`` as they are suggested, so the snapshot must be open.
    """

    def __init__(
        self, index: WordIndex, above: WordIndex, entries: Sequence[Sequence[Entry]],
        found: Titles, documents: Documents,
    ) -> None:  # fmt: skip
        self._index = index
        self._above = above
        self._entries = tuple(chain.from_iterable(entries))
        self._titles = found
        self._documents = documents
        sizes = (*map(len, entries), len(found.positions))
        ends = np.cumsum(sizes).tolist()
        self._blocks = {
            kind: slice(end - size, end)
            for kind, size, end in zip(SuggestionKind, sizes, ends, strict=True)
        }
        # Who types on leaves the words before as they were: each is mended once.
        self._alternatives = lru_cache(MENDED_KEPT)(PrefixSpeller.of(index).alternatives)

    @classmethod
    def of(
        cls,
        columns: Columns,
        lexical: LexicalIndex,
        documents: Documents,
        clicked: Mapping[str, int] = {},
    ) -> Suggester:
        """Read what a generation can suggest, in one pass over its products.

        Args:
            columns: Of the generation, as are ``lexical`` and ``documents``.
            lexical: Tells which past queries are words.
            documents: The products.
            clicked: Past queries, and how many clicks each had.
        """
        groups = Groups(columns)
        kinds = (
            past_queries(clicked, lexical),
            categories(columns, groups),
            brands(columns, groups),
        )
        found, texts = titles(documents)
        own, above = WordLists(), WordLists()
        for entry in chain.from_iterable(kinds):
            own.add(entry.text)
            above.add(" ".join(entry.path[:-1]))
        for text in texts:
            own.add(text)
        return cls(own.finish(), above.finish(), kinds, found, documents)

    def suggest(
        self, prefix: str, limit: int = USUAL_LIMIT, hidden: Mask | None = None
    ) -> tuple[Suggestion, ...]:
        """Complete what has been typed so far.

        Any word may be unfinished and they may stand in any order; each is in every
        suggestion, for a category in its path. What has the words as typed comes before what
        was mistyped, then a kind comes after the other, and within a kind texts that begin as
        typed come first, then the most frequent.

        Args:
            prefix: What was typed; of more than ``MAX_CHARS`` the beginning.
            limit: How many at most; bounded by ``MAX_LIMIT``.
            hidden: Products whose titles are not suggested; shape (products,).
        """
        typed = prefix[:MAX_CHARS]
        words = _typed_words(typed)
        shown = _Shown(min(limit, MAX_LIMIT))
        if words and limit > 0:
            for reading in self._readings(words, typed[-1:].isspace(), shown):
                self._collect(reading, shown, hidden)
                if shown.is_full:
                    break
        return shown.suggestions()

    def _readings(self, words: Sequence[str], finished: bool, shown: _Shown) -> Iterator[_Reading]:
        """Read what was typed in one way after another, the likeliest first."""
        typed = tuple((word,) for word in words)
        if whole := len(words) if finished else len(words) - 1:
            yield _Reading(typed, whole)
        yield _Reading(typed)
        if len(shown) >= ENOUGH:
            return
        mended = self._mended(words, len(shown) > 0)
        for likely in (1, None) if mended else ():
            read = tuple(
                known + mended[at][:likely] if at in mended else (words[at],)
                for at, known in enumerate(self._known(words))
            )
            yield _Reading(read, is_mended=True)

    def _mended(self, words: Sequence[str], fits: bool) -> dict[int, tuple[str, ...]]:
        """Find what words that no entry has may stand for; nothing where that leaves one out.

        If all are known, though not together, the last ones are looked at.
        """
        known = self._known(words)
        unknown = [at for at in range(len(words)) if not known[at]]
        if len(unknown) > MAX_MENDED or (fits and not unknown):
            return {}
        suspect = unknown or range(len(words))[-MAX_MENDED:]
        found = {at: self._alternatives(words[at]) for at in suspect}
        return found if all(found[at] for at in unknown) else {}

    def _known(self, words: Sequence[str]) -> list[tuple[str, ...]]:
        """Keep the words that an entry has, or the beginning of one."""
        index = self._index
        return [(word,) if index.count(index.beginning_with(word)) else () for word in words]

    def _collect(self, reading: _Reading, shown: _Shown, hidden: Mask | None) -> None:
        """List what fits a reading, as many of each kind as there is room for."""
        ranges = list(reading.ranges(self._index))
        fitting = self._fitting(reading, ranges)
        if hidden is not None:
            fitting[self._blocks[SuggestionKind.TITLE]] &= ~hidden[self._titles.positions]
        beginnings = list(chain.from_iterable(reading.words))
        for kind, block in self._blocks.items():
            found = np.flatnonzero(fitting[block]) + block.start
            first = self._index.first[found]
            leading = np.zeros(len(found), dtype=np.bool_)
            for begin, end in ranges[0]:
                leading |= (first >= begin) & (first < end)
            for at in chain(found[leading].tolist(), found[~leading].tolist()):
                if not shown.has_room(kind):
                    break
                if at not in shown:
                    made = self._made(kind, at, beginnings)
                    shown.add(at, made, reading.is_mended)

    def _fitting(self, reading: _Reading, ranges: Sequence[list[WordRange]]) -> Mask:
        """Tell which entries have every word, and one of them in their own name."""
        own = [self._index.having(each) for each in ranges]
        fitting: Mask = np.logical_and.reduce(own)
        if len(own) > 1:
            # Shoes for men are in Men > Shoes, whose own name is Shoes.
            block = self._blocks[SuggestionKind.CATEGORY]
            above = [self._above.having(each)[block] for each in reading.ranges(self._above)]
            named = np.logical_or.reduce(own)[block]
            within = [mine[block] | its for mine, its in zip(own, above, strict=True)]
            fitting[block] = np.logical_and.reduce([named, *within])
        return fitting

    def _made(self, kind: SuggestionKind, at: int, beginnings: Sequence[str]) -> Suggestion:
        if kind is not SuggestionKind.TITLE:
            entry = self._entries[at]
            spans = spans_of(entry.text, beginnings)
            return Suggestion(kind, entry.text, spans, entry.count, entry.path, entry.filter)
        number = at - self._blocks[kind].start
        product = self._documents[int(self._titles.positions[number])]
        text, count = " ".join(product.title.split()), int(self._titles.counts[number])
        return Suggestion(kind, text, spans_of(text, beginnings), count, product_id=product.id)


class _Shown:
    """The list as it grows."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._left = {kind: max(1, math.ceil(share * limit)) for kind, share in SHARES.items()}
        self._listed: list[tuple[bool, Suggestion]] = []
        self._entries: set[int] = set()
        self._texts: set[str] = set()

    def __len__(self) -> int:
        return len(self._listed)

    def __contains__(self, entry: int) -> bool:
        return entry in self._entries

    @property
    def is_full(self) -> bool:
        return len(self) >= self._limit

    def has_room(self, kind: SuggestionKind) -> bool:
        return not self.is_full and self._left[kind] > 0

    def add(self, entry: int, made: Suggestion, is_mended: bool) -> None:
        """Add an entry, unless another kind has said the same; two categories have two paths."""
        self._entries.add(entry)
        text = fold(made.text)
        if text not in self._texts or made.kind is SuggestionKind.CATEGORY:
            self._texts.add(text)
            self._left[made.kind] -= 1
            self._listed.append((is_mended, made))

    def suggestions(self) -> tuple[Suggestion, ...]:
        """Give what was spelt as typed first, a kind after the other."""
        kinds = list(SuggestionKind)
        ordered = sorted(self._listed, key=lambda each: (each[0], kinds.index(each[1].kind)))
        return tuple(suggestion for _, suggestion in ordered)


def _typed_words(typed: str) -> list[str]:
    """Split what was typed into folded words; Han into pairs of signs, as it is indexed."""
    words: list[str] = []
    for parts in compounds(typed):
        words += han_pairs(parts[0]) if is_han(parts[0]) else ["".join(parts)]
    return list(dict.fromkeys(words))[:MAX_WORDS]
