"""Deal the models of a kind and the colours they come in.

Everything is dealt from shuffled decks and not drawn freely: so every style, material, pattern
and colour of a kind appears about equally often, also in a small catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from catalog.demo.brands import SERIES, Brand, brands_for
from catalog.demo.kinds import WOOD, WOOD_KEY, Kind, Style

PRICE_FACTORS: Mapping[str, float] = {
    "cashmere": 1.9,
    "silk": 1.6,
    "merino wool": 1.2,
    "linen": 1.1,
    "leather": 1.25,
    "suede": 1.15,
    "velvet": 1.1,
    "copper": 1.6,
    "cast iron": 1.15,
    "porcelain": 1.15,
    "plastic": 0.75,
    "organic cotton": 1.1,
    "aluminium": 1.25,
}


@dataclass(frozen=True, slots=True)
class Variant:
    """Hold what is a variant's own: its colour, material and size."""

    colour: str
    material: str
    size: str


@dataclass(frozen=True, slots=True)
class Model:
    """Hold what all variants of a model share."""

    kind: Kind
    style: Style
    brand: Brand
    series: str
    pattern: str
    gender: str
    details: Mapping[str, str]
    price: str
    variants: tuple[Variant, ...]


class Deck:
    """Deal cards in shuffled order and shuffle again when all are dealt."""

    def __init__(self, random: Random, cards: Sequence[str]) -> None:
        self._random = random
        self._cards = list(cards)
        self._left: list[str] = []

    def draw(self) -> str:
        """Deal the next card, or an empty string where the deck has none."""
        if not self._cards:
            return ""
        if not self._left:
            self._left = self._random.sample(self._cards, len(self._cards))
        return self._left.pop()


class Decks:
    """Keep one deck for every question that is asked."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._decks: dict[tuple[str, ...], Deck] = {}

    def draw(self, name: str, cards: Sequence[str]) -> str:
        """Deal from the deck of this name and these cards."""
        key = (name, *cards)
        if key not in self._decks:
            self._decks[key] = Deck(self._random, cards)
        return self._decks[key].draw()


def deal_models(kind: Kind, seed: int) -> Iterator[Model]:
    """Deal models of a kind until their variants make up its count."""
    random = Random(f"{seed}/{kind.name}")
    decks = Decks(random)
    styles = [str(number) for number, style in enumerate(kind.styles) for _ in range(style.weight)]
    left = kind.count
    while left > 0:
        style = kind.styles[int(decks.draw("style", styles))]
        wanted = int(decks.draw("variants", [str(number) for number in kind.variants]))
        # No model is left with a single variant: the last ones share what remains, and where
        # one remains that no model can take, the kind has one more than its count.
        wanted = max(left, 2) if left <= 3 else min(wanted, left - 2)
        model = _deal_model(kind, style, wanted, random, decks)
        left -= len(model.variants)
        yield model


def _deal_model(kind: Kind, style: Style, wanted: int, random: Random, decks: Decks) -> Model:
    surfaces = _deal_surfaces(kind, style, wanted, decks)
    brand = _deal_brand(kind, decks)
    details = dict(style.fixed)
    for name, options in style.free.items():
        value = decks.draw(f"{style.noun}/{name}", options)
        if value not in ("none", "same", "smooth", "single"):
            details[name] = value
    genders = style.genders or kind.genders
    by_piece = kind.category.startswith(("Clothing", "Shoes"))
    size = decks.draw("size", kind.sizes)
    variants = tuple(
        Variant(colour, material, decks.draw("size", kind.sizes) if by_piece else size)
        for colour, material in surfaces
    )
    return Model(
        kind,
        style,
        brand,
        decks.draw(f"series/{brand.name}", SERIES),
        decks.draw(f"{style.noun}/pattern", style.patterns),
        decks.draw(f"gender/{style.noun if style.genders else ''}", genders),
        details,
        _price(kind, style, brand, surfaces[0][1], random),
        variants,
    )


def _deal_brand(kind: Kind, decks: Decks) -> Brand:
    brands = {brand.name: brand for brand in brands_for(kind.category)}
    return brands[decks.draw("brand", tuple(brands))]


def _deal_surfaces(kind: Kind, style: Style, wanted: int, decks: Decks) -> list[tuple[str, str]]:
    """Deal pairs of colour and material, no colour twice, a hero first where there is one."""
    material = decks.draw(f"{style.noun}/material", tuple(style.surfaces))
    colours = style.surfaces[material]
    hero = decks.draw("hero", kind.heroes)
    chosen = [hero] if hero in colours else []
    deck = f"{style.noun}/{material}/colour"
    while len(chosen) < min(wanted, len(colours)):
        colour = decks.draw(deck, colours)
        if colour not in chosen:
            chosen.append(colour)
    timber = dict(WOOD)
    return [(colour, timber[colour] if material == WOOD_KEY else material) for colour in chosen]


def _price(kind: Kind, style: Style, brand: Brand, material: str, random: Random) -> str:
    """Set a price that looks like a shop's: 12.90, 79.00, 349.00."""
    low, high = kind.price
    amount = random.triangular(low, high, low + (high - low) * 0.35)
    amount *= style.factor * brand.level * PRICE_FACTORS.get(material, 1.0)
    if amount < 40:
        return f"{int(amount)}.{random.choice(('90', '95', '50'))}"
    if amount < 200:
        return f"{int(amount)}.{random.choice(('00', '90', '95'))}"
    return f"{int(amount / 10) * 10 + 9}.00"
