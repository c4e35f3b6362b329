"""Parts of a sentence that were understood, before they become chips."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from search.filters import Filter
from search.understand import english
from search.understand.chips import ChipKind
from search.understand.meanings import Meaning
from search.understand.tokens import BREAK, Token

Span = tuple[int, int]
"""From a token to before another."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Some words of a sentence and what they ask for."""

    kind: ChipKind
    label: str
    filter: Filter | None
    spans: tuple[Span, ...]
    """Its words."""
    negative: str = ""
    stays: bool = False
    """Whether its words stay in the text to search for."""
    removed: tuple[Span, ...] = ()
    """What goes when it is taken off, where that is not just its words."""
    level: str = ""
    """``cheap`` or ``expensive``: its bounds depend on what else is asked for."""

    @property
    def start(self) -> int:
        """Where it begins in the sentence."""
        return self.spans[0][0]


class Sentence:
    """The tokens of a text, and which of them have been claimed."""

    def __init__(self, text: str, tokens: Sequence[Token], sought: int | None = None) -> None:
        self.text = text
        self.tokens = tokens
        self.sought = sought
        """Where the kind begins that is looked for although an exclusion stands before it."""
        self.words = tuple(token.word for token in tokens)
        self.stems = tuple(token.stem for token in tokens)
        self.claims: list[Claim] = []
        self._taken = [False] * len(tokens)
        self.named: dict[int, tuple[Meaning, int]] = {}
        """By its first token: a name, and where it ends."""
        self._in_name = [False] * len(tokens)
        self.sizes: dict[int, tuple[Meaning, int]] = {}
        """By its first token: a size, and where it ends."""

    def __len__(self) -> int:
        return len(self.tokens)

    def add(self, claim: Claim) -> None:
        """Claim words."""
        self.claims.append(claim)
        for start, end in claim.spans:
            self._taken[start:end] = [True] * (end - start)

    def name(self, meaning: Meaning, start: int, end: int) -> None:
        """Keep words together as a name."""
        self.named[start] = (meaning, end)
        self._in_name[start:end] = [True] * (end - start)

    def is_free(self, at: int) -> bool:
        """Tell whether a word can still mean anything."""
        return not self._taken[at] and not self._in_name[at]

    def are_free(self, start: int, end: int) -> bool:
        """Tell whether words can still mean anything."""
        return not any(self._taken[start:end]) and not any(self._in_name[start:end])

    def is_taken(self, at: int) -> bool:
        """Tell whether a word is claimed; a name alone claims nothing."""
        return self._taken[at]

    def slice(self, start: int, end: int) -> str:
        """Give words as they were typed, with what stands between them."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end]

    def joined(self, spans: Iterable[Span]) -> str:
        """Give the words of several spans as they were typed."""
        return " ".join(self.slice(start, end) for start, end in spans)

    def with_links(self, span: Span) -> Span:
        """Take in what ties a claim to the rest: a comma, "and", "but" before it.

        At the beginning of a sentence they stand behind it.
        """
        start, end = span
        while start and self._is_link(start - 1):
            start -= 1
        while not start and end < len(self) and self._is_link(end):
            end += 1
        return start, end

    def _is_link(self, at: int) -> bool:
        word = self.words[at]
        link = self.stems[at] == BREAK or word in english.BUT or word in english.AND
        return link and self.is_free(at)

    def without(self, spans: Iterable[Span]) -> str:
        """Give the text without some words, tidy at the seams."""
        if not self.tokens:
            return self.text
        gone = [False] * len(self)
        for start, end in spans:
            gone[start:end] = [True] * (end - start)
        kept: list[str] = []
        at = 0
        while at < len(self):
            end = at + 1
            while end < len(self) and gone[end] == gone[at]:
                end += 1
            if not gone[at] and (said := self._with_margins(at, end)):
                kept.append(said if self.stems[at] == BREAK or not kept else f" {said}")
            at = end
        if gone[-1] and (behind := self._pictures_behind()):
            kept.append(f" {behind}")
        return "".join(kept).strip(",;: ")

    def _pictures_behind(self) -> str:
        """Give what stands behind the last word where it is an emoji: a quote says nothing."""
        behind = self.text[self.tokens[-1].end :].strip()
        return behind if any(unicodedata.category(char) == "So" for char in behind) else ""

    def _with_margins(self, start: int, end: int) -> str:
        """Give words with what stands around them and is no word: emoji, quotes."""
        first = self.tokens[start - 1].end if start else 0
        last = self.tokens[end].start if end < len(self) else len(self.text)
        return self.text[first:last].strip()
