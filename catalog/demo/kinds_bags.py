"""List the kinds of bags and accessories in the demonstration catalogue."""

from __future__ import annotations

from catalog.demo.kinds import LEATHER, Kind, Style, cloths

BAGS: tuple[Kind, ...] = (
    Kind(
        "handbag",
        "Bags > Handbags",
        22,
        (89, 219),
        (
            Style(
                "Top Handle Bag",
                cloths("leather", colours=(*LEATHER, "yellow", "pink")),
                {"style": "top-handle bag"},
            ),
            Style(
                "Shoulder Bag",
                cloths("leather", "suede", colours=(*LEATHER, "pink")),
                {"style": "shoulder bag"},
                free={"finish": ("quilted", "smooth")},
            ),
            Style(
                "Crossbody Bag",
                cloths("leather", colours=(*LEATHER, "orange", "turquoise")),
                {"style": "crossbody bag"},
                free={"finish": ("smooth", "quilted")},
                factor=0.8,
            ),
            Style(
                "Bucket Bag", cloths("leather", "suede", colours=LEATHER), {"style": "bucket bag"}
            ),
            Style(
                "Hobo Bag",
                cloths("leather", "suede", colours=(*LEATHER, "grey")),
                {"style": "hobo bag"},
            ),
        ),
        (
            "Room for phone, keys, purse and a book.",
            "Carries the day and still looks good at night.",
            "Finished by hand, with a lining that is easy to wipe clean.",
        ),
        ("women",),
        (),
        ("black", "red", "brown"),
    ),
    Kind(
        "backpack",
        "Bags > Backpacks",
        15,
        (49, 129),
        (
            Style(
                "Backpack",
                cloths("nylon", "canvas"),
                {"style": "daypack"},
                weight=2,
                patterns=("plain", "plain", "floral", "striped"),
            ),
            Style(
                "Rucksack",
                cloths(
                    "canvas",
                    "leather",
                    colours=("olive", "brown", "navy", "grey", "black", "beige"),
                ),
                {"style": "flap backpack"},
                factor=1.2,
            ),
            Style(
                "Roll-Top Backpack",
                cloths(
                    "nylon",
                    "polyester",
                    colours=("grey", "black", "yellow", "navy", "olive", "orange"),
                ),
                {"style": "roll-top backpack"},
            ),
        ),
        (
            "Padded straps and a laptop sleeve for school and work.",
            "Packs for a day in the mountains or a weekend in town.",
            "Keeps books, bottle and jumper in order.",
        ),
        ("unisex",),
        ("18 l", "22 l", "26 l"),
        ("black", "navy", "grey"),
    ),
    Kind(
        "tote bag",
        "Bags > Tote bags",
        11,
        (19, 99),
        (
            Style(
                "Tote Bag",
                cloths("canvas", "organic cotton"),
                patterns=("plain", "striped", "floral", "polka dot"),
                factor=0.6,
                fixed={"style": "tote"},
                weight=2,
            ),
            Style(
                "Leather Tote",
                cloths("leather", colours=LEATHER),
                fixed={"style": "tote"},
                factor=1.7,
            ),
        ),
        (
            "Swallows the groceries, the laptop or a beach towel.",
            "A roomy shopper that folds flat when empty.",
            "Two long handles fit over the shoulder.",
        ),
        ("unisex", "women"),
    ),
    Kind(
        "suitcase",
        "Bags > Suitcases",
        11,
        (99, 229),
        (
            Style(
                "Trolley Suitcase",
                cloths(
                    "polycarbonate",
                    "aluminium",
                    colours=(
                        "black",
                        "turquoise",
                        "red",
                        "navy",
                        "silver",
                        "yellow",
                        "pink",
                        "green",
                        "white",
                    ),
                ),
                {"style": "trolley suitcase"},
                weight=2,
            ),
            Style(
                "Vintage Suitcase",
                cloths(
                    "leather", "canvas", colours=("brown", "green", "burgundy", "navy", "beige")
                ),
                {"style": "vintage suitcase"},
            ),
        ),
        (
            "Rolls quietly through airports and over cobbles.",
            "Cabin size, with straps inside and a combination lock.",
            "Made for a long weekend or a week by the sea.",
        ),
        ("unisex",),
        ("38 l", "42 l", "65 l"),
    ),
    Kind(
        "clutch",
        "Bags > Clutches",
        10,
        (39, 99),
        (
            Style(
                "Envelope Clutch", cloths("leather", "suede", "satin"), {"style": "envelope clutch"}
            ),
            Style(
                "Frame Clutch",
                cloths(
                    "satin",
                    "velvet",
                    colours=("pink", "black", "navy", "burgundy", "green", "purple", "beige"),
                ),
                {"style": "frame clutch"},
            ),
            Style("Wristlet", cloths("leather", colours=LEATHER), {"style": "wristlet"}),
        ),
        (
            "An evening bag for the things that matter.",
            "Small, light and just right for parties.",
            "Holds phone, cards and lipstick.",
        ),
        ("women",),
    ),
    Kind(
        "wallet",
        "Bags > Wallets",
        10,
        (29, 79),
        (
            Style(
                "Bifold Wallet",
                cloths("leather", colours=("brown", "black", "navy", "green", "burgundy")),
                {"style": "bifold wallet"},
                genders=("men", "unisex"),
            ),
            Style(
                "Zip Wallet",
                cloths("leather", colours=("red", "black", "pink", "beige", "turquoise", "brown")),
                {"style": "zip wallet"},
                genders=("women",),
            ),
            Style(
                "Card Holder",
                cloths("leather", colours=LEATHER),
                {"style": "card holder"},
                genders=("unisex",),
                factor=0.6,
            ),
        ),
        (
            "Slim in the pocket, with room for cards and notes.",
            "Keeps cash, cards and coins in their place.",
            "The leather grows more beautiful with use.",
        ),
        ("unisex",),
    ),
)


ACCESSORIES: tuple[Kind, ...] = (
    Kind(
        "watch",
        "Accessories > Watches",
        11,
        (89, 229),
        (
            Style(
                "Watch",
                cloths("leather", colours=("brown", "black", "navy", "beige", "green", "burgundy")),
                {"style": "round watch"},
            ),
            Style(
                "Chronograph",
                cloths("stainless steel", colours=("silver", "gold", "black")),
                {"style": "chronograph"},
                factor=1.4,
            ),
            Style(
                "Square Watch",
                cloths("leather", colours=("black", "brown", "red", "white")),
                {"style": "square watch"},
            ),
        ),
        (
            "A quiet quartz movement and a dial you can read at a glance.",
            "Water resistant to 5 bar and light on the wrist.",
            "Tells the time and finishes the outfit.",
        ),
        ("men", "women", "unisex"),
    ),
    Kind(
        "sunglasses",
        "Accessories > Sunglasses",
        11,
        (29, 119),
        (
            Style(
                "Aviator Sunglasses",
                cloths("steel", colours=("gold", "silver", "black")),
                {"style": "aviator sunglasses"},
            ),
            Style(
                "Round Sunglasses",
                cloths("plastic", colours=("black", "brown", "red", "beige")),
                {"style": "round sunglasses"},
            ),
            Style(
                "Cat-Eye Sunglasses",
                cloths("plastic", colours=("red", "black", "white", "turquoise", "pink")),
                {"style": "cat-eye sunglasses"},
                genders=("women",),
            ),
            Style(
                "Square Sunglasses",
                cloths("plastic", colours=("black", "brown", "navy", "green", "grey", "yellow")),
                {"style": "square sunglasses"},
            ),
        ),
        (
            "Full UV protection for bright days.",
            "Shades for the beach, the road and the terrace.",
            "Light frames that sit well all day.",
        ),
        ("unisex", "women", "men"),
    ),
    Kind(
        "hat",
        "Accessories > Hats",
        15,
        (19, 65),
        (
            Style("Baseball Cap", cloths("cotton", "linen"), {"style": "baseball cap"}, factor=0.8),
            Style(
                "Beanie",
                cloths("knit", "merino wool", "chunky knit"),
                {"style": "beanie", "season": "winter"},
                free={"detail": ("pompom", "none")},
                patterns=("plain", "plain", "striped"),
                weight=2,
            ),
            Style(
                "Fedora",
                cloths("wool", colours=("grey", "black", "brown", "navy", "burgundy", "beige")),
                {"style": "fedora"},
                factor=1.5,
            ),
            Style(
                "Sun Hat",
                cloths("straw", colours=("natural", "white", "brown", "black")),
                {"style": "sun hat"},
                genders=("women",),
            ),
            Style(
                "Bucket Hat",
                cloths("cotton", "denim"),
                {"style": "bucket hat"},
                patterns=("plain", "floral", "checked"),
            ),
        ),
        (
            "Keeps the weather off your head, whatever it is.",
            "One size with an adjustable band inside.",
            "The finishing touch on the way out of the door.",
        ),
        ("unisex",),
    ),
    Kind(
        "scarf",
        "Accessories > Scarves",
        11,
        (25, 89),
        (
            Style(
                "Scarf",
                cloths("wool", "cashmere", "merino wool"),
                {"style": "scarf", "season": "winter"},
                patterns=("checked", "plain", "striped", "checked"),
            ),
        ),
        (
            "Wrap it twice and forget the cold.",
            "Soft, warm and long enough to knot.",
            "Fringed at both ends, cosy in between.",
        ),
        ("unisex", "women", "men"),
    ),
    Kind(
        "belt",
        "Accessories > Belts",
        10,
        (25, 65),
        (Style("Belt", cloths("leather", colours=LEATHER), {"style": "belt"}),),
        (
            "Cut from one piece, with a solid buckle.",
            "For jeans, chinos and dresses alike.",
            "A good belt outlasts many trousers.",
        ),
        ("unisex", "men", "women"),
        ("80 cm", "90 cm", "100 cm"),
        ("brown", "black"),
    ),
)
