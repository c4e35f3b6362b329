"""List the kinds of furniture in the demonstration catalogue."""

from __future__ import annotations

from catalog.demo.kinds import WOOD_KEY, Kind, Style, cloths

_WOOD = {WOOD_KEY: ("natural", "brown", "black", "white")}
_COVERS = (
    "grey",
    "blue",
    "green",
    "navy",
    "beige",
    "cream",
    "pink",
    "yellow",
    "burgundy",
    "turquoise",
    "orange",
    "brown",
)
_HIDES = ("brown", "black", "beige", "burgundy", "white")
_LEGS = ("oak", "walnut", "black metal", "brass")


FURNITURE: tuple[Kind, ...] = (
    Kind(
        "chair",
        "Furniture > Seating > Chairs",
        16,
        (79, 189),
        (
            Style("Windsor Chair", _WOOD, {"style": "spindle back chair"}),
            Style("Dining Chair", _WOOD, {"style": "slat back chair"}),
            Style(
                "Upholstered Dining Chair",
                cloths("velvet", "linen", "wool", colours=_COVERS),
                {"style": "upholstered chair"},
                free={"legs": _LEGS, "detail": ("tufted", "channelled")},
                factor=1.2,
            ),
            Style(
                "Shell Chair",
                cloths(
                    "plastic",
                    colours=("white", "yellow", "grey", "black", "green", "orange", "light blue"),
                ),
                {"style": "shell chair"},
                free={"legs": ("oak", "black metal", "walnut")},
            ),
            Style(
                "Office Chair",
                cloths("leather", "polyester", colours=("black", "grey", "white", "blue", "brown")),
                {"style": "office chair"},
                factor=1.6,
            ),
        ),
        (
            "Comfortable through a three-course dinner and beyond.",
            "Pull it up to the table or let it stand on its own.",
            "Light to lift and steady on its feet.",
        ),
    ),
    Kind(
        "stool",
        "Furniture > Seating > Stools",
        10,
        (49, 119),
        (
            Style("Bar Stool", _WOOD, {"style": "bar stool"}),
            Style("Stool", _WOOD, {"style": "low stool"}, factor=0.8),
            Style(
                "Upholstered Stool",
                cloths(
                    "velvet",
                    "leather",
                    colours=("pink", "green", "navy", "yellow", "brown", "black"),
                ),
                {"style": "low stool"},
                free={"legs": ("brass", "black metal", "oak")},
            ),
        ),
        (
            "Sits at the kitchen counter or beside the bath.",
            "A spare seat that doubles as a side table.",
            "Takes little room and is always of use.",
        ),
    ),
    Kind(
        "armchair",
        "Furniture > Seating > Armchairs",
        11,
        (249, 549),
        (
            Style(
                "Wing Chair",
                cloths("velvet", "wool", "linen", colours=_COVERS),
                {"style": "wing chair"},
                free={"legs": _LEGS, "detail": ("tufted", "smooth")},
            ),
            Style(
                "Club Chair",
                cloths("leather", colours=_HIDES),
                {"style": "club chair"},
                free={"legs": ("walnut", "oak")},
                factor=1.4,
            ),
            Style(
                "Tub Chair",
                cloths(
                    "boucle", "velvet", colours=("cream", "grey", "green", "pink", "beige", "navy")
                ),
                {"style": "tub chair"},
                free={"legs": _LEGS},
            ),
            Style(
                "Wooden Armchair",
                cloths("wool", "linen", colours=_COVERS),
                {"style": "wooden armchair"},
                free={"legs": ("oak", "walnut")},
                patterns=("plain", "checked", "striped"),
            ),
        ),
        (
            "A reading chair for long evenings by the lamp.",
            "Sink in, put your feet up, stay.",
            "Deep, soft and generous, with arms at the right height.",
        ),
    ),
    Kind(
        "sofa",
        "Furniture > Seating > Sofas",
        16,
        (549, 1290),
        (
            Style(
                "2-Seater Sofa",
                cloths("velvet", "wool", "linen", colours=_COVERS),
                {"style": "2-seater sofa", "seats": "2"},
                free={"legs": _LEGS, "detail": ("smooth", "tufted")},
                factor=0.8,
            ),
            Style(
                "3-Seater Sofa",
                cloths("velvet", "wool", "linen", "boucle", colours=_COVERS),
                {"style": "3-seater sofa", "seats": "3"},
                free={"legs": _LEGS, "detail": ("tufted", "smooth")},
            ),
            Style(
                "Leather Sofa",
                cloths("leather", colours=_HIDES),
                {"style": "3-seater sofa", "seats": "3"},
                free={"legs": ("walnut", "oak", "black metal")},
                factor=1.4,
            ),
            Style(
                "Corner Sofa",
                cloths(
                    "wool", "linen", "leather", colours=("grey", "beige", "navy", "green", "brown")
                ),
                {"style": "corner sofa", "seats": "4"},
                free={"legs": ("oak", "black metal")},
                factor=1.4,
            ),
        ),
        (
            "The place where the whole family ends up.",
            "Removable covers and cushions that spring back.",
            "Made for film nights, naps and guests who stay.",
        ),
        heroes=("grey", "green"),
    ),
    Kind(
        "bed",
        "Furniture > Bedroom > Beds",
        10,
        (349, 890),
        (
            Style("Bed", _WOOD, {"style": "panel bed"}),
            Style("Slatted Bed", _WOOD, {"style": "slatted bed"}),
            Style(
                "Upholstered Bed",
                cloths("velvet", "linen", colours=_COVERS),
                {"style": "curved bed"},
                free={"legs": ("oak", "walnut", "black metal")},
                factor=1.2,
            ),
        ),
        (
            "A calm frame for a good night's sleep.",
            "Slats and middle beam included; the mattress is not.",
            "High enough to store a box or two beneath.",
        ),
        sizes=("140 x 200 cm", "160 x 200 cm", "180 x 200 cm"),
    ),
    Kind(
        "dining table",
        "Furniture > Tables > Dining tables",
        24,
        (299, 890),
        (
            Style(
                "Dining Table",
                _WOOD,
                free={
                    "form": ("rectangular",),
                    "base": ("four legs", "trestle", "tapered legs"),
                    "legs": ("same", "same", "black metal"),
                },
                weight=3,
            ),
            Style(
                "Round Dining Table",
                _WOOD,
                {"form": "round"},
                free={"base": ("pedestal", "four legs")},
                weight=2,
            ),
            Style(
                "Oval Dining Table",
                _WOOD,
                {"form": "oval"},
                free={"base": ("tapered legs", "pedestal")},
            ),
            Style(
                "Marble Dining Table",
                cloths("marble", colours=("white", "black", "green")),
                {"form": "round", "base": "pedestal"},
                free={"legs": ("brass", "black metal")},
                factor=1.6,
            ),
        ),
        (
            "Room for six, and for eight when it matters.",
            "A table to eat, work and argue at.",
            "Oiled by hand, so that rings and crumbs wipe away.",
        ),
        sizes=("120 cm", "140 cm", "160 cm", "180 cm"),
        heroes=("natural",),
        variants=(2,),
    ),
    Kind(
        "coffee table",
        "Furniture > Tables > Coffee tables",
        10,
        (119, 349),
        (
            Style(
                "Coffee Table",
                _WOOD,
                free={
                    "form": ("round", "rectangular", "oval"),
                    "base": ("tapered legs", "four legs"),
                },
                weight=2,
            ),
            Style(
                "Marble Coffee Table",
                cloths("marble", colours=("white", "black", "green")),
                free={
                    "form": ("round", "oval"),
                    "base": ("four legs",),
                    "legs": ("brass", "black metal"),
                },
                factor=1.5,
            ),
        ),
        (
            "For cups, books and feet on Sundays.",
            "Sits low in front of the sofa.",
            "A small table that holds the living room together.",
        ),
        sizes=("80 cm", "90 cm", "110 cm"),
    ),
    Kind(
        "desk",
        "Furniture > Tables > Desks",
        11,
        (179, 490),
        (
            Style("Desk", _WOOD, {"style": "desk with drawers"}),
            Style(
                "Writing Desk",
                _WOOD,
                {"style": "writing desk"},
                free={"legs": ("same", "black metal", "brass")},
            ),
        ),
        (
            "Space for a screen, a notebook and a cup of tea.",
            "For the home office or the teenager's room.",
            "Drawers swallow the chargers and the papers.",
        ),
        sizes=("110 cm", "120 cm", "140 cm"),
    ),
    Kind(
        "bookshelf",
        "Furniture > Storage > Bookshelves",
        10,
        (129, 420),
        (
            Style("Bookcase", _WOOD, {"style": "bookcase"}),
            Style(
                "Ladder Shelf",
                _WOOD,
                {"style": "ladder shelf"},
                free={"legs": ("same", "black metal")},
                factor=0.8,
            ),
        ),
        (
            "Holds the novels, the atlases and the odd vase.",
            "Five shelves that do not sag under heavy books.",
            "Fixes to the wall with the fittings in the box.",
        ),
    ),
    Kind(
        "sideboard",
        "Furniture > Storage > Sideboards",
        10,
        (249, 690),
        (
            Style("Sideboard", _WOOD, {"style": "plain sideboard"}),
            Style("Slatted Sideboard", _WOOD, {"style": "slatted sideboard"}, factor=1.2),
            Style("Chest of Drawers", _WOOD, {"style": "chest of drawers"}),
        ),
        (
            "Hides plates, games and cables behind quiet doors.",
            "Soft-closing drawers and a top for flowers.",
            "Storage that looks good from every side.",
        ),
    ),
)
