"""The texts that stand for a product in the text field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from catalog.records import ProductRecord
from catalog.thesaurus import kind_of, phrases_of_kind

MAX_CHARS = 2_000
"""Far beyond what any tokenizer keeps (CLIP: 77 tokens, a MiniLM: 128 to 512)."""

_WORD = re.compile(r"\w+")
_LETTER = re.compile(r"[^\W\d_]")


def product_texts(product: ProductRecord) -> tuple[str, ...]:
    """Give a product's texts: its own, then shoppers' words for its kind where that is known.

    A product without words has none.

    >>> product_texts(ProductRecord(id="7", title="Acme Whistler", category=("Kettles",)))
    ('Acme Whistler. Kettles', 'kettle, water boiler, tea kettle')
    >>> product_texts(ProductRecord(id="8", title="Gizmo"))
    ('Gizmo',)
    """
    texts = (product_text(product), shoppers_words(product))
    return tuple(dict.fromkeys(text for text in texts if text))


def shoppers_words(product: ProductRecord) -> str:
    """Say a product's kind as shoppers do; empty where it is not known.

    It is the same for all products of a kind, so that a generation holds it once.
    """
    return ", ".join(phrases_of_kind(kind_of(product)))


def product_text(product: ProductRecord) -> str:
    """Say a product in few words, the most telling first, for an encoder that cuts long texts.

    The order is: title; category, narrowest first; brand; attributes as "name value", in
    the order of their names; description. A part that only repeats words said before is
    left out, for it would push others over the cut. So are attributes that no picture
    shows and no shopper says: values without a letter, and addresses.

    >>> product_text(ProductRecord(
    ...     id="7", title="Nike Blue Running Shoes", brand="Nike",
    ...     category=("Footwear", "Shoes"), attributes={"base_colour": "Navy", "code": "0815"},
    ...     description="Light and  quick.",
    ... ))
    'Nike Blue Running Shoes. Footwear. base colour Navy. Light and quick'
    """
    said: set[str] = set()
    kept: list[str] = []
    for part, news in _parts(product):
        words = _words(news)
        if not said.issuperset(words):
            kept.append(part.rstrip(" .") or part)
            said.update(words)
    return ". ".join(kept)[:MAX_CHARS]


def _parts(product: ProductRecord) -> Iterator[tuple[str, str]]:
    """Give each part beside those of its words that could be news."""
    for plain in (product.title, *reversed(product.category), product.brand):
        yield (tidy := _tidy(plain)), tidy
    for name in sorted(product.attributes):
        value = _tidy(product.attributes[name])
        if _LETTER.search(value) and "://" not in value:
            yield f"{_spoken(name)} {value}", value
    yield (tidy := _tidy(product.description)), tidy


def _words(text: str) -> list[str]:
    """Split a text into words whose case does not count."""
    if text.isascii():  # nearly all texts, and three times as fast
        return _WORD.findall(text.lower())
    return [word.casefold() for word in _WORD.findall(text)]


@lru_cache(maxsize=4096)
def _spoken(name: str) -> str:
    """Say an attribute's name, which many products share."""
    return _tidy(name.replace("_", " "))


def _tidy(text: str) -> str:
    return " ".join(text.split())
