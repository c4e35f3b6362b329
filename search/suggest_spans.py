"""Which letters of a suggestion are those that were typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from catalog.lexicon.folding import fold
from indexer.lexical_words import is_han

Span = tuple[int, int]
"""From one character of a text to before another."""

_COMPOUND = re.compile(r"\d+\.\d+|[^\W_]+(?:['’\-‐‑][^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
_JOINTS = "'’-‐‑"


def spans_of(text: str, beginnings: Sequence[str]) -> tuple[Span, ...]:
    """Find where words of a text begin with one of some folded beginnings.

    >>> spans_of("Crème T-Shirt", ["cre", "shi"])
    ((0, 3), (8, 11))
    >>> spans_of("Nike T-Shirt", ["tsh"])
    ((5, 9),)
    """
    longest_first = sorted(set(beginnings) - {""}, key=lambda each: (-len(each), each))
    found = [span for each in longest_first if is_han(each) for span in _within(text, each)]
    for word in _COMPOUND.finditer(text):
        # A compound counts as a whole, as "tshirt", or by its parts.
        spans = _first_fit(text, word.span(), longest_first) or [
            span
            for part in _PART.finditer(text, *word.span())
            for span in _first_fit(text, part.span(), longest_first)
        ]
        found += spans
    return _joined(found)


def _first_fit(text: str, word: Span, beginnings: Iterable[str]) -> list[Span]:
    start, end = word
    letters = [fold(char) if char not in _JOINTS else "" for char in text[start:end]]
    folded = "".join(letters)
    for beginning in beginnings:
        if folded.startswith(beginning):
            covered = 0
            for length, letter in enumerate(letters, 1):
                covered += len(letter)
                if covered >= len(beginning):
                    return [(start, start + length)]
    return []


def _within(text: str, signs: str) -> list[Span]:
    """Find signs anywhere: their script has no spaces between words."""
    return [match.span() for match in re.finditer(re.escape(signs), text)]


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Sort spans, and join those that touch."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
