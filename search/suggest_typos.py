"""Mistyped beginnings of words: what a few letters most likely stand for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.spelling import MIN_LETTERS, SAME_START, SWAPPED, TWO_ERRORS_FROM
from search.suggest_index import WordIndex

MAX_WORDS = 50_000
"""The commonest words whose beginnings a correction may give."""
MAX_LETTERS = 16
"""Whoever has typed more of a word is compared by its first 16 letters and 2."""
MAX_ALTERNATIVES = 4
"""So many beginnings may stand for one that is mistyped."""
_LOOKED_AT = 32
"""Of the beginnings nearest to the typed one, the commonest are weighed."""


@dataclass(frozen=True, slots=True)
class PrefixSpeller:
    """Mends beginnings of words. Immutable; safe in any number of threads."""

    beginnings: Sequence[dict[str, int]]
    """By length: the beginnings of words, the commonest first, and how common each is."""
    listed: Sequence[Sequence[str]]
    """The same without the counts, as they are compared."""

    @classmethod
    def of(cls, index: WordIndex) -> PrefixSpeller:
        """Take an index's vocabulary; costs a look at each letter of each word."""
        counts = np.diff(index.starts)
        commonest = np.argsort(-counts, kind="stable")[:MAX_WORDS].tolist()
        gathered: list[dict[str, int]] = [{} for _ in range(MAX_LETTERS + 3)]
        for at in commonest:
            word, count = index.words[at], int(counts[at])
            if not word.isalpha():
                continue
            for length in range(MIN_LETTERS - 1, min(len(word), MAX_LETTERS + 2) + 1):
                beginning = word[:length]
                of_length = gathered[length]
                of_length[beginning] = of_length.get(beginning, 0) + count
        ordered = [
            dict(sorted(of_length.items(), key=lambda each: (-each[1], each[0])))
            for of_length in gathered
        ]
        return cls(tuple(ordered), tuple(map(tuple, ordered)))

    def alternatives(self, typed: str) -> tuple[str, ...]:
        """Give the beginnings that a mistyped one may stand for, the likeliest first.

        Letters count as in ``search.spelling``: one error from 4 of them, two from 7.
        """
        typed = typed[:MAX_LETTERS]
        if len(typed) < MIN_LETTERS or not typed.isalpha():
            return ()
        found = list(self._near(typed, 1))
        if not found and len(typed) >= TWO_ERRORS_FROM:
            # Who mistypes two letters still gets the first one right.
            found = [each for each in self._near(typed, 2) if each[1][0] == typed[0]]
        weighed = sorted((distance, -self._likelihood(typed, b), b) for distance, b in found)
        return tuple(beginning for _, _, beginning in weighed[:MAX_ALTERNATIVES])

    def _near(self, typed: str, errors: int) -> Iterator[tuple[float, str]]:
        for of_length in self.listed[len(typed) - errors : len(typed) + errors + 1]:
            found = process.extract(
                typed, of_length, scorer=OSA.distance, score_cutoff=errors, limit=_LOOKED_AT
            )
            yield from ((distance, beginning) for beginning, distance, _ in found)

    def _likelihood(self, typed: str, meant: str) -> float:
        """Weigh equally near beginnings as ``search.spelling`` does whole words."""
        swapped = sorted(typed) == sorted(meant)
        common = math.log10(1 + self.beginnings[len(meant)][meant])
        return common + SWAPPED * swapped + SAME_START * (typed[0] == meant[0])
