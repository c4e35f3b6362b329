"""A sentence as words, numbers and signs that know where they stand in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from catalog.thesaurus import stem

Key = tuple[str, ...]
"""Stems of a phrase's words."""

BREAK = ","
"""The stem of a sign that ends a phrase; no phrase is matched across one."""
MINUS = "−"
"""The stem of a hyphen that begins a word: -leather."""
DASH = "-"
"""The stem of a hyphen between numbers: 20-40."""

_TOKEN = re.compile(
    r"""
      (?P<wo> \bw/o\b )
    | (?P<minus> (?<![^\s(,;]) [-−–] (?=["“]?[^\W\d_]) )
    | (?P<number> (?<!\w) \d+ (?: [.,]\d+ )* (?= \W | $ | (?:euros?|eur|usd|gbp)\b ) )
    | (?P<word> \w+ (?: ['’]\w+ )* )
    | (?P<range> (?<=\d) \s? [-–—] \s? (?=[€$£¥₹]?\s?\d) | (?<=[€$£¥₹]) \s? [-–—] \s? (?=\d) )
    | (?P<sign> [&€$£¥₹%~] )
    | (?P<slash> (?<=\w) / (?=\w) )
    | (?P<glue> (?<=\w) [-–] (?=\w) )
    | (?P<break> [,;:.!?()\[\]{}|+/] | (?<=\s) [-–—] (?=\s) )
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word or sign of a sentence."""

    text: str
    start: int
    """Where it stands in the sentence, in characters."""
    end: int
    word: str
    """In lower case, without accents and apostrophes; ``and`` for ``&``."""
    stem: str
    """What its singular and its plural share; a sign's own name for a sign."""
    glued: bool = False
    """Whether a hyphen joins it to the word before."""

    @property
    def is_word(self) -> bool:
        """Whether it says something: not a sign."""
        return self.stem not in (BREAK, MINUS, DASH)

    @property
    def is_number(self) -> bool:
        """Whether it is a plain number."""
        digits = self.text.replace(",", "").replace(".", "")
        return digits.isascii() and digits.isdigit()


def tokenize(text: str) -> tuple[Token, ...]:
    """Split a sentence; what is neither a word nor a sign of the grammar is left out."""
    found: list[Token] = []
    glued = False
    for match in _TOKEN.finditer(text):
        kind, said = match.lastgroup or "", match.group()
        if kind == "glue":
            glued = True
            continue
        found.append(_token(kind, said, match.start(), match.end(), glued))
        glued = False
    return tuple(found)


def key_of(phrase: str) -> Key:
    """Give the stems of a phrase's words, as ``PhraseBook`` matches them.

    >>> key_of("Levi's Black & Tan Dresses")
    ('levi', 'black', 'and', 'tan', 'dress')
    """
    return tuple(token.stem for token in tokenize(phrase) if token.is_word)


def plain(word: str) -> str:
    """Give a word in lower case, without accents and apostrophes."""
    lower = word.casefold()
    if lower.isascii():
        return lower.replace("'", "")
    apart = unicodedata.normalize("NFKD", lower.replace("’", "").replace("'", ""))
    return "".join(char for char in apart if not unicodedata.combining(char)) or lower


def _token(kind: str, said: str, start: int, end: int, glued: bool) -> Token:
    signs = {"break": BREAK, "minus": MINUS, "range": DASH}
    if kind in signs:
        return Token(said, start, end, signs[kind], signs[kind])
    if kind == "wo":
        return Token(said, start, end, "without", "without")
    if said == "&":
        return Token(said, start, end, "and", "and")
    word = plain(said)
    return Token(said, start, end, word, _stem(word), glued)


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    return stem(word)


Value = TypeVar("Value")


class PhraseBook(Generic[Value]):
    """Values by phrase; the longest phrase at a place counts."""

    def __init__(self, entries: Iterable[tuple[Key, Value]] = ()) -> None:
        self._values: dict[Key, Value] = {}
        self._longest: dict[str, int] = {}
        for key, value in entries:
            self.add(key, value)

    def add(self, key: Key, value: Value) -> None:
        """Add a phrase; an empty one is none."""
        if key:
            self._values[key] = value
            self._longest[key[0]] = max(len(key), self._longest.get(key[0], 0))

    def get(self, key: Key) -> Value | None:
        """Look a whole phrase up."""
        return self._values.get(key)

    def __contains__(self, key: Key) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[Key]:
        return iter(self._values)

    def match(self, stems: Sequence[str], at: int, end: int) -> tuple[Value, int] | None:
        """Find the longest phrase that begins at a place, and where it ends."""
        if at >= end:
            return None
        longest = min(self._longest.get(stems[at], 0), end - at)
        for length in range(longest, 0, -1):
            key = tuple(stems[at : at + length])
            if key in self._values:
                return self._values[key], at + length
        return None
