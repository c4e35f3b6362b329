"""List the kinds of tops and knitwear in the demonstration catalogue."""

from __future__ import annotations

from catalog.demo.kinds import Kind, Style, cloths

_BOTH = ("women", "men")
_LETTERS = ("XS", "S", "M", "L", "XL")
_FITS = ("regular", "slim", "relaxed", "oversized")
_DENIM = ("blue", "light blue", "navy", "black", "grey")


TOPS: tuple[Kind, ...] = (
    Kind(
        "t-shirt",
        "Clothing > Tops > T-shirts",
        26,
        (15, 35),
        (
            Style(
                "T-Shirt",
                cloths("cotton", "organic cotton", "jersey"),
                weight=3,
                free={
                    "neckline": ("crew neck", "v-neck", "crew neck", "scoop neck"),
                    "sleeve": ("short",),
                    "fit": _FITS,
                    "pocket": ("none", "chest pocket", "none"),
                },
                patterns=("striped", "plain", "striped", "plain", "striped", "polka dot", "floral"),
            ),
            Style(
                "Long Sleeve T-Shirt",
                cloths("cotton", "jersey"),
                {"sleeve": "long"},
                free={"neckline": ("crew neck", "v-neck"), "fit": ("regular", "slim")},
                patterns=("striped", "plain"),
            ),
        ),
        (
            "An everyday tee that holds its shape wash after wash.",
            "Wear it on its own in summer or layered under a jacket.",
            "A soft basic for warm days, weekends and travel.",
        ),
        _BOTH,
        _LETTERS,
        ("white", "navy", "red", "black"),
    ),
    Kind(
        "polo shirt",
        "Clothing > Tops > Polo shirts",
        10,
        (29, 55),
        (
            Style(
                "Polo Shirt",
                cloths("cotton", "organic cotton"),
                {"sleeve": "short"},
                free={"fit": ("regular", "slim")},
                patterns=("plain", "striped", "plain"),
            ),
        ),
        (
            "Smart enough for the office, easy enough for the weekend.",
            "A breathable polo for summer evenings and the clubhouse.",
            "The collar keeps its shape, the ribbed cuffs sit close.",
        ),
        ("men", "women", "men"),
        _LETTERS,
        ("navy", "white", "green"),
    ),
    Kind(
        "shirt",
        "Clothing > Tops > Shirts",
        26,
        (35, 79),
        (
            Style(
                "Shirt",
                cloths("cotton", "linen", "organic cotton"),
                weight=4,
                free={
                    "sleeve": ("long", "long", "short"),
                    "fit": ("slim", "regular", "relaxed"),
                    "pocket": ("none", "chest pocket"),
                },
                patterns=("striped", "checked", "plain", "pinstriped", "striped", "checked"),
            ),
            Style(
                "Flannel Shirt",
                cloths("wool", colours=("red", "green", "navy", "grey", "brown")),
                {"sleeve": "long", "pocket": "chest pocket"},
                patterns=("checked",),
                free={"fit": ("regular", "relaxed")},
                weight=2,
            ),
            Style(
                "Denim Shirt",
                cloths("denim", colours=_DENIM),
                {"sleeve": "long", "pocket": "chest pocket"},
                free={"fit": ("regular",)},
            ),
            Style(
                "Hawaiian Shirt",
                cloths("viscose", colours=("turquoise", "red", "yellow", "navy", "green", "white")),
                {"sleeve": "short"},
                free={"fit": ("relaxed",)},
                patterns=("floral",),
            ),
        ),
        (
            "A button-down that works with a suit and with jeans.",
            "Crisp at the collar, comfortable all day long.",
            "Roll up the sleeves and it goes from desk to dinner.",
        ),
        ("men", "men", "women"),
        _LETTERS,
        ("light blue", "white", "red"),
    ),
    Kind(
        "blouse",
        "Clothing > Tops > Blouses",
        11,
        (39, 85),
        (
            Style(
                "Blouse",
                cloths("viscose", "silk", "satin", "cotton"),
                free={
                    "neckline": ("tie neck", "v-neck", "round"),
                    "sleeve": ("long", "elbow", "long"),
                },
                patterns=("plain", "floral", "polka dot", "plain", "floral"),
            ),
        ),
        (
            "A softly falling blouse for the office and for evenings out.",
            "Full sleeves and a light drape make it feel special.",
            "Tuck it into a skirt or wear it loose over trousers.",
        ),
        ("women",),
        _LETTERS,
        ("white", "pink"),
    ),
    Kind(
        "sweater",
        "Clothing > Knitwear > Sweaters",
        19,
        (45, 95),
        (
            Style(
                "Sweater",
                cloths("merino wool", "cashmere", "knit"),
                weight=3,
                free={
                    "neckline": ("crew neck", "v-neck", "crew neck"),
                    "fit": ("regular", "relaxed"),
                },
                patterns=("plain", "striped", "plain"),
            ),
            Style(
                "Cable Knit Sweater",
                cloths(
                    "chunky knit", colours=("cream", "grey", "navy", "green", "burgundy", "beige")
                ),
                {"neckline": "crew neck"},
                free={"fit": ("relaxed",)},
            ),
            Style(
                "Roll Neck Sweater",
                cloths("merino wool", "chunky knit"),
                {"neckline": "roll neck"},
                free={"fit": ("regular",)},
            ),
        ),
        (
            "A warm pullover for cold mornings and long walks.",
            "Knitted to keep you cosy without the bulk.",
            "Soft against the skin and made to last many winters.",
        ),
        _BOTH,
        _LETTERS,
        ("grey", "navy", "green", "burgundy"),
    ),
    Kind(
        "cardigan",
        "Clothing > Knitwear > Cardigans",
        10,
        (45, 89),
        (
            Style(
                "Cardigan",
                cloths("knit", "merino wool", "cashmere"),
                free={"fit": ("regular", "oversized")},
            ),
        ),
        (
            "An easy layer over a tee or a dress when the evening cools.",
            "Buttoned or open, it finishes any outfit.",
            "Two pockets and a deep neckline make it a favourite at home.",
        ),
        ("women", "women", "men"),
        _LETTERS,
        ("beige", "grey", "pink"),
    ),
    Kind(
        "hoodie",
        "Clothing > Knitwear > Hoodies",
        13,
        (39, 75),
        (
            Style(
                "Hoodie",
                cloths("cotton", "fleece", "organic cotton"),
                {"closure": "pullover"},
                free={"fit": ("regular", "oversized")},
                weight=2,
            ),
            Style(
                "Zip Hoodie",
                cloths("cotton", "fleece"),
                {"closure": "zip"},
                free={"fit": ("regular", "relaxed")},
            ),
        ),
        (
            "For the gym, the sofa and everything in between.",
            "Brushed inside for warmth, with a roomy pocket for cold hands.",
            "A hooded sweatshirt you will reach for every weekend.",
        ),
        ("unisex", "men", "women"),
        _LETTERS,
        ("grey", "black", "navy"),
    ),
)
