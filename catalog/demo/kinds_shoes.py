"""List the kinds of shoes in the demonstration catalogue."""

from __future__ import annotations

from catalog.demo.kinds import LEATHER, Kind, Style, cloths

_BOTH = ("women", "men")
# White comes twice, because shoppers ask for it most.
_SNEAKERS = (
    "white",
    "white",
    "black",
    "navy",
    "blue",
    "green",
    "grey",
    "pink",
    "yellow",
    "beige",
    "red",
)
_HER = ("36", "37", "38", "39", "40", "41")
_SHOE = ("37", "38", "39", "40", "41", "42", "43", "44")


SHOES: tuple[Kind, ...] = (
    Kind(
        "sneakers",
        "Shoes > Sneakers",
        30,
        (49, 129),
        (
            Style(
                "Sneakers",
                cloths("leather", "canvas", "suede", colours=_SNEAKERS),
                {"style": "low-top"},
                weight=3,
            ),
            Style(
                "High-Top Sneakers",
                cloths("canvas", "leather", colours=_SNEAKERS),
                {"style": "high-top"},
                weight=2,
            ),
            Style(
                "Running Shoes",
                cloths(
                    "polyester",
                    colours=(
                        "blue",
                        "red",
                        "black",
                        "grey",
                        "orange",
                        "turquoise",
                        "green",
                        "pink",
                        "yellow",
                        "white",
                    ),
                ),
                {"style": "running shoes"},
                weight=2,
                factor=1.2,
            ),
            Style(
                "Slip-On Sneakers",
                cloths("canvas"),
                {"style": "slip-on"},
                patterns=("plain", "checked", "striped"),
                factor=0.8,
            ),
        ),
        (
            "Light on the foot and comfortable from the first step.",
            "A cushioned sole takes you through long city days.",
            "For the gym, the commute and the weekend.",
        ),
        ("unisex", "women", "men"),
        _SHOE,
        ("red",),
        variants=(3, 2),
    ),
    Kind(
        "boots",
        "Shoes > Boots",
        19,
        (89, 199),
        (
            Style(
                "Chelsea Boots",
                cloths("leather", "suede", colours=("black", "brown", "beige", "burgundy", "navy")),
                {"style": "chelsea boots"},
                weight=2,
            ),
            Style(
                "Lace-Up Boots",
                cloths("leather", colours=("black", "brown", "burgundy", "green")),
                {"style": "lace-up boots"},
            ),
            Style(
                "Hiking Boots",
                cloths("suede", "leather", colours=("brown", "beige", "grey", "olive", "black")),
                {"style": "hiking boots"},
            ),
            Style(
                "Knee-High Boots",
                cloths("leather", "suede", colours=("black", "brown", "beige", "burgundy")),
                {"style": "knee-high boots"},
                genders=("women",),
                factor=1.3,
            ),
            Style(
                "Cowboy Boots",
                cloths("leather", colours=("brown", "black", "red", "white", "beige")),
                {"style": "cowboy boots"},
                factor=1.2,
            ),
            Style(
                "Rain Boots",
                cloths("rubber", colours=("yellow", "green", "navy", "red", "black", "pink")),
                {"style": "rain boots"},
                factor=0.5,
            ),
        ),
        (
            "Sturdy soles and good grip for wet and cold days.",
            "Pull them on and head out, whatever the weather.",
            "Made to be resoled and worn for years.",
        ),
        _BOTH,
        _SHOE,
        ("brown", "black"),
    ),
    Kind(
        "loafers",
        "Shoes > Loafers",
        10,
        (79, 149),
        (
            Style("Penny Loafers", cloths("leather", colours=LEATHER), {"style": "penny loafers"}),
            Style(
                "Tassel Loafers",
                cloths(
                    "suede",
                    "leather",
                    colours=("brown", "navy", "beige", "burgundy", "black", "green"),
                ),
                {"style": "tassel loafers"},
            ),
            Style("Bit Loafers", cloths("leather", colours=LEATHER), {"style": "bit loafers"}),
        ),
        (
            "Slip in and look put together.",
            "A classic that dresses up chinos and down a suit.",
            "Soft inside, smart outside.",
        ),
        ("men", "women"),
        _SHOE,
        ("brown", "black"),
    ),
    Kind(
        "ballet flats",
        "Shoes > Flats",
        10,
        (49, 99),
        (
            Style("Ballet Flats", cloths("leather", "suede", "satin"), {"style": "ballet flats"}),
            Style("Mary Jane Flats", cloths("leather", "velvet"), {"style": "strap ballet flats"}),
        ),
        (
            "Bend them, pack them, dance in them.",
            "Flat, soft and pretty with skirts and cropped trousers.",
            "An easy change after a day in heels.",
        ),
        ("women",),
        _HER,
        ("black", "pink", "red"),
    ),
    Kind(
        "sandals",
        "Shoes > Sandals",
        11,
        (39, 89),
        (
            Style(
                "Strappy Sandals",
                cloths("leather", colours=(*LEATHER, "yellow")),
                {"style": "strappy sandals"},
            ),
            Style(
                "Footbed Sandals",
                cloths(
                    "leather",
                    "suede",
                    colours=("brown", "black", "beige", "olive", "navy", "white"),
                ),
                {"style": "footbed sandals"},
                genders=("unisex", "men"),
            ),
            Style(
                "Wedge Sandals",
                cloths(
                    "leather",
                    "canvas",
                    colours=("red", "beige", "navy", "black", "white", "yellow"),
                ),
                {"style": "wedge sandals"},
            ),
            Style(
                "Platform Sandals",
                cloths("leather", colours=("black", "white", "pink", "brown", "green")),
                {"style": "platform sandals"},
            ),
        ),
        (
            "Open and airy for the warmest days of the year.",
            "From the beach promenade to dinner outside.",
            "A summer shoe that goes with every dress.",
        ),
        ("women",),
        _HER,
    ),
    Kind(
        "heels",
        "Shoes > Heels",
        15,
        (69, 149),
        (
            Style(
                "Stiletto Pumps",
                cloths("leather", "satin", "suede"),
                {"style": "pumps", "heel": "stiletto heel"},
            ),
            Style(
                "Block Heel Shoes",
                cloths("suede", "leather"),
                {"style": "ankle strap heels", "heel": "block heel"},
            ),
            Style(
                "Kitten Heels",
                cloths("leather", "satin"),
                {"style": "pumps", "heel": "kitten heel"},
            ),
        ),
        (
            "For weddings, offices and long dinners.",
            "An elegant line that makes any outfit an occasion.",
            "Balanced so that you can stay until the last dance.",
        ),
        ("women",),
        _HER,
        ("red", "black", "red", "beige"),
    ),
    Kind(
        "flip flops",
        "Shoes > Flip flops",
        10,
        (12, 25),
        (
            Style(
                "Flip Flops",
                cloths("rubber"),
                {"style": "flip flops"},
                patterns=("plain", "striped", "plain", "floral", "polka dot"),
            ),
        ),
        (
            "For the beach, the pool and the balcony.",
            "Slip them on straight from the water.",
            "Soft straps, a springy sole and no fuss.",
        ),
        ("unisex", "women", "men"),
        _SHOE,
    ),
)
