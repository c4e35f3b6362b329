"""List the kinds of clothing in the demonstration catalogue."""

from __future__ import annotations

from catalog.demo.kinds import Kind, Style, cloths
from catalog.demo.kinds_tops import TOPS

_BOTH = ("women", "men")
_LETTERS = ("XS", "S", "M", "L", "XL")
_WAISTS = ("28", "30", "32", "34", "36")
_DENIM = ("blue", "light blue", "navy", "black", "grey")
_EARTH = ("beige", "olive", "navy", "black", "grey", "brown", "cream", "white")


OUTERWEAR: tuple[Kind, ...] = (
    Kind(
        "jacket",
        "Clothing > Outerwear > Jackets",
        20,
        (79, 189),
        (
            Style(
                "Bomber Jacket",
                cloths("nylon", "satin", colours=("olive", "black", "navy", "burgundy", "green")),
                {"style": "bomber"},
            ),
            Style("Denim Jacket", cloths("denim", colours=_DENIM), {"style": "trucker"}),
            Style(
                "Leather Jacket",
                cloths("leather", colours=("black", "brown", "burgundy", "red")),
                {"style": "biker"},
                factor=2.2,
            ),
            Style(
                "Puffer Jacket",
                cloths(
                    "nylon",
                    colours=(
                        "red",
                        "black",
                        "blue",
                        "yellow",
                        "orange",
                        "navy",
                        "olive",
                        "turquoise",
                    ),
                ),
                {"style": "puffer", "season": "winter"},
            ),
            Style(
                "Blazer",
                cloths("wool", "linen", colours=("navy", "grey", "black", "beige", "brown")),
                {"style": "blazer"},
                patterns=("plain", "checked", "plain", "pinstriped"),
            ),
        ),
        (
            "A layer for the days between seasons.",
            "Cut to move in, with pockets where you need them.",
            "Throw it over anything and you are ready to go.",
        ),
        _BOTH,
        _LETTERS,
    ),
    Kind(
        "coat",
        "Clothing > Outerwear > Coats",
        20,
        (129, 289),
        (
            Style(
                "Trench Coat",
                cloths("cotton", colours=("beige", "navy", "black", "olive", "brown")),
                {"style": "trench coat"},
                genders=("women", "men"),
            ),
            Style(
                "Wool Coat",
                cloths(
                    "wool",
                    colours=("navy", "grey", "black", "brown", "beige", "burgundy", "green", "red"),
                ),
                {"style": "overcoat", "season": "winter"},
                patterns=("plain", "plain", "checked"),
                genders=("women", "women", "men"),
                weight=2,
                factor=1.15,
            ),
            Style(
                "Duffle Coat",
                cloths("wool", colours=("brown", "navy", "green", "grey", "red")),
                {"style": "duffle coat", "season": "winter"},
                genders=("men", "women"),
            ),
            Style(
                "Quilted Coat",
                cloths("nylon", colours=("black", "olive", "navy", "burgundy", "beige")),
                {"style": "quilted coat", "season": "winter"},
                genders=("women", "women", "men"),
            ),
        ),
        (
            "A warm coat for icy mornings and windy platforms.",
            "Lined and long, it keeps out the winter.",
            "Timeless lines that outlive every trend.",
        ),
        _BOTH,
        _LETTERS,
    ),
)


DRESSES: tuple[Kind, ...] = (
    Kind(
        "dress",
        "Clothing > Dresses",
        28,
        (49, 119),
        (
            Style(
                "Wrap Dress",
                cloths("viscose", "cotton", "silk"),
                {"style": "wrap dress"},
                free={"length": ("midi", "maxi"), "sleeve": ("short", "long")},
                patterns=("floral", "floral", "plain", "floral", "polka dot"),
                weight=3,
            ),
            Style(
                "Fit and Flare Dress",
                cloths("cotton", "linen", "viscose"),
                {"style": "fit and flare dress"},
                free={"length": ("midi", "mini", "maxi"), "sleeve": ("none", "short")},
                patterns=("floral", "plain", "floral", "polka dot", "floral", "striped"),
                weight=3,
            ),
            Style(
                "Slip Dress",
                cloths(
                    "satin", "silk", colours=("black", "burgundy", "green", "navy", "beige", "pink")
                ),
                {"style": "slip dress", "sleeve": "none"},
                free={"length": ("midi", "maxi")},
            ),
            Style(
                "Shirt Dress",
                cloths(
                    "cotton",
                    "linen",
                    "denim",
                    colours=("light blue", "white", "navy", "beige", "olive", "blue"),
                ),
                {"style": "shirt dress"},
                free={"length": ("midi",), "sleeve": ("long", "short")},
                patterns=("striped", "plain"),
            ),
            Style(
                "Knitted Dress",
                cloths("knit", "merino wool"),
                {"style": "sheath dress", "sleeve": "long"},
                free={"length": ("midi",)},
            ),
        ),
        (
            "Made for garden parties, weddings and warm evenings.",
            "A dress that moves when you do.",
            "Wear it with sandals in summer and boots in autumn.",
        ),
        ("women",),
        _LETTERS,
        ("red", "blue", "black", "green", "navy", "yellow"),
    ),
    Kind(
        "skirt",
        "Clothing > Skirts",
        13,
        (35, 75),
        (
            Style(
                "Pleated Skirt",
                cloths("viscose", "satin"),
                {"style": "pleated skirt"},
                free={"length": ("midi",)},
                weight=2,
            ),
            Style(
                "A-Line Skirt",
                cloths("cotton", "linen"),
                {"style": "a-line skirt"},
                free={"length": ("midi", "maxi")},
                patterns=("floral", "plain", "polka dot"),
            ),
            Style(
                "Pencil Skirt",
                cloths("wool", "leather", colours=("black", "grey", "navy", "burgundy", "brown")),
                {"style": "pencil skirt"},
                free={"length": ("midi",)},
                patterns=("plain", "checked"),
            ),
            Style(
                "Denim Skirt",
                cloths("denim", colours=_DENIM),
                {"style": "denim skirt"},
                free={"length": ("mini",)},
            ),
        ),
        (
            "Sits at the waist and swings with every step.",
            "Pairs with a tucked-in blouse or a chunky sweater.",
            "From the office to the dance floor without a change.",
        ),
        ("women",),
        _LETTERS,
    ),
)


BOTTOMS: tuple[Kind, ...] = (
    Kind(
        "jeans",
        "Clothing > Trousers > Jeans",
        13,
        (55, 109),
        (
            Style(
                "Jeans",
                cloths("denim", colours=(*_DENIM, "white")),
                free={
                    "fit": ("slim", "straight", "wide leg", "skinny", "flared"),
                    "wash": ("faded", "dark"),
                    "detail": ("none", "none", "ripped knees"),
                },
            ),
        ),
        (
            "Five pockets, sturdy seams and a fit that stays.",
            "Jeans that get better with every wear.",
            "Goes with sneakers by day and boots by night.",
        ),
        _BOTH,
        _WAISTS,
        ("blue", "black", "blue"),
    ),
    Kind(
        "trousers",
        "Clothing > Trousers > Trousers",
        13,
        (49, 99),
        (
            Style(
                "Chinos",
                cloths("cotton", colours=_EARTH),
                {"style": "chinos"},
                free={"fit": ("regular", "slim")},
            ),
            Style(
                "Suit Trousers",
                cloths("wool", colours=("navy", "grey", "black", "brown")),
                {"style": "suit trousers"},
                free={"fit": ("straight", "wide leg")},
                patterns=("plain", "pinstriped", "checked"),
            ),
            Style(
                "Cargo Trousers",
                cloths("cotton", colours=("olive", "black", "beige", "grey", "navy")),
                {"style": "cargo trousers"},
                free={"fit": ("relaxed",)},
            ),
            Style(
                "Joggers",
                cloths("cotton", "fleece", colours=("grey", "black", "navy", "burgundy", "green")),
                {"style": "joggers"},
                free={"fit": ("tapered",)},
            ),
        ),
        (
            "Comfortable from the first wear, with room to move.",
            "A clean line for work and for travel.",
            "Made in a cloth that keeps its shape all day.",
        ),
        _BOTH,
        _WAISTS,
    ),
    Kind(
        "shorts",
        "Clothing > Trousers > Shorts",
        11,
        (25, 55),
        (
            Style(
                "Chino Shorts",
                cloths("cotton", "linen", colours=(*_EARTH, "red")),
                {"style": "chino shorts"},
            ),
            Style("Denim Shorts", cloths("denim", colours=_DENIM), {"style": "denim shorts"}),
            Style(
                "Swim Shorts",
                cloths(
                    "polyester",
                    colours=("turquoise", "navy", "red", "yellow", "green", "orange", "pink"),
                ),
                {"style": "swim shorts"},
                patterns=("floral", "plain", "striped"),
                genders=("men",),
            ),
        ),
        (
            "For hot days, the beach and the garden.",
            "Light, quick to dry and easy to pack.",
            "Summer holidays start here.",
        ),
        ("men", "women"),
        _WAISTS,
    ),
)


CLOTHING: tuple[Kind, ...] = TOPS + OUTERWEAR + DRESSES + BOTTOMS
