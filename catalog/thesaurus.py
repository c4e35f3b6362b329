"""Shoppers' words for what catalogues write: general English, by kind of product and colour."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from catalog.records import ProductRecord

THESAURUS = Path(__file__).with_name("thesaurus.toml")

Phrases = tuple[str, ...]

_WORD = re.compile(r"\w+")
_UNKNOWN = ""

_Stems = tuple[str, ...]


def phrases_of_kind(kind: str) -> Phrases:
    """Give what shoppers say for a kind, the plainest first; nothing for one that is not known.

    >>> phrases_of_kind("Kettles")
    ('kettle', 'water boiler', 'tea kettle')
    """
    return _book().kinds.get(kind.lower(), ())


def phrases_of_colour(colour: str) -> Phrases:
    """Give what shoppers say for a colour; nothing for one that is not known.

    >>> phrases_of_colour("Maroon")
    ('maroon', 'dark red', 'wine red')
    """
    return _book().colours.get(colour.lower(), ())


def kind_of(product: ProductRecord) -> str:
    """Name a product's kind as the thesaurus does; empty where it is not known.

    The narrowest category is it, where the thesaurus has its name. Otherwise English puts
    it at the end of the title: of the names that a title ends with, the longest counts.
    Singular and plural are alike, and so are a kind's name and its plainest phrase.

    >>> kind_of(ProductRecord("1", "Acme Runner 3", category=("Shoes", "Sports Shoes")))
    'sports shoes'
    >>> kind_of(ProductRecord("2", "Walnut Side Table and Dining Chair", category=("Dining",)))
    'chairs'
    """
    book = _book()
    category = product.category[-1].lower() if product.category else ""
    if category in book.kinds:
        return category
    named = book.names.get(_stems(category), _UNKNOWN)
    return named or _kind_at_the_end(product.title)


def _kind_at_the_end(title: str) -> str:
    book = _book()
    words = _stems(title)
    tails = (words[-count:] for count in range(min(book.longest, len(words)), 0, -1))
    return next((book.names[tail] for tail in tails if tail in book.names), _UNKNOWN)


@dataclass(frozen=True, slots=True)
class _Book:
    kinds: Mapping[str, Phrases]
    colours: Mapping[str, Phrases]
    names: Mapping[_Stems, str]
    """Stems of what a kind is called to the kind."""
    longest: int
    """Words in the longest name."""


@cache
def _book() -> _Book:
    told = tomllib.loads(THESAURUS.read_text(encoding="utf-8"))
    kinds = {kind: tuple(phrases) for kind, phrases in told["kinds"].items()}
    names: dict[_Stems, str] = {}
    # A name of its own goes before another kind's plainest phrase: sneakers are sneakers,
    # though sports shoes are called so too.
    plainest = ((phrases[0], kind) for kind, phrases in kinds.items())
    for name, kind in (*zip(kinds, kinds, strict=True), *plainest):
        names.setdefault(_stems(name), kind)
    colours = {colour: tuple(phrases) for colour, phrases in told["colours"].items()}
    return _Book(kinds, colours, names, max(map(len, names)))


def _stems(text: str) -> _Stems:
    return tuple(stem(word) for word in _WORD.findall(text.lower()))


def stem(word: str) -> str:
    """Cut a word to what its singular and its plural share; the result need not be a word.

    >>> stem("watches") == stem("watch"), stem("dresses"), stem("accessories")
    (True, 'dress', 'accessory')
    """
    if word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    if word.endswith(("che", "she", "sse", "xe")):  # watches, brushes, dresses, boxes
        return word[:-1]
    if word.endswith("ie"):  # accessories, accessory; ties and tie fare alike
        return f"{word[:-2]}y"
    if word.endswith(("fe", "ve")):  # scarves, scarf; knives, knife; gloves and glove fare alike
        return f"{word[:-2]}f"
    return word
