"""List the kinds of kitchenware in the demonstration catalogue."""

from __future__ import annotations

from catalog.demo.kinds import WOOD_KEY, Kind, Style, cloths

_WOOD = {WOOD_KEY: ("natural", "brown", "black", "white")}
_GLAZES = (
    "white",
    "blue",
    "light blue",
    "green",
    "turquoise",
    "yellow",
    "red",
    "pink",
    "grey",
    "black",
    "navy",
    "cream",
    "orange",
)
_PRINTS = ("plain", "floral", "plain", "striped", "polka dot")
_ENAMELS = ("red", "turquoise", "green", "cream", "navy", "orange", "yellow", "blue")
_GRIPS = ("black handle", "oak handle", "walnut handle", "steel handle")


KITCHEN: tuple[Kind, ...] = (
    Kind(
        "mug",
        "Kitchen > Tableware > Mugs",
        16,
        (9, 24),
        (
            Style(
                "Mug",
                cloths("stoneware", "ceramic", "porcelain", colours=_GLAZES),
                {"style": "coffee mug"},
                free={"glaze": ("two-tone", "single", "single")},
                patterns=_PRINTS,
                weight=2,
            ),
            Style(
                "Rounded Mug",
                cloths("ceramic", "stoneware", colours=_GLAZES),
                {"style": "rounded mug"},
                free={"glaze": ("single", "two-tone")},
                patterns=("plain", "polka dot"),
            ),
            Style(
                "Tapered Mug",
                cloths("porcelain", "enamel", colours=_GLAZES),
                {"style": "tapered mug"},
                patterns=("floral", "plain", "striped"),
            ),
            Style(
                "Espresso Cup",
                cloths("porcelain", "ceramic", colours=_GLAZES),
                {"style": "espresso cup"},
                factor=0.9,
            ),
        ),
        (
            "For the first coffee of the day and the last tea at night.",
            "Sits well in both hands; safe in the dishwasher.",
            "A cup that keeps cocoa warm to the last sip.",
        ),
        sizes=("0.25 l", "0.35 l", "0.4 l"),
        heroes=("blue", "white", "red"),
    ),
    Kind(
        "teapot",
        "Kitchen > Tableware > Teapots",
        10,
        (29, 79),
        (
            Style(
                "Teapot",
                cloths("ceramic", "porcelain", "stoneware", colours=_GLAZES),
                {"style": "round teapot"},
                free={"handle": ("same handle", "bamboo handle")},
                patterns=("plain", "floral", "plain"),
            ),
            Style(
                "Cast Iron Teapot",
                cloths("cast iron", colours=("black", "red", "green", "navy")),
                {"style": "low teapot"},
                free={"handle": ("bamboo handle",)},
                factor=1.3,
            ),
            Style(
                "Tall Teapot",
                cloths("porcelain", "ceramic", colours=_GLAZES),
                {"style": "tall teapot"},
                patterns=("floral", "plain", "polka dot"),
            ),
        ),
        (
            "Brews enough tea for four and pours without a drip.",
            "With a fine strainer for loose leaves.",
            "Turns an afternoon into an occasion.",
        ),
        sizes=("0.8 l", "1 l", "1.2 l"),
    ),
    Kind(
        "bowl",
        "Kitchen > Tableware > Bowls",
        11,
        (9, 35),
        (
            Style(
                "Cereal Bowl",
                cloths("stoneware", "ceramic", colours=_GLAZES),
                {"style": "cereal bowl"},
                free={"glaze": ("two-tone", "single")},
                patterns=("plain", "striped"),
            ),
            Style(
                "Pasta Bowl",
                cloths("porcelain", "stoneware", colours=_GLAZES),
                {"style": "pasta bowl"},
                patterns=("plain", "floral", "striped"),
            ),
            Style("Salad Bowl", _WOOD, {"style": "salad bowl"}, factor=1.8),
        ),
        (
            "For muesli, soup and late-night noodles.",
            "Stacks neatly and survives the dishwasher.",
            "A bowl for every day and for guests.",
        ),
    ),
    Kind(
        "plate",
        "Kitchen > Tableware > Plates",
        10,
        (9, 29),
        (
            Style(
                "Dinner Plate",
                cloths("porcelain", "stoneware", colours=_GLAZES),
                {"style": "dinner plate"},
                free={"rim": ("plain rim", "coloured rim")},
                patterns=("plain", "floral", "polka dot", "plain"),
            ),
            Style(
                "Coupe Plate",
                cloths("stoneware", "ceramic", colours=_GLAZES),
                {"style": "coupe plate"},
            ),
        ),
        (
            "Frames the simplest supper.",
            "Safe in the oven, the microwave and the dishwasher.",
            "Glazed by hand, so no two are quite the same.",
        ),
        sizes=("21 cm", "24 cm", "27 cm"),
    ),
    Kind(
        "wine glass",
        "Kitchen > Tableware > Glasses",
        10,
        (9, 29),
        (
            Style(
                "Red Wine Glass",
                cloths("glass", colours=("clear", "green", "pink", "blue")),
                {"style": "red wine glass"},
            ),
            Style(
                "White Wine Glass",
                cloths("glass", colours=("clear", "turquoise", "yellow", "purple")),
                {"style": "white wine glass"},
            ),
            Style(
                "Champagne Flute",
                cloths("glass", colours=("clear", "pink", "grey", "green")),
                {"style": "champagne flute"},
            ),
        ),
        (
            "A thin rim and a stem that balances well in the hand.",
            "For the good bottle and for the everyday one.",
            "Rings beautifully when you say cheers.",
        ),
    ),
    Kind(
        "kettle",
        "Kitchen > Appliances > Kettles",
        11,
        (39, 99),
        (
            Style(
                "Electric Kettle",
                {
                    **cloths("stainless steel", colours=("silver", "black", "white", "red")),
                    **cloths("steel", colours=_ENAMELS),
                },
                {"style": "electric kettle"},
                free={"handle": _GRIPS},
            ),
            Style(
                "Gooseneck Kettle",
                {"stainless steel": ("silver", "black", "white"), "copper": ("copper", "black")},
                {"style": "gooseneck kettle"},
                free={"handle": _GRIPS},
                factor=1.2,
            ),
            Style(
                "Stovetop Kettle",
                cloths("enamel", colours=_ENAMELS),
                {"style": "stovetop kettle"},
                free={"handle": ("oak handle", "black handle", "walnut handle")},
                factor=0.8,
            ),
        ),
        (
            "Boils water for tea and coffee in minutes.",
            "Whistles or clicks off when the water boils.",
            "Pours slowly and precisely.",
        ),
        sizes=("1 l", "1.5 l", "1.7 l"),
    ),
    Kind(
        "saucepan",
        "Kitchen > Cookware > Saucepans",
        11,
        (39, 149),
        (
            Style(
                "Saucepan",
                {"stainless steel": ("silver", "black"), "copper": ("copper", "silver")},
                {"style": "saucepan"},
                free={"handle": ("black handle", "brass handle", "steel handle", "oak handle")},
            ),
            Style(
                "Casserole",
                cloths("cast iron", "enamel", colours=_ENAMELS),
                {"style": "casserole"},
                free={"handle": ("brass handle", "black handle", "steel handle")},
                factor=1.4,
            ),
            Style(
                "Stock Pot",
                {"stainless steel": ("silver", "black"), "enamel": _ENAMELS},
                {"style": "stock pot"},
                free={"handle": ("black handle", "steel handle")},
            ),
        ),
        (
            "For sauces, stews and Sunday soup.",
            "Heats evenly on gas, electric and induction.",
            "With a lid that keeps the steam where it belongs.",
        ),
        sizes=("1.5 l", "2.5 l", "4 l"),
    ),
    Kind(
        "frying pan",
        "Kitchen > Cookware > Frying pans",
        10,
        (29, 99),
        (
            Style(
                "Frying Pan",
                {
                    "aluminium": ("silver", "black", "red", "green"),
                    "stainless steel": ("silver", "copper"),
                },
                free={"coating": ("non-stick", "uncoated"), "handle": _GRIPS},
                weight=2,
                fixed={"style": "frying pan"},
            ),
            Style(
                "Cast Iron Skillet",
                cloths("cast iron", colours=("black", "red", "navy")),
                {"style": "skillet"},
                factor=1.2,
            ),
        ),
        (
            "For crisp potatoes, pancakes and steak.",
            "Works on every hob and goes in the oven too.",
            "The pan you will use every day.",
        ),
        sizes=("20 cm", "24 cm", "28 cm"),
    ),
    Kind(
        "kitchen knife",
        "Kitchen > Cookware > Knives",
        11,
        (19, 119),
        (
            Style(
                "Chef's Knife",
                {WOOD_KEY: ("natural", "brown", "black"), "plastic": ("black", "white", "red")},
                {"style": "chef's knife"},
                weight=2,
            ),
            Style(
                "Santoku Knife",
                {WOOD_KEY: ("natural", "brown", "black")},
                {"style": "santoku knife"},
                factor=1.1,
            ),
            Style(
                "Bread Knife",
                {WOOD_KEY: ("natural", "brown"), "plastic": ("black", "white")},
                {"style": "bread knife"},
                factor=0.8,
            ),
            Style(
                "Paring Knife",
                cloths("plastic", colours=("black", "red", "yellow", "green", "blue")),
                {"style": "paring knife"},
                factor=0.4,
            ),
        ),
        (
            "Slices tomatoes without crushing them.",
            "A blade of hardened steel that takes a fine edge.",
            "Chops herbs and onions in no time.",
        ),
    ),
    Kind(
        "cutting board",
        "Kitchen > Cookware > Cutting boards",
        10,
        (19, 59),
        (
            Style(
                "Cutting Board",
                _WOOD | {"bamboo": ("natural", "brown")},
                {"style": "rectangular board"},
            ),
            Style(
                "Serving Board", _WOOD | {"marble": ("white", "black")}, {"style": "paddle board"}
            ),
            Style("Round Board", _WOOD, {"style": "round board"}),
        ),
        (
            "Kind to the blade and handsome on the table.",
            "For bread and cheese, or for a mountain of vegetables.",
            "Wipe it with oil now and then and it lasts for decades.",
        ),
    ),
    Kind(
        "toaster",
        "Kitchen > Appliances > Toasters",
        10,
        (39, 99),
        (
            Style(
                "Toaster",
                cloths("stainless steel", "steel", colours=("silver", "black", "white", "red")),
                {"style": "toaster"},
            ),
            Style(
                "Retro Toaster",
                cloths(
                    "steel",
                    colours=("red", "turquoise", "cream", "light blue", "pink", "green", "yellow"),
                ),
                {"style": "retro toaster"},
                factor=1.2,
            ),
        ),
        (
            "Two wide slots for bread, bagels and crumpets.",
            "Six browning levels and a tray for the crumbs.",
            "Breakfast in ninety seconds.",
        ),
    ),
)
