"""The several texts of one product: its title, and what else the catalogue says of it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from catalog.records import ProductRecord
from catalog.text import cut
from training.pairs import WeightedText
from training.phrases import facts_of

MAX_DESCRIPTION_CHARS = 200
"""About 45 tokens: CLIP reads 77, the bundled model 48, and both cut the rest unseen."""

_MAX_ATTRIBUTE_CHARS = 40
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_ENDED = (".", "!", "?", ":", ";", ",")
_USES = {"sports": "for sports", "travel": "for travel", "party": "for a party"}
"""Uses that are nouns; the others (casual, formal) stand alone."""
_YES = ("yes", "true")
_SAYS_NOTHING = ("", "no", "false", "none", "na", "n/a", "unknown", "other")


def texts_of(product: ProductRecord, text_weights: Mapping[str, float]) -> tuple[WeightedText, ...]:
    """Write a product's texts, the title first; a field of weight 0 or absent is left out.

    Two fields that say the same are one text with the weight of both.
    """
    texts: dict[str, float] = {}
    for name, write in _WRITERS.items():
        weight = text_weights.get(name, 0.0)
        if weight > 0 and (text := write(product)):
            texts[text] = texts.get(text, 0.0) + weight
    return tuple(WeightedText(text, weight) for text, weight in texts.items())


def first_sentences(description: str, max_chars: int = MAX_DESCRIPTION_CHARS) -> str:
    r"""Keep the sentences of a description that fit, or the beginning of a long first one.

    >>> first_sentences("Warm and soft.\nMachine washable\nMade in Porto.", 35)
    'Warm and soft. Machine washable.'
    >>> first_sentences("One sentence without an end", 15)
    'One sentence'
    """
    sentences = [found.strip() for found in _SENTENCE_END.split(description) if found.strip()]
    kept = ""
    for sentence in sentences:
        ended = sentence if sentence.endswith(_ENDED) or len(sentences) == 1 else f"{sentence}."
        longer = f"{kept} {ended}".strip()
        if len(longer) > max_chars:
            break
        kept = longer
    return kept or cut(sentences[0], max_chars).rstrip("… ") if sentences else ""


def attribute_line(product: ProductRecord) -> str:
    """Say a product's attributes as one line, looks first.

    >>> attribute_line(ProductRecord("1", "Tee", attributes={
    ...     "colour": "Blue", "material": "Cotton", "usage": "Sports", "neckline": "V-neck"}))
    'blue cotton, for sports, neckline v-neck'
    """
    _, colour, audience, use, pattern, material = facts_of(product)
    looks = [fact for fact in (colour, pattern, material) if fact not in _SAYS_NOTHING]
    parts = [" ".join(looks), f"for {audience}" if audience else "", _USES.get(use, use)]
    said = {colour, audience, use, pattern, material}
    for name, value in product.attributes.items():
        if (value := value.lower()) not in said:
            parts.append(_detail(name.lower().replace("_", " "), value))
    return first_parts([part for part in parts if part])


def first_parts(parts: list[str], max_chars: int = MAX_DESCRIPTION_CHARS) -> str:
    """Join parts with commas, as many from the front as fit.

    >>> first_parts(["blue", "for sports", "neckline round"], 16)
    'blue, for sports'
    """
    line = ""
    for part in parts:
        longer = f"{line}, {part}" if line else part
        if len(longer) > max_chars:
            break
        line = longer
    return line


def narrowest_names(product: ProductRecord) -> str:
    """Name a product's kind by the two narrowest names of its category.

    >>> narrowest_names(ProductRecord("1", "Tee", category=("Apparel", "Topwear", "Tshirts")))
    'Tshirts, Topwear'
    """
    return ", ".join(reversed(product.category[-2:]))


def _detail(name: str, value: str) -> str:
    """Say one more attribute, or nothing where no picture could show it: a code, an address."""
    if value in _YES:
        return name
    is_word = value.replace(" ", "").replace("-", "").isalpha()
    if value in _SAYS_NOTHING or not is_word or len(name) + len(value) > _MAX_ATTRIBUTE_CHARS:
        return ""
    return f"{name} {value}"


_WRITERS = {
    "title": lambda product: product.title,
    "description": lambda product: first_sentences(product.description),
    "attributes": attribute_line,
    "category": narrowest_names,
}
FIELDS = tuple(_WRITERS)
"""The catalogue's fields that make texts, in the order of an example's texts."""
