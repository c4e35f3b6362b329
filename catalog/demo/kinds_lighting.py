"""List the kinds of lamps in the demonstration catalogue."""

from __future__ import annotations

from catalog.demo.kinds import Kind, Style, cloths

_STANDS = ("brass", "black metal", "oak", "walnut", "steel")
_SHADES = ("white", "beige", "cream", "grey", "navy", "green", "black", "pink", "yellow")


LIGHTING: tuple[Kind, ...] = (
    Kind(
        "floor lamp",
        "Lighting > Floor lamps",
        11,
        (79, 229),
        (
            Style(
                "Floor Lamp",
                cloths("linen", "cotton", colours=_SHADES),
                {"style": "floor lamp"},
                free={"stand": _STANDS, "shade": ("smooth shade", "pleated shade")},
            ),
            Style(
                "Tripod Floor Lamp",
                cloths("linen", colours=_SHADES),
                {"style": "tripod floor lamp"},
                free={"stand": ("oak", "walnut", "black metal")},
            ),
            Style(
                "Arc Floor Lamp",
                cloths("steel", colours=("black", "white", "gold", "green")),
                {"style": "arc floor lamp"},
                free={"stand": ("brass", "black metal", "steel")},
                factor=1.4,
            ),
            Style(
                "Reading Floor Lamp",
                cloths("steel", colours=("black", "yellow", "white", "red", "green")),
                {"style": "reading floor lamp"},
                free={"stand": ("black metal", "brass")},
            ),
        ),
        (
            "Warm light beside the sofa.",
            "Stands behind the armchair and makes a corner cosy.",
            "Dimmable, with a foot switch on the cable.",
        ),
    ),
    Kind(
        "table lamp",
        "Lighting > Table lamps",
        13,
        (39, 129),
        (
            Style(
                "Ceramic Table Lamp",
                cloths("linen", "cotton", colours=_SHADES),
                {"style": "ceramic table lamp", "foot": "ceramic"},
                free={"shade": ("smooth shade", "pleated shade")},
            ),
            Style(
                "Bedside Lamp",
                cloths("linen", "cotton", colours=_SHADES),
                {"style": "bedside lamp"},
                free={"stand": _STANDS, "shade": ("smooth shade", "pleated shade")},
            ),
            Style(
                "Mushroom Lamp",
                cloths(
                    "plastic",
                    "steel",
                    colours=("orange", "white", "red", "yellow", "green", "cream"),
                ),
                {"style": "mushroom lamp"},
            ),
        ),
        (
            "Soft light for the bedside and for reading in bed.",
            "Glows on the sideboard all evening.",
            "A small lamp with a big effect on the room.",
        ),
    ),
    Kind(
        "pendant lamp",
        "Lighting > Pendant lamps",
        11,
        (49, 179),
        (
            Style(
                "Dome Pendant Lamp",
                cloths(
                    "steel",
                    "brass",
                    colours=("black", "white", "green", "red", "yellow", "navy", "gold"),
                ),
                {"style": "dome pendant lamp"},
                free={"stand": ("brass", "black metal")},
            ),
            Style(
                "Cone Pendant Lamp",
                cloths("steel", colours=("black", "white", "turquoise", "orange", "grey")),
                {"style": "cone pendant lamp"},
                free={"stand": ("brass", "black metal", "oak")},
            ),
            Style(
                "Globe Pendant Lamp",
                cloths("glass", colours=("white", "clear")),
                {"style": "globe pendant lamp"},
                free={"stand": ("brass", "black metal")},
            ),
            Style(
                "Woven Pendant Lamp",
                cloths("rattan", colours=("natural", "white", "black", "brown")),
                {"style": "woven pendant lamp"},
                free={"stand": ("black metal", "brass")},
            ),
        ),
        (
            "Hangs over the dining table and gathers everyone below.",
            "A ceiling light with a cable you can shorten.",
            "Throws its light down and keeps the glare away.",
        ),
    ),
    Kind(
        "desk lamp",
        "Lighting > Desk lamps",
        10,
        (39, 119),
        (
            Style(
                "Desk Lamp",
                cloths(
                    "steel",
                    "aluminium",
                    colours=("red", "black", "white", "turquoise", "yellow", "green", "blue"),
                ),
                {"style": "jointed desk lamp"},
                free={"stand": ("steel", "black metal", "brass")},
                weight=2,
            ),
            Style(
                "Banker's Lamp",
                cloths("glass", colours=("green", "blue", "burgundy", "white")),
                {"style": "bankers lamp"},
                free={"stand": ("brass",)},
            ),
        ),
        (
            "Puts the light exactly where you read and write.",
            "Swivels, bends and stays where you leave it.",
            "For homework, drawing and reading in bed.",
        ),
    ),
)
