"""Shoppers' words for a product, made from its facts and the thesaurus.

Titles name brands and models; shoppers ask for "a tee in light blue". A model that has
seen titles alone forgets the words that titles do not use, so each product is also shown
with phrases made of its kind, colour, audience and use.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from catalog.records import ProductRecord
from catalog.thesaurus import phrases_of_colour, phrases_of_kind

FACTS = ("kind", "colour", "audience", "use", "pattern", "material")
"""What a phrase may state, in the order of a ``Phrase``'s facts."""

_COLOUR_ATTRIBUTES = ("base_colour", "colour", "color")
_USE_ATTRIBUTES = ("usage", "use", "occasion")
_AUDIENCES = {
    "men": ("men", "him", "a man", "gents"),
    "women": ("women", "her", "ladies", "a woman"),
    "boys": ("boys", "a boy", "children", "kids"),
    "girls": ("girls", "a girl", "children", "kids"),
    "kids": ("kids", "children", "little ones"),
}
_USES = {
    "sports": ("sports", "training", "the gym"),
    "formal": ("the office", "work", "formal occasions"),
    "casual": ("every day", "casual wear", "weekends"),
    "ethnic": ("festive occasions", "traditional wear"),
    "party": ("a party", "an evening out"),
    "travel": ("travel", "a trip"),
}
_PATTERNS = {
    "check": "checked", "checks": "checked", "checked": "checked", "striped": "striped",
    "stripes": "striped", "stripe": "striped", "printed": "printed", "solid": "plain",
    "floral": "floral", "graphic": "graphic",
}  # fmt: skip
_MATERIALS = ("leather", "denim", "cotton", "silk", "linen", "canvas", "suede", "wool", "steel")
_NO_FACT = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text and what it states; an empty fact is one that it leaves open."""

    text: str
    facts: tuple[str, ...]


class Phrasebook:
    """Makes phrases in the thesaurus's words for kinds and colours."""

    def compose(self, facts: tuple[str, ...], chance: random.Random) -> Phrase:
        """Say some of a product's facts, as a shopper might."""
        kind, colour, audience, use, pattern, material = facts
        said = [kind] + [
            fact if fact and chance.random() < share else _NO_FACT
            for fact, share in (
                (colour, 0.6), (audience, 0.35), (use, 0.2), (pattern, 0.4), (material, 0.4)
            )
        ]  # fmt: skip
        _, colour, audience, use, pattern, material = said
        noun = chance.choice([kind, *phrases_of_kind(kind)]) or "product"
        hue = chance.choice(phrases_of_colour(colour) or (colour,)) if colour else ""
        behind = bool(hue) and chance.random() < 0.25
        words = ["" if behind else hue, pattern, material, noun, f"in {hue}" if behind else ""]
        if audience and chance.random() < 0.4:
            words.insert(0, chance.choice((audience, f"{audience}'s")))
        elif audience:
            words.append(f"for {chance.choice(_AUDIENCES[audience])}")
        if use:
            words.append(f"for {chance.choice(_USES[use])}")
        return Phrase(" ".join(word for word in words if word), tuple(said))


def facts_of(product: ProductRecord) -> tuple[str, ...]:
    """Read a product's facts from its category, attributes and title, in lower case."""
    attributes = {name.lower(): value.lower() for name, value in product.attributes.items()}
    words = product.title.lower().replace("'s", "").replace("-", " ").split()
    kind = product.category[-1].lower() if product.category else _NO_FACT
    audience = _audience(attributes.get("gender", ""), words)
    use = _first(attributes, _USE_ATTRIBUTES)
    pattern = attributes.get("pattern", "")
    material = attributes.get("material", "")
    return (
        kind,
        _first(attributes, _COLOUR_ATTRIBUTES),
        audience,
        use if use in _USES else _NO_FACT,
        pattern or next((_PATTERNS[word] for word in words if word in _PATTERNS), _NO_FACT),
        material or next((word for word in words if word in _MATERIALS), _NO_FACT),
    )


def _audience(gender: str, words: list[str]) -> str:
    if gender:
        return gender if gender in _AUDIENCES else _NO_FACT
    return next((word for word in words if word in _AUDIENCES), _NO_FACT)


def _first(attributes: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((attributes[name] for name in names if attributes.get(name)), _NO_FACT)
