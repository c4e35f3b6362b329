"""Say what a kind of product can be: its styles, materials, colours, sizes and prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Surfaces = Mapping[str, tuple[str, ...]]

BASIC = ("black", "white", "grey", "navy")
BRIGHT = ("red", "blue", "green", "yellow", "orange", "pink", "purple", "turquoise")
MUTED = ("beige", "cream", "brown", "olive", "burgundy", "light blue")
ALL = BASIC + BRIGHT + MUTED
LEATHER = ("black", "brown", "burgundy", "beige", "navy", "red", "green", "white")
# Timber is sold in its own colour or painted, so the variants of a model differ in the wood.
WOOD: tuple[tuple[str, str], ...] = (
    ("natural", "oak"),
    ("brown", "walnut"),
    ("black", "ash"),
    ("white", "pine"),
)
WOOD_KEY = "wood"


@dataclass(frozen=True, slots=True)
class Style:
    """Describe one style of a kind.

    `surfaces` maps each material to its colours; `fixed` are attributes of every model in this
    style and `free` those dealt out among models; `weight` is the style's share of the models.
    """

    noun: str
    surfaces: Surfaces
    fixed: Mapping[str, str] = field(default_factory=dict)
    free: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    patterns: tuple[str, ...] = ("plain",)
    weight: int = 1
    factor: float = 1.0
    genders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """Describe a kind of product and how many the catalogue has of it.

    `heroes` are colours that are dealt to the models first, one each, so that shoppers find
    a choice of what they most often ask for. `variants` are the numbers of colours of a model.
    """

    name: str
    category: str
    count: int
    price: tuple[float, float]
    styles: tuple[Style, ...]
    uses: tuple[str, ...]
    genders: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    heroes: tuple[str, ...] = ()
    variants: tuple[int, ...] = (3, 2, 4, 2, 3)


def cloths(*materials: str, colours: tuple[str, ...] = ALL) -> Surfaces:
    """Offer several materials in the same colours."""
    return dict.fromkeys(materials, colours)
