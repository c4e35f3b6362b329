"""Spelling: the catalogue's word that a mistyped one most likely stands for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, groupby

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from catalog.lexicon.english import english_words, function_words, thesaurus_words
from indexer.lexical import CatalogueWords, LexicalIndex

MAX_VOCABULARY = 50_000
"""The commonest words that a correction may give; so many are compared in under 1 ms."""

RARE = 4_000
"""A correction is a word of more than one product in so many: a rare one would more often be
taken for a name that the catalogue lacks than meant."""

TWO_ERRORS_FROM = 7
"""Letters from which two errors are mended; a short word with two could be anything."""

MIN_LETTERS = 4
"""Shorter words are sizes, codes and abbreviations, and all alike."""

SWAPPED, DOUBLED, SAME_START = 0.5, 0.5, 0.5
"""How many powers of ten in frequency it is worth that two letters changed places, that a letter
was doubled or was not (``gren``), or that the first letter is right. Chosen on generated typos
(tests/search/test_spelling.py)."""

MIN_PART = 3
"""Letters of each half where a space was forgotten."""


@dataclass(frozen=True, slots=True)
class Speller:
    """Mends single words. Immutable; safe in any number of threads."""

    lexical: LexicalIndex
    targets: Sequence[tuple[str, ...]]
    """By length: what a correction may give, the commonest first."""

    @classmethod
    def of(cls, lexical: LexicalIndex) -> Speller:
        """Take a catalogue's vocabulary, once per generation."""
        words = lexical.words
        commonest = np.argsort(-words.counts, kind="stable")[:MAX_VOCABULARY].tolist()
        rarest = lexical.products // RARE
        offered = dict.fromkeys(words.words[at] for at in commonest if words.counts[at] > rarest)
        offered |= dict.fromkeys(sorted(thesaurus_words()))
        by_length: dict[int, list[str]] = {}
        for word in offered:
            if word.isalpha() and len(word) >= MIN_PART:
                by_length.setdefault(len(word), []).append(word)
        longest = max(by_length, default=0)
        targets = tuple(tuple(by_length.get(length, ())) for length in range(longest + 1))
        return cls(lexical, targets)

    def knows(self, word: str) -> bool:
        """Tell whether a folded word is one, of the catalogue or of plain English."""
        return (
            self.lexical.knows(word)
            or word in english_words()
            or word.removesuffix("s") in english_words()
        )

    def correct(self, word: str) -> str:
        """Give what a folded word most likely stands for; itself where it is right or unclear.

        The nearest word counts (Damerau-Levenshtein, each pair of letters changed once), of
        equally near ones the likeliest. Where no word is one error away, a forgotten space is
        looked for before a second error.
        """
        if len(word) < MIN_LETTERS or not word.isalpha() or self.knows(word):
            return word
        return (
            self._nearest(word, 1)
            or self._apart(word)
            or (self._nearest(word, 2) if len(word) >= TWO_ERRORS_FROM else "")
            or word
        )

    def _nearest(self, word: str, errors: int) -> str:
        size = len(word)
        near = self.targets[max(size - errors, 0) : size + errors + 1]
        found = process.extract(
            word, list(chain(*near)), scorer=OSA.distance, score_cutoff=errors, limit=None
        )
        if errors > 1:  # who mistypes two letters still gets the first one right
            found = [each for each in found if each[0][0] == word[0]]
        if not found:
            return ""
        return min((distance, -self._likelihood(word, each), each) for each, distance, _ in found)[
            2
        ]

    def _likelihood(self, typed: str, meant: str) -> float:
        """Weigh equally near words: by how common they are, and by how people mistype."""
        common = math.log10(1 + self.lexical.words.count(meant))
        swapped = sorted(typed) == sorted(meant)
        doubled = _undoubled(typed) == _undoubled(meant)
        same_start = typed[0] == meant[0]
        return common + SWAPPED * swapped + DOUBLED * doubled + SAME_START * same_start

    def _apart(self, word: str) -> str:
        """Split a word in two that the catalogue has, the rarer of them as common as can be."""
        words: CatalogueWords = self.lexical.words
        splits = ((word[:at], word[at:]) for at in range(MIN_PART, len(word) - MIN_PART + 1))
        grammar = function_words()
        counted = (
            (min(map(words.count, split)), " ".join(split))
            for split in splits
            if grammar.isdisjoint(split)
        )
        count, best = max(counted, default=(0, ""))
        return best if count > self.lexical.products // RARE else ""


def _undoubled(word: str) -> str:
    return "".join(letter for letter, _ in groupby(word))
