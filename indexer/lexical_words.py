"""Text to words as the lexical index knows them, for products and queries alike."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

import Stemmer

from catalog.lexicon.folding import fold

MAX_WORD_CHARS = 40
"""Longer runs of letters are codes and addresses, which nobody types."""

_HAN = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_HAN}]+|\d+\.\d+|[^\W_{_HAN}]+(?:['’\-‐‑][^\W_{_HAN}]+)*")
_BEGINS_HAN = re.compile(f"[{_HAN}]")
_JOINT = re.compile(r"['’\-‐‑]")
_POSSESSIVE = re.compile(r"['’]s$")

_stemmer = Stemmer.Stemmer("english", 0)
_stemming = threading.Lock()
"""PyStemmer does not promise that threads may share one."""


def compounds(text: str) -> list[tuple[str, ...]]:
    """Split a text into folded words, in order, each as the parts that it is joined of.

    >>> compounds("Men's T-Shirt, size 2.5")
    [('men',), ('t', 'shirt'), ('size',), ('2.5',)]
    """
    found = (_POSSESSIVE.sub("", word) for word in _WORD.findall(fold(text)))
    parted = (tuple(part for part in _JOINT.split(word) if part) for word in found)
    return [parts for parts in parted if 0 < sum(map(len, parts)) <= MAX_WORD_CHARS]


def plain_words(text: str) -> list[str]:
    """Split a text into folded words, in order; compounds stay whole and lose their joints.

    >>> plain_words("Men's T-Shirt, size 2.5")
    ['men', 'tshirt', 'size', '2.5']
    """
    return ["".join(parts) for parts in compounds(text)]


def indexed_words(text: str) -> Iterator[str]:
    """Give the words by which a product can be found: a compound's parts besides the whole.

    Han has no spaces, so that its pairs of neighbours stand for words.

    >>> list(indexed_words("T-Shirt 连衣裙"))
    ['tshirt', 't', 'shirt', '连衣', '衣裙']
    """
    return chain.from_iterable(map(_words_between_spaces, text.split()))


@lru_cache(maxsize=65_536)
def _words_between_spaces(written: str) -> tuple[str, ...]:
    """Read what stands between two spaces; a catalogue says the same again and again."""
    words: list[str] = []
    for parts in compounds(written):
        if is_han(parts[0]):
            words += han_pairs(parts[0])
        else:
            words += ("".join(parts), *parts) if len(parts) > 1 else parts
    return tuple(words)


def is_han(word: str) -> bool:
    """Tell whether a word is of a script without spaces between words."""
    return _BEGINS_HAN.match(word) is not None


def han_pairs(word: str) -> list[str]:
    """Cut a run of Han into overlapping pairs; a single sign stays alone."""
    return [word[at : at + 2] for at in range(len(word) - 1)] or [word]


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Cut an English word to what its forms share (Snowball); the result need not be a word.

    >>> stem("watches"), stem("watch"), stem("2.5")
    ('watch', 'watch', '2.5')
    """
    if not word.isalpha():
        return word
    with _stemming:
        return str(_stemmer.stemWord(word))
