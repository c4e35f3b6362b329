"""Name the colours and materials of the demonstration catalogue and how they look."""

from __future__ import annotations

from dataclasses import dataclass

RGB = tuple[int, int, int]

WHITE: RGB = (255, 255, 255)
BLACK: RGB = (0, 0, 0)

COLOURS: dict[str, RGB] = {
    "black": (40, 40, 44),
    "white": (246, 245, 242),
    "grey": (146, 149, 154),
    "navy": (33, 46, 84),
    "blue": (44, 96, 182),
    "light blue": (156, 196, 230),
    "turquoise": (42, 170, 172),
    "green": (46, 128, 78),
    "olive": (110, 111, 62),
    "yellow": (242, 201, 62),
    "orange": (234, 126, 44),
    "red": (202, 40, 46),
    "burgundy": (112, 28, 48),
    "pink": (240, 160, 182),
    "purple": (122, 80, 158),
    "beige": (217, 197, 166),
    "cream": (240, 230, 208),
    "brown": (120, 78, 50),
}

WOODS: dict[str, RGB] = {
    "oak": (204, 164, 112),
    "walnut": (112, 74, 48),
    "beech": (224, 188, 144),
    "pine": (230, 200, 148),
    "ash": (216, 190, 150),
    "bamboo": (220, 190, 126),
}

METALS: dict[str, RGB] = {
    "steel": (186, 191, 198),
    "stainless steel": (192, 196, 202),
    "chrome": (198, 203, 210),
    "aluminium": (196, 198, 202),
    "brass": (206, 164, 82),
    "copper": (200, 122, 86),
    "gold": (214, 174, 92),
    "silver": (198, 202, 208),
    "cast iron": (58, 58, 62),
}


# Straw, rattan and other fibres that are sold in their own colour.
_UNDYED: RGB = (216, 186, 136)


@dataclass(frozen=True, slots=True)
class Finish:
    """Describe how a material takes the light: its grain, how strong it is, and its sheen."""

    texture: str = "smooth"
    contrast: float = 0.0
    gloss: float = 0.0


FINISHES: dict[str, Finish] = {
    "cotton": Finish("cotton", 0.05),
    "organic cotton": Finish("cotton", 0.05),
    "jersey": Finish("cotton", 0.05),
    "linen": Finish("linen", 0.12),
    "canvas": Finish("linen", 0.12),
    "denim": Finish("denim", 0.20),
    "wool": Finish("wool", 0.15),
    "merino wool": Finish("knit", 0.15),
    "cashmere": Finish("knit", 0.11),
    "knit": Finish("knit", 0.19),
    "chunky knit": Finish("cable", 0.24),
    "fleece": Finish("wool", 0.11),
    "silk": Finish("smooth", 0.0, 0.55),
    "satin": Finish("smooth", 0.0, 0.6),
    "viscose": Finish("cotton", 0.03, 0.15),
    "nylon": Finish("smooth", 0.0, 0.4),
    "polyester": Finish("cotton", 0.04, 0.2),
    "leather": Finish("leather", 0.10, 0.5),
    "suede": Finish("wool", 0.10),
    "velvet": Finish("velvet", 0.16, 0.35),
    "boucle": Finish("boucle", 0.18),
    "straw": Finish("straw", 0.20),
    "rattan": Finish("straw", 0.24),
    "rubber": Finish("smooth", 0.0, 0.15),
    "ceramic": Finish("smooth", 0.0, 0.65),
    "stoneware": Finish("speckle", 0.14, 0.3),
    "porcelain": Finish("smooth", 0.0, 0.75),
    "enamel": Finish("smooth", 0.0, 0.8),
    "glass": Finish("smooth", 0.0, 0.8),
    "marble": Finish("marble", 0.16, 0.4),
    "plastic": Finish("smooth", 0.0, 0.45),
    "polycarbonate": Finish("smooth", 0.0, 0.6),
    "paper": Finish("linen", 0.05),
    **{name: Finish("wood", 0.26, 0.1) for name in WOODS},
    **{name: Finish("brushed", 0.06, 0.8) for name in METALS},
    # Pine is sold painted and ash stained, so that little of their grain shows.
    "pine": Finish("wood", 0.12, 0.1),
    "ash": Finish("wood", 0.16, 0.1),
    "cast iron": Finish("speckle", 0.14, 0.25),
}


def mix(first: RGB, second: RGB, share: float) -> RGB:
    """Blend two colours; share 0 gives the first, 1 the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def darker(colour: RGB, share: float) -> RGB:
    """Move a colour towards a warm black by the given share."""
    return mix(colour, (18, 16, 22), share)


def lighter(colour: RGB, share: float) -> RGB:
    """Move a colour towards white by the given share."""
    return mix(colour, WHITE, share)


def brightness(colour: RGB) -> float:
    """Give the perceived brightness of a colour, 0 to 1 (the weights of ITU-R BT.601)."""
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255


def line_colour(colour: RGB) -> RGB:
    """Choose the colour in which outlines and seams on this colour stay visible."""
    light = brightness(colour)
    if light < 0.2:
        return lighter(colour, 0.28)
    return darker(colour, 0.34 if light > 0.8 else 0.42)


def surface_colour(colour: str, material: str) -> RGB:
    """Give the colour that a thing of this colour name and material shows."""
    if colour in COLOURS:
        shown = COLOURS[colour]
        # Indigo never dyes as clear as print does, so coloured denim is greyed.
        return mix(shown, (86, 100, 122), 0.34) if material == "denim" else shown
    return METALS.get(colour) or WOODS.get(material) or METALS.get(material) or _UNDYED
