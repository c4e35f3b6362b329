"""Rewording a query before it is understood: product words of other languages, and spelling."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from catalog.lexicon.languages import Language
from indexer.lexical import LexicalIndex
from indexer.lexical_words import compounds, han_pairs, is_han
from search.spelling import Speller
from search.translation import foreign_to, translate

MAX_CORRECTIONS = 6
"""So many words are looked up in the vocabulary; who has more unknown ones mistyped none."""

_WORD = re.compile(r"[^\W_]+(?:['’\-‐‑][^\W_]+)*")
_QUOTED = re.compile(r"[\"“„«][^\"”“»]*[\"”“»]")


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One change, as it is told to whoever asked."""

    before: str
    after: str
    why: Literal["spelling", "language"]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A query as it is read on."""

    text: str
    changes: tuple[Rewrite, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """Rewords queries for one catalogue. Immutable; safe in any number of threads."""

    lexical: LexicalIndex
    speller: Speller
    foreign: tuple[Language, ...]
    """The languages that the catalogue is not written in."""

    @classmethod
    def of(cls, lexical: LexicalIndex) -> Wording:
        """Take a catalogue's vocabulary, once per generation."""
        foreign = foreign_to(lexical.words, lexical.products)
        return cls(lexical, Speller.of(lexical), foreign)

    def rewrite(self, text: str, last_is_prefix: bool = False) -> Rewritten:
        """Write a query in English words that the catalogue knows.

        A text in another language is translated and its other words are left alone; else
        what is mistyped is mended. What stands in quotation marks stays as it is.

        Args:
            text: What was typed.
            last_is_prefix: Whether the last word may be unfinished.
        """
        quoted = [match.span() for match in _QUOTED.finditer(text)]
        free = [
            (each.start, each.end, each.english)
            for each in translate(text, self.foreign, self._uses)
            if not any(start < each.end and each.start < end for start, end in quoted)
        ]
        if free:
            return _replaced(text, free, "language")
        return _replaced(text, self._corrections(text, quoted, last_is_prefix), "spelling")

    def _uses(self, word: str) -> bool:
        """Tell whether the catalogue's own texts have a word as it stands."""
        forms = han_pairs(word) if is_han(word) else [word]
        return all(self.lexical.words.count(form) for form in forms)

    def _corrections(
        self, text: str, quoted: list[tuple[int, int]], last_is_prefix: bool
    ) -> list[tuple[int, int, str]]:
        found: list[tuple[int, int, str]] = []
        looked_up = 0
        for match in _WORD.finditer(text):
            parts = next(iter(compounds(match[0])), ())
            whole = "".join(parts)
            inside = any(start <= match.start() < end for start, end in quoted)
            if inside or all(map(self.speller.knows, parts)) or self.speller.knows(whole):
                continue
            unfinished = last_is_prefix and match.end() == len(text)
            if unfinished and self.lexical.words.beginning_with(whole, 1):
                continue
            looked_up += 1
            if looked_up > MAX_CORRECTIONS:
                return []
            if (mended := self.speller.correct(whole)) != whole:
                found.append((*match.span(), mended))
        return found


def _replaced(
    text: str, parts: list[tuple[int, int, str]], why: Literal["spelling", "language"]
) -> Rewritten:
    """Put words in the stead of stretches of a text, apart from what stands beside them."""
    said, changes, last = "", [], 0
    for start, end, after in parts:
        gap = text[last:start]
        joint = " " if last and not gap and after else ""
        said += gap + joint + _apart(said + gap, after)
        changes.append(Rewrite(text[start:end], after, why))
        last = end
    rest = text[last:]
    space = " " if parts and rest[:1].isalnum() else ""
    return Rewritten(said + space + rest, tuple(changes))


def _apart(before: str, word: str) -> str:
    return f" {word}" if word and before[-1:].isalnum() else word
