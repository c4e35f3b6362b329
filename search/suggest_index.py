"""Which suggestions have which words: a sorted vocabulary and the entries of each word."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.vectors import Mask
from indexer.lexical_words import indexed_words

WordRange: TypeAlias = tuple[int, int]
"""Words from one number to before another: those that begin alike stand side by side."""

MAX_ENTRY_WORDS = 32
"""Of one title; what stands further behind is not what anybody types first."""


class WordLists:
    """Gathers the words of entries as they come; 4 bytes a word."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._read: dict[str, tuple[int, ...]] = {}
        self._words = array("i")
        self._ends = array("q", [0])

    def add(self, text: str) -> None:
        """Note the words of the next entry, the first word first."""
        found: list[int] = []
        for run in text.split():
            # Titles share their words: each is folded and taken apart once.
            if (numbers := self._read.get(run)) is None:
                numbers = self._read[run] = tuple(map(self._number, indexed_words(run)))
            found += numbers
        self._words.extend(found[:MAX_ENTRY_WORDS])
        self._ends.append(len(self._words))

    def finish(self) -> WordIndex:
        """Sort the vocabulary and the entries of each word."""
        vocabulary = sorted(self._numbers)
        final = np.empty(len(vocabulary), dtype=np.int64)
        final[[self._numbers[word] for word in vocabulary]] = np.arange(len(vocabulary))
        words = final[np.frombuffer(self._words, dtype=np.int32)] if self._words else final[:0]
        ends = np.frombuffer(self._ends, dtype=np.int64)
        entries = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
        pairs = np.sort(words << 32 | entries)
        pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)]]
        first = np.full(len(ends) - 1, -1, dtype=np.int32)
        filled = np.flatnonzero(np.diff(ends))
        first[filled] = words[ends[filled]]
        return WordIndex(
            words=vocabulary,
            starts=np.searchsorted(pairs >> 32, np.arange(len(vocabulary) + 1)),
            entries=(pairs & 0xFFFF_FFFF).astype(np.int32),
            first=first,
        )

    def _number(self, word: str) -> int:
        return self._numbers.setdefault(word, len(self._numbers))


@dataclass(frozen=True, slots=True)
class WordIndex:
    """The words of entries, found by how they begin. Immutable."""

    words: Sequence[str]
    """Folded, sorted."""
    starts: NDArray[np.int64]
    """Shape (words + 1,): where each word's entries begin, and the end."""
    entries: NDArray[np.int32]
    """The entries that have each word, rising within it."""
    first: NDArray[np.int32]
    """Shape (entries,): the word that each begins with; -1 where it has none."""

    def beginning_with(self, prefix: str) -> WordRange:
        """Find the words that begin with a folded prefix."""
        return bisect_left(self.words, prefix), bisect_left(self.words, f"{prefix}\U0010ffff")

    def exactly(self, word: str) -> WordRange:
        """Find a folded word; an empty range where no entry has it."""
        at = bisect_left(self.words, word)
        return at, at + (at < len(self.words) and self.words[at] == word)

    def count(self, words: WordRange) -> int:
        """Count how often entries have one of these words."""
        begin, end = words
        return int(self.starts[end] - self.starts[begin])

    def having(self, ranges: Iterable[WordRange]) -> Mask:
        """Tell which entries have a word in one of the ranges; shape (entries,)."""
        mask = np.zeros(len(self.first), dtype=np.bool_)
        for begin, end in ranges:
            # One stretch, because the entries lie in the order of their words.
            mask[self.entries[self.starts[begin] : self.starts[end]]] = True
        return mask
